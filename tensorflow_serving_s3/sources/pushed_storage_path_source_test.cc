// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/pushed_storage_path_source.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/sources/testing/fake_target.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<ServableData<StoragePath>> Versions(
    const std::vector<std::pair<int64_t, std::string>>& versions,
    const std::string& name = "half") {
  std::vector<ServableData<StoragePath>> list;
  for (const auto& [number, path] : versions) {
    list.emplace_back(ServableId{name, number}, path);
  }
  return list;
}

TEST(PushedStoragePathSourceTest, SendsAList) {
  PushedStoragePathSource source({});
  FakeTarget target;
  ConnectSourceToTarget<StoragePath>(&source, &target);
  ASSERT_TRUE(source.Aspire("half", Versions({{7, "s3://m/7"}})).ok());
  EXPECT_THAT(target.lines(), ElementsAre("half: 7=s3://m/7"));
}

TEST(PushedStoragePathSourceTest, SendsTheNewestListWhenItIsConnected) {
  PushedStoragePathSource source({});
  FakeTarget target;
  ASSERT_TRUE(source.Aspire("half", Versions({{7, "/m/7"}})).ok());
  ASSERT_TRUE(source.Aspire("half", Versions({{8, "/m/8"}})).ok());
  ConnectSourceToTarget<StoragePath>(&source, &target);
  EXPECT_THAT(target.lines(), ElementsAre("half: 8=/m/8"));
}

struct BadList {
  std::string name;
  std::vector<std::pair<int64_t, std::string>> versions;
  std::string error;
};

TEST(PushedStoragePathSourceTest, AnInvalidListSendsNothingAndIsAProblem) {
  std::vector<std::pair<int64_t, std::string>> many;
  for (int64_t number = 0; number < 10'000; ++number) {
    many.emplace_back(number, "/m");
  }
  const std::vector<BadList> cases = {
      {"half", {{-1, "/m"}}, "Mine: half has the version -1"},
      {"half", {{1, ""}}, "half version 1 has no path"},
      {"half", {{1, "m/1"}}, "the relative path \"m/1\""},
      {"half", {{1, std::string("/m\0/1", 5)}}, "a zero byte"},
      {"half", {{1, std::string(9000, '/')}}, "has a path of 9000 bytes"},
      {"half", {{1, "/m"}, {1, "/n"}}, "half has version 1 twice"},
      {"half", many, "half has 10000 versions"},
      {"a/../b", {{1, "/m"}}, "\"..\" as a path segment"},
      {std::string(600, 'a'), {{1, "/m"}}, "has 600 bytes"},
      {"", {{1, "/m"}}, "the name of a servable is empty"},
  };
  for (const BadList& bad : cases) {
    PushedStoragePathSource source({"Mine"});
    FakeTarget target;
    ConnectSourceToTarget<StoragePath>(&source, &target);
    const absl::Status status =
        source.Aspire(bad.name, Versions(bad.versions, bad.name));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr(bad.error));
    EXPECT_THAT(target.lines(), IsEmpty());
    const std::string key = bad.name == "half" ? "half" : "";
    EXPECT_EQ(source.problems()[key], status.message()) << bad.error;
  }
}

TEST(PushedStoragePathSourceTest, TheNextValidListRemovesTheProblem) {
  PushedStoragePathSource source({});
  ASSERT_FALSE(source.Aspire("half", Versions({{-1, "/m"}})).ok());
  ASSERT_EQ(source.problems().count("half"), 1);
  ASSERT_TRUE(source.Aspire("half", Versions({{1, "/m"}})).ok());
  EXPECT_EQ(source.problems().count("half"), 0);
}

TEST(PushedStoragePathSourceTest, AtFirstTheProblemIsThatNothingIsReported) {
  PushedStoragePathSource source({"Mine"});
  EXPECT_THAT(source.problems()[""],
              HasSubstr("Mine has not reported its models yet"));
  source.SetProblem("", "");
  EXPECT_THAT(source.problems(), IsEmpty());
}

TEST(PushedStoragePathSourceTest, ASilentSourceHasAProblem) {
  PushedStoragePathSource::Options options;
  options.name = "Mine";
  options.max_silence = absl::ZeroDuration();
  PushedStoragePathSource source(options);
  source.SetProblem("", "");
  absl::SleepFor(absl::Milliseconds(1));
  EXPECT_THAT(source.problems()[""],
              HasSubstr("Mine has not answered for 0 s"));
}

TEST(PushedStoragePathSourceTest, CallsBackWhenAProblemChanges) {
  PushedStoragePathSource source({});
  int changes = 0;
  source.OnProblemsChanged([&] { ++changes; });
  source.SetProblem("half", "broken");
  source.SetProblem("half", "broken");
  source.SetProblem("half", "");
  EXPECT_EQ(changes, 2);
}

TEST(PushedStoragePathSourceTest, SendsNothingAfterStop) {
  PushedStoragePathSource source({});
  FakeTarget target;
  ConnectSourceToTarget<StoragePath>(&source, &target);
  source.Stop();
  EXPECT_EQ(source.Aspire("half", Versions({{1, "/m"}})).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(target.lines(), IsEmpty());
}

}  // namespace
}  // namespace tfs3
