// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/inflater.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tensorflow_serving_s3/model_servers/testing/compression_test_util.h"

namespace tfs3 {
namespace {

using Format = Inflater::Format;
using State = Inflater::State;

std::string SomeText() {
  std::string text;
  for (int i = 0; i < 2000; ++i) {
    text += std::to_string(i * i) + " ";
  }
  return text;
}

// Returns parts of `size` bytes, with an empty one after each.
std::vector<std::string_view> Cut(std::string_view bytes, size_t size) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at < bytes.size(); at += size) {
    parts.push_back(bytes.substr(at, size));
    parts.emplace_back();
  }
  return parts;
}

struct Output {
  State state;
  std::string bytes;
};

Output ReadAll(Inflater* inflater, size_t room) {
  Output output = {State::kMore, ""};
  std::string buffer(room, '\0');
  while (output.state == State::kMore) {
    const Inflater::Result result = inflater->Read(buffer.data(), room);
    output.state = result.state;
    output.bytes.append(buffer, 0, result.size);
  }
  return output;
}

TEST(InflaterTest, InflatesInputAndOutputOfAnyPartSize) {
  const std::string text = SomeText();
  const struct {
    Format format;
    std::string data;
    std::string text;
  } kCases[] = {
      {Format::kGzip, Compressed(text, kGzipWindow), text},
      {Format::kGzip, Compressed("", kGzipWindow), ""},
      {Format::kGzip,
       Compressed(text, kGzipWindow) + Compressed("end", kGzipWindow),
       text + "end"},
      {Format::kGzipOrZlib, Compressed(text, kGzipWindow), text},
      {Format::kGzipOrZlib, Compressed(text, kZlibWindow), text},
      {Format::kGzipOrZlib, Compressed("", kZlibWindow), ""},
  };
  for (const auto& test : kCases) {
    for (const size_t size : {size_t{1}, size_t{100}, test.data.size()}) {
      for (const size_t room : {1, 1000, 100'000}) {
        Inflater inflater(test.format, Cut(test.data, size));

        const Output output = ReadAll(&inflater, room);

        EXPECT_EQ(output.state, State::kEnd);
        EXPECT_EQ(output.bytes, test.text);
      }
    }
  }
}

TEST(InflaterTest, OtherAndDamagedDataIsInvalid) {
  const std::string gzip = Compressed(SomeText(), kGzipWindow);
  const std::string zlib = Compressed(SomeText(), kZlibWindow);
  std::string wrong_checksum = gzip;
  wrong_checksum[wrong_checksum.size() - 6] ^= 1;
  const struct {
    Format format;
    std::string data;
  } kCases[] = {
      {Format::kGzip, ""},
      {Format::kGzip, "{}"},
      {Format::kGzip, zlib},
      {Format::kGzip, gzip.substr(0, gzip.size() - 1)},
      {Format::kGzip, gzip.substr(0, 5)},
      {Format::kGzip, gzip + "more"},
      {Format::kGzip, gzip + gzip.substr(0, 12)},
      {Format::kGzip, wrong_checksum},
      {Format::kGzipOrZlib, ""},
      {Format::kGzipOrZlib, "\x0a\x05half1"},
      {Format::kGzipOrZlib, zlib.substr(0, zlib.size() - 1)},
      {Format::kGzipOrZlib, gzip.substr(0, 100)},
      {Format::kGzipOrZlib, zlib + "x"},
      {Format::kGzipOrZlib, gzip + gzip},
      {Format::kGzipOrZlib, wrong_checksum},
  };
  for (const auto& test : kCases) {
    Inflater inflater(test.format, Cut(test.data, 1000));
    EXPECT_EQ(ReadAll(&inflater, 1000).state, State::kInvalid)
        << testing::PrintToString(test.data.substr(0, 20));
  }
}

TEST(InflaterTest, ACopyContinuesAtTheSamePosition) {
  const std::string text = SomeText();
  const std::string data = Compressed(text, kGzipWindow);
  Inflater inflater(Format::kGzip, Cut(data, 50));
  std::string start(100, '\0');
  ASSERT_EQ(inflater.Read(start.data(), start.size()).size, start.size());

  Inflater copy(inflater);

  EXPECT_EQ(start + ReadAll(&copy, 1000).bytes, text);
  EXPECT_EQ(start + ReadAll(&inflater, 1000).bytes, text);
}

TEST(InflateBoundTest, IsTheSmallerOfBothLimits) {
  constexpr uint64_t kAny = ~uint64_t{0};
  const struct {
    uint64_t compressed_bytes;
    InflateLimits limits;
    uint64_t max_bytes;
    InflateError error;
  } kCases[] = {
      {10, {1000, 0}, 1000, InflateError::kTooLong},
      // The ratio applies above the free bytes.
      {10, {1000, 2}, 1000, InflateError::kTooLong},
      {10, {kAny, 2}, kFreeInflatedBytes, InflateError::kRatioTooHigh},
      {kFreeInflatedBytes,
       {kAny, 2},
       2 * kFreeInflatedBytes,
       InflateError::kRatioTooHigh},
      {kFreeInflatedBytes,
       {2 * kFreeInflatedBytes, 2},
       2 * kFreeInflatedBytes,
       InflateError::kTooLong},
      // The product would overflow.
      {kAny / 2, {kAny, 3}, kAny, InflateError::kTooLong},
  };
  for (const auto& test : kCases) {
    const InflateBound bound = BoundOf(test.compressed_bytes, test.limits);
    EXPECT_EQ(bound.max_bytes, test.max_bytes);
    EXPECT_EQ(bound.error, test.error);
  }
}

}  // namespace
}  // namespace tfs3
