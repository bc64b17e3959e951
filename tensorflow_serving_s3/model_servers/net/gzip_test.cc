// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/gzip.h"

#include <dlfcn.h>
#include <zlib.h>

#include <cstddef>
#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace tfs3::net {
namespace {

constexpr InflateLimits kNoLimit = {uint64_t{1} << 40};

// Returns text that compresses to about a third.
std::string SomeText(size_t size) {
  std::string text;
  uint32_t state = 1;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += std::to_string(state >> 20) + ", ";
  }
  text.resize(size);
  return text;
}

std::string Compressed(const std::string& text) {
  std::optional<std::string> gzip = Gzip(text);
  EXPECT_TRUE(gzip.has_value());
  return std::move(gzip).value_or("");
}

TEST(GzipTest, InflatesWhatItCompresses) {
  for (const size_t size : {1000, 70'000, 3'000'000}) {
    const std::string text = SomeText(size);
    PaddedBuffer out;
    EXPECT_EQ(Gunzip(Compressed(text), kNoLimit, &out), InflateError::kNone);
    EXPECT_TRUE(out.view() == text) << size;
  }
}

TEST(GzipTest, InflatesABodyOfAHighRatio) {
  const std::string zeros(size_t{40} << 20, '\0');
  PaddedBuffer out;
  EXPECT_EQ(Gunzip(Compressed(zeros), kNoLimit, &out), InflateError::kNone);
  EXPECT_TRUE(out.view() == zeros);
}

TEST(GzipTest, JoinsMembers) {
  PaddedBuffer out;
  const std::string first = SomeText(1000);
  const std::string second(5000, 'x');
  EXPECT_EQ(Gunzip(Compressed(first) + Compressed(second), kNoLimit, &out),
            InflateError::kNone);
  EXPECT_EQ(out.view(), first + second);
}

TEST(GzipTest, TheLimitIsExact) {
  for (const size_t size : {size_t{100'000}, size_t{20} << 20}) {
    const std::string gzip = Compressed(std::string(size, 'x'));
    PaddedBuffer fits;
    EXPECT_EQ(Gunzip(gzip, {size}, &fits), InflateError::kNone);
    EXPECT_EQ(fits.size(), size);
    PaddedBuffer too_large;
    EXPECT_EQ(Gunzip(gzip, {size - 1}, &too_large), InflateError::kTooLong);
  }
}

TEST(GzipTest, RefusesABombBeforeItAllocatesMemory) {
  // 1 GiB in about 5 MiB. Up to 16 times that is allocated without measuring,
  // and the buffer grows geometrically.
  const std::string part = Compressed(std::string(size_t{64} << 20, '\0'));
  std::string bomb;
  for (int i = 0; i < 16; ++i) {
    bomb += part;
  }
  PaddedBuffer out;
  EXPECT_EQ(Gunzip(bomb, {uint64_t{1} << 29}, &out), InflateError::kTooLong);
  EXPECT_LE(out.capacity(), 32 * bomb.size());
}

TEST(GzipTest, InvalidGzipIsRefused) {
  const std::string gzip = Compressed(std::string(1000, 'x'));
  std::string bad_sum = gzip;
  bad_sum[bad_sum.size() - 8] ^= 1;
  for (const std::string& bytes :
       {std::string(), std::string("{\"instances\": [1]}"),
        gzip.substr(0, gzip.size() - 1), gzip.substr(0, 5), gzip + "more",
        gzip + gzip.substr(0, 12), bad_sum}) {
    PaddedBuffer out;
    EXPECT_EQ(Gunzip(bytes, kNoLimit, &out), InflateError::kInvalid)
        << bytes.size();
  }
}

TEST(GzipTest, DoesNotCompressTextThatDoesNotGetSmaller) {
  std::string noise;
  uint32_t state = 1;
  for (int i = 0; i < 4000; ++i) {
    state = state * 1664525 + 1013904223;
    noise += static_cast<char>(state >> 24);
  }
  EXPECT_FALSE(Gzip(noise).has_value());
  EXPECT_FALSE(Gzip("").has_value());
}

TEST(GzipTest, ZlibIsTheLibraryOfItsHeader) {
  // TensorFlow's library exports another zlib.
  EXPECT_STREQ(zlibVersion(), ZLIB_VERSION);
  Dl_info place;
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&inflate), &place), 0);
  EXPECT_EQ(std::string(place.dli_fname).find("tensorflow_framework"),
            std::string::npos);
}

}  // namespace
}  // namespace tfs3::net
