// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/servable_id.h"

#include <unordered_set>

#include "absl/hash/hash.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

TEST(ServableIdTest, EqualIfNameAndVersionAre) {
  const ServableId id{"half", 7};
  EXPECT_EQ(id, (ServableId{"half", 7}));
  EXPECT_NE(id, (ServableId{"half", 8}));
  EXPECT_NE(id, (ServableId{"third", 7}));
}

TEST(ServableIdTest, OrderedByNameThenVersionNumber) {
  EXPECT_LT((ServableId{"half", 9}), (ServableId{"half", 10}));
  EXPECT_LT((ServableId{"half", 10}), (ServableId{"third", 1}));
}

TEST(ServableIdTest, HashesLikeItCompares) {
  std::unordered_set<ServableId, absl::Hash<ServableId>> ids;
  ids.insert({"half", 7});
  ids.insert({"half", 7});
  ids.insert({"half", 8});
  EXPECT_EQ(ids.size(), 2);
}

TEST(ServableIdTest, PrintsNameAndVersion) {
  EXPECT_EQ((ServableId{"half", 7}).DebugString(), "half version 7");
  EXPECT_EQ(absl::StrCat(ServableId{"half", 7}), "half version 7");
}

}  // namespace
}  // namespace tfs3
