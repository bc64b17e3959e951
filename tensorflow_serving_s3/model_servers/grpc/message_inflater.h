// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_INFLATER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_INFLATER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

// Inflates messages that arrive compressed. gRPC's own code inflates a message
// whatever it becomes, before its limit of messages counts.
//
//   if (MayBeCompressed(message)) {
//     Inflated inflated = Inflate(message, limits, &charge);
//     if (inflated.error == InflateError::kNone) Use(inflated.bytes);
//   }
//
// Plain C++, thread-safe.
namespace tfs3::grpc {

struct InflateLimits {
  // The longest message.
  uint64_t max_bytes = 0;
  // How many times its compressed size a message of more than
  // kFreeInflatedBytes may become; 0: any number.
  uint64_t max_ratio = 0;
};

inline constexpr uint64_t kFreeInflatedBytes = uint64_t{64} << 20;

enum class InflateError : uint8_t {
  kNone,
  kNotCompressed,  // or cut short, or broken
  kTooLong,        // more than max_bytes
  kTooDense,       // more than max_ratio
};

struct Inflated {
  InflateError error = InflateError::kNone;
  std::string bytes;
};

// Whether a message begins as gzip or zlib (gRPC's "deflate") do. No message of
// the services here begins so.
bool MayBeCompressed(const std::vector<Slice>& message);

// Charges the bytes to `charge`, which may be null, as they grow; throws
// RequestMemoryExceeded where the budget has no room. They stay charged if
// there is no error.
Inflated Inflate(const std::vector<Slice>& message, const InflateLimits& limits,
                 RequestMemory::Charge* charge);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_INFLATER_H_
