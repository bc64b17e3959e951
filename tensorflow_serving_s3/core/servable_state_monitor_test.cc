// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/servable_state_monitor.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_state.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ManagerState = ServableState::ManagerState;
using Bus = EventBus<ServableState>;

void Publish(Bus& bus, int64_t version, ManagerState state,
             const absl::Status& health = absl::OkStatus(),
             const std::string& name = "half") {
  bus.Publish(ServableState{{name, version}, state, health});
}

std::vector<int64_t> Versions(const ServableStateMonitor& monitor,
                              const std::string& name = "half") {
  std::vector<int64_t> versions;
  for (const auto& [version, entry] : monitor.GetVersionStates(name)) {
    versions.push_back(version);
  }
  return versions;
}

TEST(ServableStateMonitorTest, ReturnsTheLatestStateOfAVersion) {
  Bus bus;
  const ServableStateMonitor monitor(&bus);
  EXPECT_FALSE(monitor.GetState({"half", 7}).has_value());
  Publish(bus, 7, ManagerState::kStart);
  Publish(bus, 7, ManagerState::kLoading, absl::UnavailableError("not yet"));
  ASSERT_TRUE(monitor.GetState({"half", 7}).has_value());
  EXPECT_EQ(monitor.GetState({"half", 7})->state,
            (ServableState{{"half", 7},
                           ManagerState::kLoading,
                           absl::UnavailableError("not yet")}));
  EXPECT_FALSE(monitor.GetState({"half", 8}).has_value());
}

TEST(ServableStateMonitorTest, ListsTheNewestVersionFirst) {
  Bus bus;
  const ServableStateMonitor monitor(&bus);
  Publish(bus, 2, ManagerState::kAvailable);
  Publish(bus, 10, ManagerState::kLoading);
  Publish(bus, 1, ManagerState::kEnd);
  Publish(bus, 5, ManagerState::kAvailable, absl::OkStatus(), "third");
  EXPECT_THAT(Versions(monitor), ElementsAre(10, 2, 1));
  EXPECT_THAT(Versions(monitor, "third"), ElementsAre(5));
  EXPECT_THAT(Versions(monitor, "unknown"), IsEmpty());
  EXPECT_EQ(monitor.GetAllServableStates().size(), 2);
}

TEST(ServableStateMonitorTest, KeepsTheEndedVersionsThatEndedLast) {
  Bus bus;
  ServableStateMonitor::Options options;
  options.max_ended_versions = 2;
  const ServableStateMonitor monitor(&bus, options);
  Publish(bus, 1, ManagerState::kAvailable);
  for (const int64_t version : {4, 2, 3}) {
    Publish(bus, version, ManagerState::kEnd);
  }
  EXPECT_THAT(Versions(monitor), ElementsAre(3, 2, 1));
}

TEST(ServableStateMonitorTest, KeepsEndedVersionsWithAnErrorLonger) {
  Bus bus;
  ServableStateMonitor::Options options;
  options.max_ended_versions = 2;
  const ServableStateMonitor monitor(&bus, options);
  Publish(bus, 1, ManagerState::kEnd, absl::DataLossError("broken"));
  Publish(bus, 2, ManagerState::kEnd);
  Publish(bus, 3, ManagerState::kEnd);
  EXPECT_THAT(Versions(monitor), ElementsAre(3, 1));
}

TEST(ServableStateMonitorTest, ForgetsTheServablesThatEndedFirst) {
  Bus bus;
  ServableStateMonitor::Options options;
  options.max_ended_servables = 2;
  const ServableStateMonitor monitor(&bus, options);
  Publish(bus, 1, ManagerState::kAvailable, absl::OkStatus(), "serving");
  for (const std::string name : {"c", "b", "a"}) {
    Publish(bus, 1, ManagerState::kEnd, absl::OkStatus(), name);
  }
  EXPECT_THAT(Versions(monitor, "c"), IsEmpty());
  EXPECT_THAT(Versions(monitor, "b"), ElementsAre(1));
  EXPECT_THAT(Versions(monitor, "a"), ElementsAre(1));
  EXPECT_THAT(Versions(monitor, "serving"), ElementsAre(1));
}

TEST(ServableStateMonitorTest, ForgetEndedForgetsVersions) {
  Bus bus;
  ServableStateMonitor monitor(&bus);
  Publish(bus, 1, ManagerState::kEnd);
  Publish(bus, 2, ManagerState::kEnd, absl::DataLossError("broken"));
  Publish(bus, 3, ManagerState::kEnd);
  Publish(bus, 4, ManagerState::kAvailable);
  Publish(bus, 1, ManagerState::kEnd, absl::OkStatus(), "other");

  monitor.ForgetEnded("half", {1, 2, 4, 5});
  EXPECT_THAT(Versions(monitor), ElementsAre(4, 3));
  EXPECT_THAT(Versions(monitor, "other"), ElementsAre(1));

  Publish(bus, 4, ManagerState::kUnloading);
  EXPECT_THAT(Versions(monitor), ElementsAre(4, 3));
  Publish(bus, 4, ManagerState::kEnd);
  EXPECT_THAT(Versions(monitor), ElementsAre(3));
}

