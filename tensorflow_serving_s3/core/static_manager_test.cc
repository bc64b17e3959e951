// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/static_manager.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/testing/fake_loader.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;

TEST(StaticManagerTest, ServesAllAddedServables) {
  StaticManagerBuilder builder;
  ASSERT_TRUE(
      builder.AddServable({"text", 1}, std::make_unique<std::string>("one"))
          .ok());
  ASSERT_TRUE(
      builder.AddServable({"text", 2}, std::make_unique<std::string>("two"))
          .ok());
  ASSERT_TRUE(
      builder.AddLoader({"half", 7}, std::make_unique<FakeLoader>()).ok());
  const absl::StatusOr<std::unique_ptr<Manager>> manager =
      std::move(builder).Build();
  ASSERT_TRUE(manager.ok()) << manager.status();
  EXPECT_THAT((*manager)->ListAvailableServableIds(),
              ElementsAre(ServableId{"half", 7}, ServableId{"text", 1},
                          ServableId{"text", 2}));
  EXPECT_EQ(**(*manager)->GetServableHandle<std::string>(
                ServableRequest::Latest("text")),
            "two");
  EXPECT_EQ((*(*manager)->GetServableHandle<FakeServable>(
                 ServableRequest::Latest("half")))
                ->version,
            7);
}

TEST(StaticManagerTest, TheErrorOfALoadNamesTheServable) {
  std::atomic<bool> unloaded{false};
  StaticManagerBuilder builder;
  ASSERT_TRUE(builder
                  .AddLoader({"half", 1}, std::make_unique<FakeLoader>(
                                              [] { return absl::OkStatus(); },
                                              [&] { unloaded = true; }))
                  .ok());
  ASSERT_TRUE(builder
                  .AddLoader({"third", 7}, std::make_unique<FakeLoader>([] {
                               return absl::DataLossError("corrupt");
                             }))
                  .ok());
  {
    StaticManagerBuilder used_up = std::move(builder);
    EXPECT_EQ(std::move(used_up).Build().status(),
              absl::DataLossError("third version 7 cannot be loaded: corrupt"));
  }
  EXPECT_TRUE(unloaded);
}

TEST(StaticManagerTest, RefusesAnIdTwice) {
  StaticManagerBuilder builder;
  ASSERT_TRUE(
      builder.AddLoader({"half", 1}, std::make_unique<FakeLoader>()).ok());
  EXPECT_EQ(
      builder.AddLoader({"half", 1}, std::make_unique<FakeLoader>()).code(),
      absl::StatusCode::kAlreadyExists);
}

TEST(StaticManagerTest, RefusesANullPointer) {
  StaticManagerBuilder builder;
  EXPECT_EQ(builder.AddServable<std::string>({"text", 1}, nullptr).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(builder.AddLoader({"half", 1}, nullptr).code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tfs3
