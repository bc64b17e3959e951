// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/caching_manager.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/testing/test_support.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What the test says, and how often it was asked.
struct Origin {
  std::mutex mu;
  std::vector<int64_t> versions;  // Guarded by mu.
  std::function<absl::Status()> on_load = [] { return absl::OkStatus(); };
  std::atomic<int> num_loaders{0};
};

class Factory : public CachingManager::LoaderFactory {
 public:
  explicit Factory(Origin* origin) : origin_(origin) {}

  absl::StatusOr<std::unique_ptr<Loader>> CreateLoader(
      const ServableId& id) override {
    ++origin_->num_loaders;
    if (id.name != "half") return absl::NotFoundError("no such model");
    return std::make_unique<FakeLoader>(origin_->on_load);
  }

  absl::StatusOr<std::vector<int64_t>> ListVersions(
      absl::string_view servable_name) override {
    if (servable_name != "half") return absl::NotFoundError("no such model");
    std::lock_guard<std::mutex> lock(origin_->mu);
    return origin_->versions;
  }

 private:
  Origin* const origin_;
};

class CachingManagerTest : public ::testing::Test {
 protected:
  absl::StatusOr<ServableHandle<FakeServable>> Get(
      const ServableRequest& request) {
    return manager_.GetServableHandle<FakeServable>(request);
  }

  Origin origin_;
  CachingManager manager_{{}, std::make_unique<Factory>(&origin_)};
};

TEST_F(CachingManagerTest, LoadsAtTheFirstRequestAndOnlyThen) {
  EXPECT_THAT(manager_.ListAvailableServableIds(), IsEmpty());
  for (int i = 0; i < 3; ++i) {
    const auto handle = Get(ServableRequest::Specific("half", 7));
    ASSERT_TRUE(handle.ok()) << handle.status();
    EXPECT_EQ((*handle)->version, 7);
  }
  EXPECT_EQ(origin_.num_loaders, 1);
  EXPECT_THAT(manager_.ListAvailableServableIds(),
              ElementsAre(ServableId{"half", 7}));
}

TEST_F(CachingManagerTest, LatestIsTheHighestThatTheFactoryLists) {
  origin_.versions = {3, 9, 4};
  EXPECT_EQ((*Get(ServableRequest::Latest("half")))->version, 9);
  {
    std::lock_guard<std::mutex> lock(origin_.mu);
    origin_.versions = {9, 10};
  }
  EXPECT_EQ((*Get(ServableRequest::Latest("half")))->version, 10);
}

TEST_F(CachingManagerTest, WithoutAVersionThereIsNoLatest) {
  EXPECT_EQ(Get(ServableRequest::Latest("half")).status(),
            absl::NotFoundError("Servable not found for request: Latest(half); "
                                "it has no version"));
}

TEST_F(CachingManagerTest, ErrorsOfTheFactoryAreReturned) {
  EXPECT_EQ(Get(ServableRequest::Latest("third")).status(),
            absl::NotFoundError("no such model"));
  EXPECT_EQ(Get(ServableRequest::Specific("third", 1)).status(),
            absl::NotFoundError("no such model"));
}

TEST_F(CachingManagerTest, AVersionIsLoadedOnceForAllWhoAskAtOnce) {
  constexpr int kNumClients = 8;
  Gate proceed;
  std::atomic<int> loads{0};
  origin_.on_load = [&] {
    ++loads;
    proceed.Wait();
    return absl::OkStatus();
  };
  std::atomic<int> good{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < kNumClients; ++i) {
    clients.emplace_back([&] {
      if (Get(ServableRequest::Specific("half", 1)).ok()) ++good;
    });
  }
  proceed.Open();
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, kNumClients);
  EXPECT_EQ(loads, 1);
}

TEST_F(CachingManagerTest, AnErrorGoesToTheRequestAndTheNextOneTriesAgain) {
  origin_.on_load = [] { return absl::UnavailableError("not yet"); };
  EXPECT_EQ(Get(ServableRequest::Specific("half", 1)).status(),
            absl::UnavailableError("not yet"));
  origin_.on_load = [] { return absl::OkStatus(); };
  EXPECT_TRUE(Get(ServableRequest::Specific("half", 1)).ok());
}

TEST_F(CachingManagerTest, AnErrorGoesToAllWhoWait) {
  constexpr int kNumClients = 4;
  Gate proceed;
  origin_.on_load = [&] {
    proceed.Wait();
    return absl::UnavailableError("not yet");
  };
  std::atomic<int> errors{0};
  std::vector<std::thread> clients;
  for (int i = 0; i < kNumClients; ++i) {
    clients.emplace_back([&] {
      if (Get(ServableRequest::Specific("half", 1)).status() ==
          absl::UnavailableError("not yet")) {
        ++errors;
      }
    });
  }
  proceed.Open();
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(errors, kNumClients);
}

TEST_F(CachingManagerTest, AVersionThatLoadsHoldsUpNoOther) {
  Gate loading;
  Gate proceed;
  origin_.on_load = [&] {
    loading.Open();
    proceed.Wait();
    return absl::OkStatus();
  };
  std::thread client(
      [&] { EXPECT_TRUE(Get(ServableRequest::Specific("half", 1)).ok()); });
  loading.Wait();
  origin_.on_load = [] { return absl::OkStatus(); };
  EXPECT_TRUE(Get(ServableRequest::Specific("half", 2)).ok());
  proceed.Open();
  client.join();
}

}  // namespace
}  // namespace tfs3
