// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_TESTING_ASPIRED_VERSIONS_MANAGER_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_CORE_TESTING_ASPIRED_VERSIONS_MANAGER_TEST_UTIL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"
#include "tensorflow_serving_s3/core/testing/manager_test_util.h"

namespace tfs3 {

using Versions = std::vector<ServableData<std::unique_ptr<Loader>>>;

// A manager with the policy "availability preserving" and short retry
// intervals, for versions of "half".
class AspiredVersionsManagerTest : public ::testing::Test {
 protected:
  AspiredVersionsManagerTest() {
    options_.aspired_version_policy =
        std::make_unique<AvailabilityPreservingPolicy>();
    options_.servable_event_bus = &bus_;
    options_.num_load_threads = 2;
    options_.num_unload_threads = 1;
    options_.first_load_retry_interval = absl::Milliseconds(1);
    options_.load_retry_interval = absl::Milliseconds(1);
  }

  void Start() {
    absl::StatusOr<std::unique_ptr<AspiredVersionsManager>> manager =
        AspiredVersionsManager::Create(std::move(options_));
    ASSERT_TRUE(manager.ok()) << manager.status();
    manager_ = *std::move(manager);
    aspire_ = manager_->GetAspiredVersionsCallback();
  }

  // Sends a list of versions of "half" whose loads succeed.
  void Aspire(const std::vector<int64_t>& versions) {
    Versions list;
    for (const int64_t version : versions) {
      list.emplace_back(ServableId{"half", version},
                        std::make_unique<FakeLoader>());
    }
    aspire_("half", std::move(list));
  }

  // Sends a list with one awaited version of "half".
  void AspireAwaited(int64_t version, const std::string& reason) {
    Versions list;
    list.push_back(ServableData<std::unique_ptr<Loader>>::Awaited(
        {"half", version}, absl::FailedPreconditionError(reason)));
    aspire_("half", std::move(list));
  }

  // Sends a list with one version of "half" with this loader.
  void Aspire(int64_t version, std::unique_ptr<Loader> loader) {
    Versions list;
    list.emplace_back(ServableId{"half", version}, std::move(loader));
    aspire_("half", std::move(list));
  }

  void WaitForReady(int64_t version) {
    recorder_.WaitFor("half version " + std::to_string(version) +
                      ": AVAILABLE, OK");
  }

  void WaitForEnd(int64_t version) {
    recorder_.WaitFor("half version " + std::to_string(version) + ": END, OK");
  }

  absl::StatusOr<ServableHandle<FakeServable>> Get(
      const ServableRequest& request = ServableRequest::Latest("half")) {
    return manager_->GetServableHandle<FakeServable>(request);
  }

  EventBus<ServableState> bus_;
  StateRecorder recorder_{&bus_};
  AspiredVersionsManager::Options options_;
  std::unique_ptr<AspiredVersionsManager> manager_;
  Source<std::unique_ptr<Loader>>::AspiredVersionsCallback aspire_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_TESTING_ASPIRED_VERSIONS_MANAGER_TEST_UTIL_H_
