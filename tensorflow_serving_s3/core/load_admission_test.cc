// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/load_admission.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"

namespace tfs3 {
namespace {

using Decision = LoadAdmission::Decision;
using Harness = LoadAdmission::Harness;

Harness StartLoading(int64_t version, std::unique_ptr<FakeLoader> loader) {
  auto harness = std::make_shared<LoaderHarness>(ServableId{"half", version},
                                                 std::move(loader));
  EXPECT_TRUE(harness->RequestLoad() && harness->ApproveLoad() &&
              harness->StartLoading());
  return harness;
}

Harness StartLoading(int64_t version, uint64_t bytes) {
  auto loader = std::make_unique<FakeLoader>();
  loader->set_estimate(bytes);
  return StartLoading(version, std::move(loader));
}

class LoadAdmissionTest : public ::testing::Test {
 protected:
  void Wait(const Harness& harness) {
    const LoadAdmission::Result result = admission_.Admit(*harness);
    ASSERT_EQ(result.decision, Decision::kMustWait);
    harness->AwaitResources(result.reason);
    admission_.Wait(harness, result.estimate);
  }

  std::vector<Harness> started_;
  std::vector<int64_t> freed_;
  LoadAdmission admission_{
      {/*limit_bytes=*/10,
       [this](const Harness& harness) { started_.push_back(harness); },
       [this](const ServableId& id) { freed_.push_back(id.version); }}};
};

TEST_F(LoadAdmissionTest, AdmitsWhatFits) {
  EXPECT_EQ(admission_.Admit(*StartLoading(1, 6)).decision,
            Decision::kAdmitted);
}

TEST_F(LoadAdmissionTest, AdmitsAHarnessWithAReservation) {
  const Harness harness = StartLoading(1, 6);
  EXPECT_EQ(admission_.Admit(*harness).decision, Decision::kAdmitted);
  EXPECT_EQ(admission_.Admit(*harness).decision, Decision::kAdmitted);
}

TEST_F(LoadAdmissionTest, RefusesAnEstimateAboveTheLimit) {
  const LoadAdmission::Result result = admission_.Admit(*StartLoading(1, 11));
  EXPECT_EQ(result.decision, Decision::kRefused);
  EXPECT_FALSE(result.may_retry);
  EXPECT_EQ(result.reason.code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(LoadAdmissionTest, ALoadWithoutAnEstimateMayBeRetried) {
  auto loader = std::make_unique<FakeLoader>();
  loader->set_estimate([] { return absl::UnavailableError("no response"); });
  const LoadAdmission::Result result =
      admission_.Admit(*StartLoading(1, std::move(loader)));
  EXPECT_EQ(result.decision, Decision::kRefused);
  EXPECT_TRUE(result.may_retry);
  EXPECT_EQ(result.reason, absl::UnavailableError("no response"));
}

TEST_F(LoadAdmissionTest, WithoutALimitRequestsNoEstimate) {
  LoadAdmission admission({0, [](const Harness&) {}, [](const ServableId&) {}});
  auto loader = std::make_unique<FakeLoader>();
  loader->set_estimate([]() -> absl::StatusOr<ResourceEstimate> {
    ADD_FAILURE();
    return ResourceEstimate();
  });
  EXPECT_EQ(admission.Admit(*StartLoading(1, std::move(loader))).decision,
            Decision::kAdmitted);
}

TEST_F(LoadAdmissionTest, StartsAWaitingLoadAfterARelease) {
  const Harness first = StartLoading(1, 6);
  const Harness second = StartLoading(2, 6);
  EXPECT_EQ(admission_.Admit(*first).decision, Decision::kAdmitted);
  Wait(second);
  EXPECT_TRUE(started_.empty());
  admission_.Release(*first);
  EXPECT_EQ(started_, std::vector<Harness>{second});
  EXPECT_EQ(second->state(), LoaderHarness::State::kLoadApproved);
}

TEST_F(LoadAdmissionTest, ASmallLoadOvertakesALargeOne) {
  const Harness loaded[] = {StartLoading(1, 5), StartLoading(2, 3)};
  for (const Harness& harness : loaded) {
    EXPECT_EQ(admission_.Admit(*harness).decision, Decision::kAdmitted);
  }
  const Harness large = StartLoading(3, 9);
  const Harness small = StartLoading(4, 4);
  Wait(large);
  Wait(small);
  admission_.Release(*loaded[1]);
  EXPECT_EQ(started_, std::vector<Harness>{small});
  EXPECT_EQ(freed_, std::vector<int64_t>{3});
}

TEST_F(LoadAdmissionTest, DoesNotStartACancelledLoad) {
  const Harness first = StartLoading(1, 6);
  const Harness second = StartLoading(2, 6);
  EXPECT_EQ(admission_.Admit(*first).decision, Decision::kAdmitted);
  Wait(second);
  EXPECT_TRUE(second->Cancel());
  admission_.Release(*first);
  EXPECT_TRUE(started_.empty());
  EXPECT_FALSE(admission_.StopWaiting(second));
}

TEST_F(LoadAdmissionTest, DoesNotStartALoadThatStoppedToWait) {
  const Harness first = StartLoading(1, 6);
  const Harness second = StartLoading(2, 6);
  EXPECT_EQ(admission_.Admit(*first).decision, Decision::kAdmitted);
  Wait(second);
  EXPECT_TRUE(admission_.StopWaiting(second));
  admission_.Release(*first);
  EXPECT_TRUE(started_.empty());
}

TEST_F(LoadAdmissionTest, AnUnloadMakesRoomUnlessOthersInProgressDo) {
  const Harness first = StartLoading(1, 5);
  const Harness second = StartLoading(2, 5);
  const Harness waiting = StartLoading(3, 4);
  EXPECT_EQ(admission_.Admit(*first).decision, Decision::kAdmitted);
  EXPECT_EQ(admission_.Admit(*second).decision, Decision::kAdmitted);
  Wait(waiting);
  EXPECT_FALSE(admission_.MakesRoom(waiting, {}));
  EXPECT_TRUE(admission_.MakesRoom(waiting, {second}));
  admission_.MarkUnloading(*first);
  EXPECT_FALSE(admission_.MakesRoom(waiting, {second}));
  EXPECT_FALSE(admission_.MakesRoom(first, {second}));
}

}  // namespace
}  // namespace tfs3
