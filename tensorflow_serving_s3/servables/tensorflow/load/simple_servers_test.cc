// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/simple_servers.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state_monitor.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const ServableRequest kLatest = ServableRequest::Latest(kSimpleServableName);

ServableRequest Version(int64_t version) {
  return ServableRequest::Specific(kSimpleServableName, version);
}

// Returns a new folder for the running test.
std::string BasePath() {
  const std::string path =
      ::testing::TempDir() +
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::filesystem::create_directory(path);
  return path;
}

// Publishes half_plus_three as a version.
void Publish(const std::string& base_path, const std::string& version) {
  // A rename makes all files visible atomically.
  std::filesystem::rename(CopyTestModel("half_plus_three", "staged"),
                          base_path + "/" + version);
}

class SimpleServersTest : public ::testing::Test {
 protected:
  void Serve(const std::string& base_path) {
    absl::StatusOr<std::shared_ptr<Manager>> manager =
        CreateSingleTFModelManagerFromBasePath(base_path, &bus_);
    ASSERT_TRUE(manager.ok()) << manager.status();
    manager_ = *std::move(manager);
  }

  absl::Status WaitFor(const ServableRequest& request,
                       ServableState::ManagerState state) {
    return monitor_.WaitUntilServablesReachState({request}, state,
                                                 absl::InfiniteFuture());
  }

  EventBus<ServableState> bus_;
  ServableStateMonitor monitor_{&bus_};
  std::shared_ptr<Manager> manager_;
};

TEST_F(SimpleServersTest, ServesTheNewestVersionUnderTheBasePath) {
  const std::string base_path = BasePath();
  Publish(base_path, "1");
  Publish(base_path, "00000002");
  Serve(base_path);
  ASSERT_TRUE(WaitFor(kLatest, ServableState::ManagerState::kAvailable).ok());
  EXPECT_THAT(manager_->ListAvailableServableIds(),
              ElementsAre(ServableId{"default", 2}));

  const auto model = manager_->GetServableHandle<SavedModelBundle>(kLatest);
  ASSERT_TRUE(model.ok()) << model.status();
  const auto signature = (*model)->GetSignature("");
  ASSERT_TRUE(signature.ok()) << signature.status();
  tensorflow::Tensor x(tensorflow::DT_FLOAT, tensorflow::TensorShape({1}));
  x.flat<float>()(0) = 1;
  const auto outputs = (*signature)->Run({x}, {});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ(outputs->at(0).flat<float>()(0), 3.5);
}

TEST_F(SimpleServersTest, SwitchesToALaterVersion) {
  const std::string base_path = BasePath();
  Publish(base_path, "1");
  Serve(base_path);
  ASSERT_TRUE(
      WaitFor(Version(1), ServableState::ManagerState::kAvailable).ok());
  Publish(base_path, "2");
  ASSERT_TRUE(
      WaitFor(Version(2), ServableState::ManagerState::kAvailable).ok());
  ASSERT_TRUE(WaitFor(Version(1), ServableState::ManagerState::kEnd).ok());
}

TEST_F(SimpleServersTest, HasNoHandleBeforeTheFirstVersion) {
  const std::string base_path = BasePath();
  Serve(base_path);
  const auto model = manager_->GetServableHandle<SavedModelBundle>(kLatest);
  EXPECT_EQ(model.status().code(), absl::StatusCode::kNotFound);
  Publish(base_path, "1");
  EXPECT_TRUE(WaitFor(kLatest, ServableState::ManagerState::kAvailable).ok());
}

TEST_F(SimpleServersTest, UnloadsWhenTheManagerIsDeleted) {
  const std::string base_path = BasePath();
  Publish(base_path, "1");
  Serve(base_path);
  ASSERT_TRUE(WaitFor(kLatest, ServableState::ManagerState::kAvailable).ok());
  manager_.reset();
  EXPECT_EQ(monitor_.GetState({"default", 1})->state.manager_state,
            ServableState::ManagerState::kEnd);
}

TEST_F(SimpleServersTest, WorksWithoutABus) {
  const auto manager = CreateSingleTFModelManagerFromBasePath(BasePath());
  ASSERT_TRUE(manager.ok()) << manager.status();
  EXPECT_THAT((*manager)->ListAvailableServableIds(), IsEmpty());
}

TEST_F(SimpleServersTest, RefusesARelativeBasePath) {
  const absl::Status status =
      CreateSingleTFModelManagerFromBasePath("models/half").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("relative base path"));
}

}  // namespace
}  // namespace tfs3
