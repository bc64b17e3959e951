// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "examples/custom_servable/hashmap_source_adapter.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/servable_state_monitor.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/sources/file_system_storage_path_source.h"

namespace custom_servable {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using ::tfs3::ServableRequest;
using ::tfs3::ServableState;

constexpr char kName[] = "capitals";

// The whole chain, with the versions in a folder.
class HashmapSourceAdapterTest : public ::testing::Test {
 protected:
  HashmapSourceAdapterTest()
      : base_path_(
            std::filesystem::path(::testing::TempDir()) /
            ::testing::UnitTest::GetInstance()->current_test_info()->name()),
        monitor_(&states_) {}

  // Writes a version. It is complete when the rename ends.
  void Write(int version, const std::string& text) {
    const std::filesystem::path folder = base_path_ / std::to_string(version);
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "uploading") << text;
    std::filesystem::rename(folder / "uploading", folder / kTableFile);
  }

  void Start() {
    tfs3::AspiredVersionsManager::Options options;
    options.aspired_version_policy =
        std::make_unique<tfs3::AvailabilityPreservingPolicy>();
    options.servable_event_bus = &states_;
    options.max_num_load_retries = 0;
    auto manager = tfs3::AspiredVersionsManager::Create(std::move(options));
    ASSERT_TRUE(manager.ok()) << manager.status();
    manager_ = *std::move(manager);

    tfs3::FileSystemStoragePathSource::Config config;
    config.set_file_system_poll_wait_seconds(1);
    config.add_servables()->set_servable_name(kName);
    config.mutable_servables(0)->set_base_path(base_path_.string());
    tfs3::FileSystemStoragePathSource::Options source_options;
    source_options.completeness = [](const std::string& version_path) {
      return CheckTableComplete(tensorflow::Env::Default(), version_path);
    };
    auto source = tfs3::FileSystemStoragePathSource::Create(
        config, std::move(source_options));
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);

    tfs3::ConnectSourceToTarget(&adapter_, manager_.get());
    tfs3::ConnectSourceToTarget(source_.get(), &adapter_);
  }

  absl::Status WaitFor(int version, ServableState::ManagerState state) {
    return monitor_.WaitUntilServablesReachState(
        {ServableRequest::Specific(kName, version)}, state,
        absl::Now() + absl::Minutes(5));
  }

  absl::StatusOr<tfs3::ServableHandle<Hashmap>> Get() {
    return manager_->GetServableHandle<Hashmap>(ServableRequest::Latest(kName));
  }

  const std::filesystem::path base_path_;
  tfs3::EventBus<ServableState> states_;
  tfs3::ServableStateMonitor monitor_;
  // The order of Start; destroyed in the reverse order.
  std::unique_ptr<tfs3::AspiredVersionsManager> manager_;
  HashmapSourceAdapter adapter_;
  std::unique_ptr<tfs3::FileSystemStoragePathSource> source_;
};

TEST_F(HashmapSourceAdapterTest, ServesTheTableOfAVersion) {
  Write(1, "fr\tParis\nde\tBonn\n");
  Start();
  ASSERT_TRUE(WaitFor(1, ServableState::ManagerState::kAvailable).ok());
  const auto table = Get();
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(**table,
              UnorderedElementsAre(Pair("fr", "Paris"), Pair("de", "Bonn")));
}

TEST_F(HashmapSourceAdapterTest, SwitchesToANewVersion) {
  Write(1, "de\tBonn\n");
  Start();
  ASSERT_TRUE(WaitFor(1, ServableState::ManagerState::kAvailable).ok());
  Write(2, "de\tBerlin\n");
  ASSERT_TRUE(WaitFor(1, ServableState::ManagerState::kEnd).ok());
  const auto table = Get();
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->id().version, 2);
  EXPECT_THAT(**table, ElementsAre(Pair("de", "Berlin")));
}

TEST_F(HashmapSourceAdapterTest, AHandleKeepsItsVersion) {
  Write(1, "de\tBonn\n");
  Start();
  ASSERT_TRUE(WaitFor(1, ServableState::ManagerState::kAvailable).ok());
  const auto old = Get();
  ASSERT_TRUE(old.ok()) << old.status();
  Write(2, "de\tBerlin\n");
  ASSERT_TRUE(WaitFor(2, ServableState::ManagerState::kAvailable).ok());
  EXPECT_THAT(**old, ElementsAre(Pair("de", "Bonn")));
}

TEST_F(HashmapSourceAdapterTest, TheOldVersionServesBesideABrokenOne) {
  Write(1, "de\tBonn\n");
  Start();
  ASSERT_TRUE(WaitFor(1, ServableState::ManagerState::kAvailable).ok());
  Write(2, "fr\tParis\nde Berlin\n");
  const absl::Status status =
      WaitFor(2, ServableState::ManagerState::kAvailable);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr((base_path_ / "2/table.tsv").string()),
                    HasSubstr("line 2: \"de Berlin\""),
                    HasSubstr("upload the table as a new version")));
  const auto table = Get();
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->id().version, 1);
}

TEST_F(HashmapSourceAdapterTest, WaitsForTheTableOfAVersion) {
  const std::string version = (base_path_ / "1").string();
  std::filesystem::create_directories(version);
  const absl::Status status =
      CheckTableComplete(tensorflow::Env::Default(), version);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(HasSubstr(version), HasSubstr("table.tsv is missing; upload it")));
  Write(1, "de\tBonn\n");
  EXPECT_TRUE(CheckTableComplete(tensorflow::Env::Default(), version).ok());
}

TEST(ParseTableTest, IgnoresEmptyLinesAndCarriageReturns) {
  const absl::StatusOr<Hashmap> table = ParseTable("de\tBerlin\r\n\r\n\nfr\t");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(*table,
              UnorderedElementsAre(Pair("de", "Berlin"), Pair("fr", "")));
}

TEST(ParseTableTest, AnEmptyTextIsAnEmptyTable) {
  const absl::StatusOr<Hashmap> table = ParseTable("");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(*table, IsEmpty());
}

struct Mistake {
  std::string name;
  std::string text;
  std::string message;
};

class MistakeTest : public ::testing::TestWithParam<Mistake> {};

TEST_P(MistakeTest, IsNamedWithItsLine) {
  const absl::Status status = ParseTable(GetParam().text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, MistakeTest,
    ::testing::Values(
        Mistake{"NoTab", "a\tb\nde Berlin", "line 2: \"de Berlin\" is not"},
        Mistake{"TwoTabs", "de\tBerlin\tBonn",
                "line 1: \"de\tBerlin\tBonn\" is not"},
        Mistake{"NoKey", "\n\tBerlin", "line 2: \"\tBerlin\" is not"},
        Mistake{"KeyTwice", "de\tBonn\n\nde\tBerlin",
                "line 3: the key \"de\" is on an earlier line too; remove"}),
    [](const ::testing::TestParamInfo<Mistake>& info) {
      return info.param.name;
    });

}  // namespace
}  // namespace custom_servable
