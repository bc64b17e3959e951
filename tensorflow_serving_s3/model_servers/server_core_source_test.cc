// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests a ServerCore whose models come from a source.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"
#include "tensorflow_serving_s3/model_servers/testing/server_core_test_util.h"
#include "tensorflow_serving_s3/sources/pushed_storage_path_source.h"

namespace tfs3 {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ServerCoreSourceTest : public ::testing::Test {
 protected:
  ServerCoreSourceTest() : core_(OptionsWith(&source_)) {
    source_.OnProblemsChanged([this] { core_->SourceProblemsChanged(); });
  }

  ~ServerCoreSourceTest() override { source_.OnProblemsChanged(nullptr); }

  static ServerCore::Options OptionsWith(PushedStoragePathSource* source) {
    ServerCore::Options options = OptionsFor(ConfigOf({}));
    options.source = source;
    options.source_problems = [source] { return source->problems(); };
    return options;
  }

  // Reports version `version` of half_plus_three.
  absl::Status Aspire(const std::string& name, int64_t version) {
    return source_.Aspire(
        name, {ServableData<StoragePath>(
                  ServableId{name, version},
                  absl::StrCat(BasePath({absl::StrCat(version)}, name), "/",
                               version))});
  }

  PushedStoragePathSource source_{{"Mine"}};
  StartedCore core_;
};

TEST_F(ServerCoreSourceTest, ServesAReportedVersion) {
  ASSERT_TRUE(Aspire("half", 7).ok());
  core_.WaitUntilLoaded();
  EXPECT_TRUE(core_->GetModel(Spec("half", 7)).ok());
  EXPECT_TRUE(core_->IsConfigured("half"));
}

TEST_F(ServerCoreSourceTest, AnEmptyListRemovesTheModel) {
  ASSERT_TRUE(Aspire("half", 7).ok());
  core_.WaitUntilLoaded();
  ASSERT_TRUE(source_.Aspire("half", {}).ok());
  core_.WaitUntil(ServableState::ManagerState::kEnd);
  EXPECT_FALSE(core_->IsConfigured("half"));
  EXPECT_THAT(core_->ListModels(), IsEmpty());
}

TEST_F(ServerCoreSourceTest, IsReadyWhenTheSourceAndItsModelsAre) {
  EXPECT_FALSE(core_->IsReady());
  ASSERT_TRUE(Aspire("half", 7).ok());
  core_.WaitUntilLoaded();
  EXPECT_FALSE(core_->IsReady());
  source_.SetProblem("", "");
  EXPECT_TRUE(core_->IsReady());
  source_.SetProblem("", "Mine failed");
  EXPECT_TRUE(core_->IsReady()) << "it has been ready before";
}

TEST_F(ServerCoreSourceTest, AChangedProblemPublishesTheConfiguration) {
  int published = 0;
  const auto subscription = core_->config_event_bus()->Subscribe(
      [&](const auto& /*config*/) { ++published; });
  source_.SetProblem("", "");
  EXPECT_EQ(published, 1);
}

TEST_F(ServerCoreSourceTest, ListsTheProblemOfAModelWithoutAVersion) {
  source_.SetProblem("half", "not signed");
  const auto models = core_->ListModels();
  ASSERT_EQ(models.size(), 1);
  EXPECT_EQ(models[0].name, "half");
  EXPECT_EQ(models[0].problem, "not signed");
}

TEST_F(ServerCoreSourceTest, ExplainsAnUnknownModelAndVersion) {
  source_.SetProblem("", "Mine failed");
  EXPECT_THAT(std::string(core_->GetModel(Spec("half")).status().message()),
              HasSubstr("the source reports no version of model \"half\"; its "
                        "models: none; Mine failed"));
  ASSERT_TRUE(Aspire("half", 7).ok());
  core_.WaitUntilLoaded();
  EXPECT_THAT(std::string(core_->GetModel(Spec("half", 8)).status().message()),
              HasSubstr("version 8 is not in the list of the source; available "
                        "versions: 7"));
}

TEST_F(ServerCoreSourceTest, RefusesAReload) {
  const absl::Status status = core_.Reload(ConfigOf({}));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("custom source"));
}

}  // namespace
}  // namespace tfs3
