// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"

namespace tfs3::net {
namespace {

const std::string kZeros(PaddedBuffer::kPadding, '\0');

std::string PaddingOf(const PaddedBuffer& buffer) {
  return {buffer.data() + buffer.size(), PaddedBuffer::kPadding};
}

TEST(PaddedBufferTest, AnEmptyBufferHasReadablePadding) {
  PaddedBuffer buffer;
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(PaddingOf(buffer), kZeros);
}

TEST(PaddedBufferTest, ZerosFollowTheBytesAfterEveryChange) {
  PaddedBuffer buffer("abc");
  EXPECT_EQ(PaddingOf(buffer), kZeros);
  std::memset(buffer.Prepare(200), 'x', 200);
  buffer.Commit(150);
  EXPECT_EQ(buffer.view(), "abc" + std::string(150, 'x'));
  EXPECT_EQ(PaddingOf(buffer), kZeros);
  buffer.Clear(/*keep_capacity=*/1000);
  EXPECT_EQ(PaddingOf(buffer), kZeros);
}

TEST(PaddedBufferTest, KeepsItsBytesInManySmallSteps) {
  PaddedBuffer buffer;
  std::string expected;
  for (int i = 0; i < 5000; ++i) {
    const std::string piece = std::to_string(i);
    buffer.Append(piece);
    expected += piece;
  }
  EXPECT_EQ(buffer.view(), expected);
  EXPECT_LE(buffer.capacity(), 2 * expected.size());
}

TEST(PaddedBufferTest, KeepsItsBytesUpToManyMebibytes) {
  RequestMemory memory(0);
  RequestMemory::Charge charge(&memory);
  PaddedBuffer buffer(&charge);
  std::string expected;
  for (int i = 0; i < 40; ++i) {
    const std::string mebibyte(size_t{1} << 20, static_cast<char>('a' + i));
    buffer.Append(mebibyte);
    expected += mebibyte;
  }
  EXPECT_TRUE(buffer.view() == expected);
  EXPECT_EQ(buffer.data()[buffer.size() + PaddedBuffer::kPadding - 1], 0);
  EXPECT_EQ(charge.bytes(), static_cast<int64_t>(buffer.capacity()));
  buffer.Clear(0);
  EXPECT_EQ(buffer.capacity(), 0u);
  EXPECT_EQ(charge.bytes(), 0);
}

TEST(PaddedBufferTest, ClearFreesMemoryAboveTheKeptCapacity) {
  PaddedBuffer buffer(std::string(1000, 'a'));
  buffer.Clear(/*keep_capacity=*/1000);
  EXPECT_EQ(buffer.capacity(), 1000u);
  buffer.Append("b");
  buffer.Clear(/*keep_capacity=*/999);
  EXPECT_EQ(buffer.capacity(), 0u);
  EXPECT_TRUE(buffer.empty());
}

TEST(PaddedBufferTest, ChargesItsCapacity) {
  RequestMemory memory(1000);
  RequestMemory::Charge charge(&memory);
  {
    PaddedBuffer buffer(&charge);
    buffer.Append(std::string(600, 'a'));
    EXPECT_EQ(charge.bytes(), static_cast<int64_t>(buffer.capacity()));
    EXPECT_THROW(buffer.Append(std::string(600, 'b')), RequestMemoryExceeded);
    EXPECT_EQ(buffer.view(), std::string(600, 'a'));
    buffer.Clear(/*keep_capacity=*/0);
    EXPECT_EQ(charge.bytes(), 0);
    buffer.Append(std::string(900, 'c'));
    PaddedBuffer moved(std::move(buffer));
    EXPECT_GE(charge.bytes(), 900);
  }
  EXPECT_EQ(charge.bytes(), 0);
}

TEST(PaddedBufferTest, MoveTransfersTheBytes) {
  PaddedBuffer from("abc");
  PaddedBuffer to(std::move(from));
  EXPECT_EQ(to.view(), "abc");
  PaddedBuffer assigned;
  assigned = std::move(to);
  EXPECT_EQ(assigned.view(), "abc");
}

}  // namespace
}  // namespace tfs3::net
