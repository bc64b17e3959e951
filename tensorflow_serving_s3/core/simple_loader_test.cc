// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/simple_loader.h"

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/loader.h"

namespace tfs3 {
namespace {

TEST(SimpleLoaderTest, LoadsTheResultOfTheCreator) {
  SimpleLoader<int64_t> loader([](const LoadContext& context)
                                   -> absl::StatusOr<std::unique_ptr<int64_t>> {
    return std::make_unique<int64_t>(context.servable_id.version);
  });
  ASSERT_TRUE(loader.Load({{"half", 7}}).ok());
  EXPECT_EQ(*loader.servable().get<int64_t>(), 7);
}

TEST(SimpleLoaderTest, UnloadDestroysTheServable) {
  const auto servable = std::make_shared<int>(3);
  using Holder = std::shared_ptr<int>;
  SimpleLoader<Holder> loader(
      [&](const LoadContext&) { return std::make_unique<Holder>(servable); });
  ASSERT_TRUE(loader.Load({{"half", 7}}).ok());
  EXPECT_EQ(servable.use_count(), 2);
  loader.Unload();
  EXPECT_EQ(servable.use_count(), 1);
}

TEST(SimpleLoaderTest, ReturnsTheErrorOfTheCreator) {
  SimpleLoader<int> loader(
      [](const LoadContext&) -> absl::StatusOr<std::unique_ptr<int>> {
        return absl::NotFoundError("no such bucket");
      });
  EXPECT_EQ(loader.Load({{"half", 7}}), absl::NotFoundError("no such bucket"));
}

TEST(SimpleLoaderTest, LoadsAgainAfterAFailure) {
  int calls = 0;
  SimpleLoader<int> loader(
      [&](const LoadContext&) -> absl::StatusOr<std::unique_ptr<int>> {
        if (++calls == 1) {
          return absl::UnavailableError("not yet");
        }
        return std::make_unique<int>(calls);
      });
  EXPECT_FALSE(loader.Load({{"half", 7}}).ok());
  ASSERT_TRUE(loader.Load({{"half", 7}}).ok());
  EXPECT_EQ(*loader.servable().get<int>(), 2);
}

}  // namespace
}  // namespace tfs3
