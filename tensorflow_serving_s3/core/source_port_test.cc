// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/source_port.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/source.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<ServableData<int>> Versions(int count) {
  std::vector<ServableData<int>> versions;
  for (int i = 1; i <= count; ++i) {
    versions.emplace_back(ServableId{"half", i}, i);
  }
  return versions;
}

Source<int>::AspiredVersionsCallback Into(std::vector<std::string>* lines) {
  return
      [lines](absl::string_view name, std::vector<ServableData<int>> versions) {
        lines->push_back(absl::StrCat(name, " ", versions.size()));
      };
}

TEST(SourcePortTest, SendsNothingBeforeTheCallbackIsSet) {
  std::vector<std::string> lines;
  SourcePort<int> port;
  port.Send("half", Versions(1));
  EXPECT_THAT(lines, IsEmpty());
  port.SetAspiredVersionsCallback(Into(&lines));
  EXPECT_THAT(lines, ElementsAre("half 1"));
}

TEST(SourcePortTest, SendsTheNewestListOfEachStreamWhenConnected) {
  std::vector<std::string> lines;
  SourcePort<int> port;
  port.Send("half", Versions(1));
  port.Send("third", Versions(2));
  port.Send("half", Versions(3));
  port.SetAspiredVersionsCallback(Into(&lines));
  port.Send("half", {});
  EXPECT_THAT(lines, ElementsAre("half 3", "third 2", "half 0"));
}

TEST(SourcePortDeathTest, ASecondCallbackEndsTheProcess) {
  std::vector<std::string> lines;
  SourcePort<int> port;
  port.SetAspiredVersionsCallback(Into(&lines));
  EXPECT_DEATH(port.SetAspiredVersionsCallback(Into(&lines)),
               "set for the second time");
}

}  // namespace
}  // namespace tfs3
