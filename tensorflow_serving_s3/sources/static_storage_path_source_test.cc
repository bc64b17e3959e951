// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/static_storage_path_source.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/sources/testing/fake_target.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Config = StaticStoragePathSource::Config;

TEST(StaticStoragePathSourceTest, AspiresToItsVersionOnceWhenConnected) {
  absl::StatusOr<std::unique_ptr<StaticStoragePathSource>> source =
      StaticStoragePathSource::Create({"half", 7, "s3://models/half/00007"});
  ASSERT_TRUE(source.ok()) << source.status();
  FakeTarget target;
  ConnectSourceToTarget<StoragePath>(source->get(), &target);
  EXPECT_THAT(target.lines(), ElementsAre("half: 7=s3://models/half/00007"));
}

TEST(StaticStoragePathSourceDeathTest, ASecondCallbackEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  absl::StatusOr<std::unique_ptr<StaticStoragePathSource>> source =
      StaticStoragePathSource::Create({"half", 7, "s3://models/half/7"});
  ASSERT_TRUE(source.ok()) << source.status();
  FakeTarget target;
  ConnectSourceToTarget<StoragePath>(source->get(), &target);
  EXPECT_DEATH(ConnectSourceToTarget<StoragePath>(source->get(), &target),
               "StaticStoragePathSource is set for the second time");
}

struct InvalidConfig {
  std::string name;
  Config config;
  std::string message;
};

class InvalidStaticConfigTest : public ::testing::TestWithParam<InvalidConfig> {
};

TEST_P(InvalidStaticConfigTest, IsRefused) {
  const absl::Status status =
      StaticStoragePathSource::Create(GetParam().config).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, InvalidStaticConfigTest,
    ::testing::Values(
        InvalidConfig{"NoName",
                      {"", 7, "s3://models/half/7"},
                      "path \"s3://models/half/7\" has no name; give it one"},
        InvalidConfig{"NoPath",
                      {"half", 7, ""},
                      "half has no version path; give it one, such as "
                      "s3://BUCKET/half/7"},
        InvalidConfig{"NegativeVersion",
                      {"half", -7, "s3://models/half/7"},
                      "half has the version -7; give it a version that"}),
    [](const ::testing::TestParamInfo<InvalidConfig>& info) {
      return info.param.name;
    });

}  // namespace
}  // namespace tfs3
