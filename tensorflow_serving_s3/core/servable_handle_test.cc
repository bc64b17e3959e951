// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/servable_handle.h"

#include <optional>
#include <utility>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/any_ptr.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {
namespace {

class CountingLease : public ServableLease {
 public:
  const ServableId& id() const override { return id_; }
  AnyPtr servable() const override { return AnyPtr(&servable_); }
  int released() const { return released_; }

 private:
  void Release() override { ++released_; }

  const ServableId id_{"half", 7};
  mutable int servable_ = 3;
  int released_ = 0;
};

TEST(ServableRequestTest, PrintsLatestAndSpecific) {
  EXPECT_EQ(ServableRequest::Latest("half").DebugString(), "Latest(half)");
  EXPECT_EQ(ServableRequest::Specific("half", 7).DebugString(),
            "Specific(half, 7)");
}

TEST(ServableRequestTest, FromIdRequestsThatVersion) {
  const ServableRequest request = ServableRequest::FromId({"half", 7});
  EXPECT_EQ(request.name, "half");
  EXPECT_EQ(request.version, 7);
}

TEST(ServableHandleTest, ReturnsTheServableAndItsId) {
  CountingLease lease;
  const ServableHandle<int> handle{UntypedServableHandle(&lease)};
  EXPECT_TRUE(handle);
  EXPECT_EQ(*handle, 3);
  EXPECT_EQ(handle.id(), (ServableId{"half", 7}));
}

TEST(ServableHandleTest, IsEmptyForAnotherType) {
  CountingLease lease;
  {
    const ServableHandle<float> handle{UntypedServableHandle(&lease)};
    EXPECT_FALSE(handle);
  }
  EXPECT_EQ(lease.released(), 1);
}

TEST(ServableHandleTest, ReleasesOnceWhenDestroyed) {
  CountingLease lease;
  {
    ServableHandle<int> handle{UntypedServableHandle(&lease)};
    const ServableHandle<int> moved = std::move(handle);
    EXPECT_EQ(lease.released(), 0);
    EXPECT_TRUE(moved);
    EXPECT_FALSE(handle);  // NOLINT(bugprone-use-after-move)
  }
  EXPECT_EQ(lease.released(), 1);
}

TEST(ServableHandleTest, AssignmentReleasesTheOldServable) {
  CountingLease old_lease;
  CountingLease new_lease;
  ServableHandle<int> handle{UntypedServableHandle(&old_lease)};
  handle = ServableHandle<int>{UntypedServableHandle(&new_lease)};
  EXPECT_EQ(old_lease.released(), 1);
  EXPECT_EQ(new_lease.released(), 0);
}

TEST(ServableHandleTest, AnEmptyHandleReleasesNothing) {
  ServableHandle<int> handle;
  EXPECT_FALSE(handle);
  handle = ServableHandle<int>();
  EXPECT_EQ(handle.get(), nullptr);
}

}  // namespace
}  // namespace tfs3
