// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes compressed bodies of HTTP requests. Uses every input as a gzip body,
// as the compressed data inside a valid gzip body, as text to compress, and as
// the value of a header.
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/base/inflater.h"
#include "tensorflow_serving_s3/model_servers/net/content_coding.h"
#include "tensorflow_serving_s3/model_servers/net/gzip.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tests/fuzz/expect.h"

namespace {

using tfs3::InflateError;
using tfs3::fuzz::Expect;
using tfs3::net::Gunzip;
using tfs3::net::PaddedBuffer;

constexpr uint64_t kMaxBytes = 1 << 16;

void ExpectPadding(const PaddedBuffer& buffer) {
  const char* const end = buffer.data() + buffer.size();
  Expect(std::all_of(end, end + PaddedBuffer::kPadding,
                     [](char c) { return c == 0; }),
         "zero bytes follow a body");
}

void TakeAsBody(std::string_view gzip) {
  PaddedBuffer out;
  const InflateError error = Gunzip(gzip, {kMaxBytes}, &out);
  Expect(out.size() <= kMaxBytes, "no more is inflated than the limit");
  ExpectPadding(out);
  if (error != InflateError::kNone) {
    return;
  }
  PaddedBuffer exact;
  Expect(Gunzip(gzip, {out.size()}, &exact) == InflateError::kNone &&
             exact.view() == out.view(),
         "a limit that is just met is met");
  if (out.empty()) {
    return;
  }
  PaddedBuffer less;
  Expect(Gunzip(gzip, {out.size() - 1}, &less) == InflateError::kTooLong,
         "a body of a byte more than the limit is too large");
}

// The result of zlib for deflated data without header and checksum, and the
// number of bytes that it used.
std::optional<std::string> Inflate(std::string_view deflated, size_t* taken) {
  z_stream stream = {};
  Expect(inflateInit2(&stream, -15) == Z_OK, "zlib can be set up");
  std::string out(kMaxBytes, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));
  stream.avail_in = static_cast<uInt>(deflated.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  *taken = deflated.size() - stream.avail_in;
  inflateEnd(&stream);
  if (result != Z_STREAM_END) {
    return std::nullopt;
  }
  return out;
}

std::string LittleEndian(uint32_t number) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) {
    bytes += static_cast<char>(number >> (8 * i));
  }
  return bytes;
}

// Mutations cannot find the right checksum, so this function adds it.
void TakeAsDeflated(std::string_view deflated) {
  size_t taken;
  const std::optional<std::string> text = Inflate(deflated, &taken);
  if (!text.has_value()) {
    return;
  }
  const uLong sum = crc32(0, reinterpret_cast<const Bytef*>(text->data()),
                          static_cast<uInt>(text->size()));
  std::string gzip("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
  gzip += deflated.substr(0, taken);
  gzip += LittleEndian(static_cast<uint32_t>(sum));
  gzip += LittleEndian(static_cast<uint32_t>(text->size()));
  PaddedBuffer out;
  Expect(Gunzip(gzip, {kMaxBytes}, &out) == InflateError::kNone &&
             out.view() == *text,
         "a member is inflated as zlib does it");
  PaddedBuffer twice;
  const InflateError error = Gunzip(gzip + gzip, {2 * kMaxBytes}, &twice);
  Expect(error == InflateError::kNone && twice.view() == *text + *text,
         "members follow each other");
  PaddedBuffer cut;
  Expect(Gunzip(std::string_view(gzip).substr(0, gzip.size() - 1), {kMaxBytes},
                &cut) == InflateError::kInvalid,
         "a body that is cut short is refused");
  gzip[gzip.size() - 5] ^= 1;
  PaddedBuffer wrong;
  Expect(Gunzip(gzip, {kMaxBytes}, &wrong) == InflateError::kInvalid,
         "a wrong check sum is refused");
}

void TakeAsText(std::string_view text) {
  const std::optional<std::string> gzip = tfs3::net::Gzip(text);
  if (!gzip.has_value()) {
    return;
  }
  Expect(gzip->size() < text.size(), "what is compressed is smaller");
  PaddedBuffer out;
  Expect(Gunzip(*gzip, {text.size()}, &out) == InflateError::kNone &&
             out.view() == text,
         "what is compressed inflates to the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  TakeAsBody(bytes);
  TakeAsDeflated(bytes);
  TakeAsText(bytes);
  tfs3::net::AcceptsGzip(bytes);
  tfs3::net::ContentCodingOf(bytes);
  return 0;
}
