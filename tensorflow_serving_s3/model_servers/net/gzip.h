// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The content coding gzip (RFC 1952, RFC 9110), of bodies in and out.
//
//   PaddedBuffer body;
//   if (Gunzip(sent, max_bytes, &body) == GunzipError::kTooLarge) return 413;
//   ...
//   if (AcceptsGzip(accept_encoding)) compressed = Gzip(answer);
//
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_GZIP_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_GZIP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"

namespace tfs3::rest {

enum class GunzipError : uint8_t {
  kNone,
  kNotGzip,   // or cut short, or with a wrong check sum
  kTooLarge,  // more than the limit when inflated
};

// Inflates a body of one or more gzip members into `out`, which is empty. What
// grows to more than sixteen times its size (and 16 MiB) is measured before
// memory is set aside for it, so a body that is refused for its size has cost
// no more than that.
GunzipError Gunzip(std::string_view gzip, uint64_t max_bytes,
                   PaddedBuffer* out);

// `text` as one gzip member, compressed with regard for time more than for
// size; nothing if that is not clearly smaller.
std::optional<std::string> Gzip(std::string_view text);

// Whether a client that sends this Accept-Encoding takes gzip.
bool AcceptsGzip(std::string_view accept_encoding);

enum class ContentCoding : uint8_t { kIdentity, kGzip, kOther };

// What the value of a Content-Encoding header asks for; several codings at once
// are kOther.
ContentCoding ContentCodingOf(std::string_view content_encoding);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_GZIP_H_
