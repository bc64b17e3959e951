// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/message_inflater.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/testing/compression_test_util.h"

namespace tfs3::grpc {
namespace {

constexpr InflateLimits kAny = {uint64_t{1} << 40, 0};

// Returns slices of `size` bytes, with an empty one after each.
std::vector<Slice> Cut(const std::string& bytes, size_t size) {
  std::vector<Slice> slices;
  for (size_t i = 0; i < bytes.size(); i += size) {
    slices.push_back({bytes.data() + i, std::min(size, bytes.size() - i)});
    slices.push_back({bytes.data(), 0});
  }
  return slices;
}

std::string Text() {
  std::string text;
  for (int i = 0; i < 20000; ++i) {
    text += std::to_string(i * i) + " ";
  }
  return text;
}

TEST(MessageInflaterTest, InflatesGzipAndZlibInSlicesOfAnySize) {
  for (const int window : {kGzipWindow, kZlibWindow}) {
    for (const std::string& text : {Text(), std::string("x"), std::string()}) {
      const std::string message = Compressed(text, window);
      for (const size_t size : {size_t{1}, size_t{1000}, message.size()}) {
        const std::vector<Slice> slices = Cut(message, size);

        const Inflated inflated = Inflate(slices, kAny, nullptr);

        EXPECT_EQ(inflated.error, InflateError::kNone);
        EXPECT_EQ(inflated.bytes, text);
      }
    }
  }
}

TEST(MessageInflaterTest, OtherMessagesAreInvalid) {
  for (const std::string message : {"", "\x1f", "\x0a\x05half1", "\x78\x01x"}) {
    EXPECT_EQ(Inflate(Cut(message, 1), kAny, nullptr).error,
              InflateError::kInvalid);
  }
}

TEST(MessageInflaterTest, DamagedMessagesAreInvalid) {
  const std::string message = Compressed(Text(), kGzipWindow);
  std::string wrong_sum = message;
  wrong_sum[wrong_sum.size() - 6] ^= 1;
  for (const std::string& broken :
       {message.substr(0, message.size() - 1), message.substr(0, 100),
        wrong_sum, message + "x"}) {
    EXPECT_EQ(Inflate(Cut(broken, 1000), kAny, nullptr).error,
              InflateError::kInvalid);
  }
}

TEST(MessageInflaterTest, TheLimitAppliesToTheInflatedSize) {
  const std::string text = Text();
  const std::string message = Compressed(text, kGzipWindow);
  const auto error = [&](uint64_t most) {
    return Inflate(Cut(message, 1000), {most, 0}, nullptr).error;
  };

  EXPECT_EQ(error(text.size()), InflateError::kNone);
  EXPECT_EQ(error(text.size() - 1), InflateError::kTooLong);
  EXPECT_EQ(error(10), InflateError::kTooLong);
}

TEST(MessageInflaterTest, TheRatioAppliesAboveTheFreeBytes) {
  const std::string free =
      Compressed(std::string(kFreeInflatedBytes, 0), kGzipWindow);
  const std::string more =
      Compressed(std::string(kFreeInflatedBytes + 1, 0), kGzipWindow);

  EXPECT_EQ(
      Inflate(Cut(free, free.size()), {kAny.max_bytes, 100}, nullptr).error,
      InflateError::kNone);
  EXPECT_EQ(
      Inflate(Cut(more, more.size()), {kAny.max_bytes, 100}, nullptr).error,
      InflateError::kRatioTooHigh);
  EXPECT_EQ(
      Inflate(Cut(more, more.size()), {kAny.max_bytes, 2000}, nullptr).error,
      InflateError::kNone);
}

TEST(MessageInflaterTest, ChargesTheInflatedBytes) {
  const std::string message =
      Compressed(std::string(1 << 20, 'x'), kGzipWindow);
  RequestMemory memory(4 << 20);
  RequestMemory small(1 << 20);
  {
    RequestMemory::Charge charge(&memory);
    EXPECT_EQ(Inflate(Cut(message, 100), kAny, &charge).bytes.size(), 1 << 20);
    EXPECT_GE(memory.used(), 1 << 20);
    RequestMemory::Charge other(&small);
    EXPECT_THROW(Inflate(Cut(message, 100), kAny, &other),
                 RequestMemoryExceeded);
    EXPECT_EQ(small.used(), 0);
  }
  EXPECT_EQ(memory.used(), 0);
}

}  // namespace
}  // namespace tfs3::grpc
