// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/message_coding.h"

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace tfs3::grpc {
namespace {

// zlib's window bits for its own format and for gzip.
constexpr int kZlibBits = 15;
constexpr int kGzipBits = 15 + 16;
constexpr int kMemoryLevel = 8;

}  // namespace

std::optional<Coding> ParseCoding(std::string_view name) {
  for (const Coding coding :
       {Coding::kIdentity, Coding::kDeflate, Coding::kGzip}) {
    if (name == NameOf(coding)) {
      return coding;
    }
  }
  return std::nullopt;
}

std::string_view NameOf(Coding coding) {
  switch (coding) {
    case Coding::kIdentity:
      return "identity";
    case Coding::kDeflate:
      return "deflate";
    case Coding::kGzip:
      return "gzip";
  }
  return "identity";
}

bool Accepts(std::string_view accepted, Coding coding) {
  while (!accepted.empty()) {
    const size_t comma = std::min(accepted.find(','), accepted.size());
    std::string_view name = accepted.substr(0, comma);
    accepted.remove_prefix(std::min(comma + 1, accepted.size()));
    while (!name.empty() && name.front() == ' ') {
      name.remove_prefix(1);
    }
    while (!name.empty() && name.back() == ' ') {
      name.remove_suffix(1);
    }
    if (name == NameOf(coding)) {
      return true;
    }
  }
  return false;
}

std::optional<std::string> Compress(std::string_view message, Coding coding) {
  if (coding == Coding::kIdentity || message.empty() ||
      message.size() > std::numeric_limits<uInt>::max()) {
    return std::nullopt;
  }
  z_stream stream = {};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                   coding == Coding::kGzip ? kGzipBits : kZlibBits,
                   kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    return std::nullopt;
  }
  std::string compressed(message.size(), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  const bool is_done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  compressed.resize(stream.total_out);
  deflateEnd(&stream);
  if (!is_done || compressed.size() >= message.size()) {
    return std::nullopt;
  }
  return compressed;
}

}  // namespace tfs3::grpc
