// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_GZIP_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_GZIP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/base/inflater.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"

// Inflates and compresses whole HTTP bodies (gzip, RFC 1952). Thread-safe.
namespace tfs3::net {

// Inflates one or more gzip members into `out`, which must be empty. Output
// above 16 MiB and 16 times the size of `gzip` is measured before memory is
// allocated for it: so a refused body never takes more memory than that.
InflateError Gunzip(std::string_view gzip, const InflateLimits& limits,
                    PaddedBuffer* out);

// Returns `text` as one gzip member, or nullopt if that saves less than an
// eighth. Prefers speed to size.
std::optional<std::string> Gzip(std::string_view text);

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_GZIP_H_
