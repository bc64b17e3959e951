// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/source_adapter.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
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

// Parses numbers.
class NumberAdapter : public UnarySourceAdapter<std::string, int> {
 public:
  ~NumberAdapter() override { Detach(); }

 protected:
  absl::StatusOr<int> Convert(const std::string& text) override {
    int number;
    if (absl::SimpleAtoi(text, &number)) {
      return number;
    }
    return absl::InvalidArgumentError(absl::StrCat(text, " is no number"));
  }
};

// Records lists as text: "half: 1=10 2!error".
class Log {
 public:
  Source<int>::AspiredVersionsCallback callback() {
    return [this](absl::string_view name,
                  std::vector<ServableData<int>> versions) {
      std::string line = absl::StrCat(name, ":");
      for (const ServableData<int>& version : versions) {
        EXPECT_EQ(version.id().name, name);
        if (version.ok()) {
          absl::StrAppend(&line, " ", version.id().version, "=",
                          version.data());
        } else {
          absl::StrAppend(&line, " ", version.id().version, "!",
                          version.status().message());
        }
      }
      lines_.push_back(line);
    };
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

std::vector<ServableData<std::string>> Texts(
    const std::vector<std::string>& texts) {
  std::vector<ServableData<std::string>> versions;
  for (const std::string& text : texts) {
    versions.emplace_back(
        ServableId{"half", static_cast<int64_t>(versions.size() + 1)}, text);
  }
  return versions;
}

TEST(UnarySourceAdapterTest, ConvertsEveryVersion) {
  NumberAdapter adapter;
  Log log;
  adapter.SetAspiredVersionsCallback(log.callback());
  adapter.GetAspiredVersionsCallback()("half", Texts({"10", "20"}));
  EXPECT_THAT(log.lines(), ElementsAre("half: 1=10 2=20"));
}

TEST(UnarySourceAdapterTest, AFailedConversionAffectsOnlyItsVersion) {
  NumberAdapter adapter;
  Log log;
  adapter.SetAspiredVersionsCallback(log.callback());
  adapter.GetAspiredVersionsCallback()("half", Texts({"10", "x", "30"}));
  EXPECT_THAT(log.lines(), ElementsAre("half: 1=10 2!x is no number 3=30"));
}

TEST(UnarySourceAdapterTest, PassesErrorsOn) {
  NumberAdapter adapter;
  Log log;
  adapter.SetAspiredVersionsCallback(log.callback());
  std::vector<ServableData<std::string>> versions = Texts({"10"});
  versions.emplace_back(ServableId{"half", 2}, absl::DataLossError("gone"));
  adapter.GetAspiredVersionsCallback()("half", versions);
  EXPECT_THAT(log.lines(), ElementsAre("half: 1=10 2!gone"));
}

TEST(UnarySourceAdapterTest, PassesAwaitedVersionsOn) {
  NumberAdapter adapter;
  std::vector<ServableData<int>> seen;
  adapter.SetAspiredVersionsCallback(
      [&seen](absl::string_view, std::vector<ServableData<int>> versions) {
        seen = std::move(versions);
      });
  adapter.GetAspiredVersionsCallback()(
      "half",
      {ServableData<std::string>::Awaited({"half", 2},
                                          absl::DataLossError("a")),
       ServableData<std::string>({"half", 1}, absl::DataLossError("b"))});
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_TRUE(seen[0].is_awaited());
  EXPECT_EQ(seen[0].status(), absl::DataLossError("a"));
  EXPECT_FALSE(seen[1].is_awaited());
}

TEST(UnarySourceAdapterTest, PassesAnEmptyListOn) {
  NumberAdapter adapter;
  Log log;
  adapter.SetAspiredVersionsCallback(log.callback());
  adapter.GetAspiredVersionsCallback()("half", {});
  EXPECT_THAT(log.lines(), ElementsAre("half:"));
}

TEST(SourceAdapterTest, StoresTheNewestListUntilItIsConnected) {
  NumberAdapter adapter;
  Log log;
  const auto callback = adapter.GetAspiredVersionsCallback();
  callback("half", Texts({"10"}));
  callback("half", Texts({"10", "20"}));
  EXPECT_THAT(log.lines(), IsEmpty());
  adapter.SetAspiredVersionsCallback(log.callback());
  EXPECT_THAT(log.lines(), ElementsAre("half: 1=10 2=20"));
  callback("half", Texts({"30"}));
  EXPECT_THAT(log.lines(), ElementsAre("half: 1=10 2=20", "half: 1=30"));
}

TEST(SourceAdapterTest, SendsNothingAfterItIsDestroyed) {
  Log log;
  auto adapter = std::make_unique<NumberAdapter>();
  adapter->SetAspiredVersionsCallback(log.callback());
  const auto callback = adapter->GetAspiredVersionsCallback();
  adapter.reset();
  callback("half", Texts({"10"}));
  EXPECT_THAT(log.lines(), IsEmpty());
}

}  // namespace
}  // namespace tfs3
