// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/servable_data.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

TEST(ServableDataTest, HasData) {
  const ServableData<std::string> data({"half", 7}, "s3://models/half/7");
  EXPECT_TRUE(data.ok());
  EXPECT_EQ(data.id(), (ServableId{"half", 7}));
  EXPECT_EQ(data.data(), "s3://models/half/7");
}

TEST(ServableDataTest, HasAnError) {
  const ServableData<std::string> data({"half", 7},
                                       absl::DataLossError("a shard is gone"));
  EXPECT_FALSE(data.ok());
  EXPECT_EQ(data.id(), (ServableId{"half", 7}));
  EXPECT_EQ(data.status(), absl::DataLossError("a shard is gone"));
}

TEST(ServableDataTest, MovesDataOut) {
  ServableData<std::unique_ptr<int>> data({"half", 7},
                                          std::make_unique<int>(3));
  const std::unique_ptr<int> value = std::move(data).data();
  EXPECT_EQ(*value, 3);
}

TEST(ServableDataDeathTest, DataOfAnErrorEndsTheProcess) {
  const ServableData<std::string> data({"half", 7},
                                       absl::DataLossError("a shard is gone"));
  EXPECT_DEATH(data.data(), "half version 7 .*a shard is gone");
}

}  // namespace
}  // namespace tfs3
