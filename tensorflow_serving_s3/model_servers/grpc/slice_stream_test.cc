// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/slice_stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "tensorflow_serving/apis/model.pb.h"

namespace tfs3::grpc {
namespace {

using tensorflow::serving::ModelSpec;

// Returns slices of `size` bytes, with an empty one after each.
std::vector<Slice> Cut(const std::string& bytes, size_t size) {
  std::vector<Slice> slices;
  for (size_t at = 0; at < bytes.size(); at += size) {
    slices.push_back({bytes.data() + at, std::min(size, bytes.size() - at)});
    slices.push_back({nullptr, 0});
  }
  return slices;
}

TEST(SliceStreamTest, ParsesSlicesOfAnySize) {
  ModelSpec spec;
  spec.set_name("a name");
  spec.set_signature_name(std::string(300, 's'));
  spec.mutable_version()->set_value(123);
  const std::string bytes = spec.SerializeAsString();

  for (size_t size = 1; size <= bytes.size(); ++size) {
    const std::vector<Slice> slices = Cut(bytes, size);
    SliceStream stream(slices);
    ModelSpec parsed;
    ASSERT_TRUE(parsed.ParseFromZeroCopyStream(&stream)) << size;
    EXPECT_EQ(parsed.SerializeAsString(), bytes) << size;
  }
}

TEST(SliceStreamTest, IsEmptyWithoutSlices) {
  const std::vector<Slice> slices;
  SliceStream stream(slices);
  const void* data;
  int size;

  EXPECT_FALSE(stream.Next(&data, &size));
}

TEST(SliceStreamTest, BackUpReturnsBytes) {
  const std::vector<Slice> slices = {{"abc", 3}, {"de", 2}};
  SliceStream stream(slices);
  const void* data;
  int size;
  ASSERT_TRUE(stream.Next(&data, &size));

  stream.BackUp(1);

  EXPECT_EQ(stream.ByteCount(), 2);
  ASSERT_TRUE(stream.Next(&data, &size));
  EXPECT_EQ(std::string(static_cast<const char*>(data), size), "c");
}

TEST(SliceStreamTest, SkipCrossesSlices) {
  const std::vector<Slice> slices = {{"abc", 3}, {"de", 2}};
  SliceStream stream(slices);
  const void* data;
  int size;

  ASSERT_TRUE(stream.Skip(4));

  EXPECT_EQ(stream.ByteCount(), 4);
  ASSERT_TRUE(stream.Next(&data, &size));
  EXPECT_EQ(std::string(static_cast<const char*>(data), size), "e");
  EXPECT_FALSE(stream.Skip(1));
}

}  // namespace
}  // namespace tfs3::grpc