TEST(ServableStateMonitorTest, ForgetEndedReplacesTheSet) {
  Bus bus;
  ServableStateMonitor monitor(&bus);
  monitor.ForgetEnded("half", {1, 2});
  Publish(bus, 1, ManagerState::kEnd);
  EXPECT_THAT(Versions(monitor), IsEmpty());

  monitor.ForgetEnded("half", {});
  Publish(bus, 2, ManagerState::kEnd);
  EXPECT_THAT(Versions(monitor), ElementsAre(2));
}

TEST(ServableStateMonitorTest, MayOutliveTheBus) {
  auto bus = std::make_unique<Bus>();
  const ServableStateMonitor monitor(bus.get());
  Publish(*bus, 7, ManagerState::kAvailable);
  bus.reset();
  EXPECT_THAT(Versions(monitor), ElementsAre(7));
}

absl::Status WaitForAvailable(const ServableStateMonitor& monitor,
                              const std::vector<ServableRequest>& requests,
                              absl::Time deadline = absl::InfiniteFuture()) {
  return monitor.WaitUntilServablesReachState(
      requests, ManagerState::kAvailable, deadline);
}

TEST(ServableStateMonitorWaitTest, ReturnsImmediatelyIfAllAreMet) {
  Bus bus;
  const ServableStateMonitor monitor(&bus);
  Publish(bus, 7, ManagerState::kAvailable);
  EXPECT_TRUE(WaitForAvailable(monitor, {ServableRequest::Latest("half"),
                                         ServableRequest::Specific("half", 7)})
                  .ok());
}

TEST(ServableStateMonitorWaitTest, ReturnsWhenTheLastRequestIsMet) {
  Bus bus;
  const ServableStateMonitor monitor(&bus);
  Publish(bus, 7, ManagerState::kAvailable);
  std::thread loader([&bus] {
    Publish(bus, 1, ManagerState::kLoading, absl::OkStatus(), "third");
    Publish(bus, 1, ManagerState::kAvailable, absl::OkStatus(), "third");
  });
  EXPECT_TRUE(WaitForAvailable(monitor, {ServableRequest::Latest("half"),
                                         ServableRequest::Latest("third")})
                  .ok());
  loader.join();
}

TEST(ServableStateMonitorWaitTest, SeesAStateThatChangesImmediately) {
  Bus bus;
  const ServableStateMonitor monitor(&bus);
  std::atomic<bool> met{false};
  std::thread loader([&] {
    while (!met) {
      Publish(bus, 7, ManagerState::kAvailable);
      Publish(bus, 7, ManagerState::kUnloading);
    }
  });
  EXPECT_TRUE(
      WaitForAvailable(monitor, {ServableRequest::Latest("half")}).ok());
  met = true;
  loader.join();
}

TEST(ServableStateMonitorWaitTest, AVersionThatEndsFailsItsRequest) {
  Bus bus;
  const ServableStateMonitor monitor(&bus);
  Publish(bus, 7, ManagerState::kEnd, absl::NotFoundError("no such bucket"));
  const absl::Status status =
      WaitForAvailable(monitor, {ServableRequest::Latest("half")});
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(),
              HasSubstr("half version 7: END, NOT_FOUND: no such bucket"));
}

TEST(ServableStateMonitorWaitTest, OneEndedVersionDoesNotFailARequestForAny) {
  Bus bus;
  const ServableStateMonitor monitor(&bus);
  Publish(bus, 7, ManagerState::kEnd, absl::NotFoundError("no such bucket"));
  Publish(bus, 6, ManagerState::kAvailable);
  EXPECT_TRUE(
      WaitForAvailable(monitor, {ServableRequest::Latest("half")}).ok());
}

TEST(ServableStateMonitorWaitTest, TheDeadlineErrorNamesTheOpenRequests) {
  Bus bus;
  const ServableStateMonitor monitor(&bus);
  Publish(bus, 7, ManagerState::kLoading);
  const absl::Status status = WaitForAvailable(
      monitor,
      {ServableRequest::Latest("half"), ServableRequest::Specific("third", 3)},
      absl::Now());
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(status.message(),
              HasSubstr("Latest(half) (half version 7: LOADING, OK)"));
  EXPECT_THAT(status.message(),
              HasSubstr("Specific(third, 3) (no version is known)"));
}

}  // namespace
}  // namespace tfs3
