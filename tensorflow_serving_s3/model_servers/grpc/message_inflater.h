// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_INFLATER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_INFLATER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/inflater.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

// Inflates compressed messages within limits.
//
//   Inflated inflated = Inflate(message, limits, &charge);
//   if (inflated.error == InflateError::kNone) Use(inflated.bytes);
//
// Thread-safe.
namespace tfs3::grpc {

// The limits of health checks and of reflection: the messages are names. They
// are so short that they are not charged.
inline constexpr InflateLimits kShortMessages = {/*max_bytes=*/4 << 10};

struct Inflated {
  InflateError error = InflateError::kNone;
  std::string bytes;
};

// Inflates a message of gzip or zlib data (gRPC's "deflate"). Charges the
// inflated bytes to `charge`, which may be null; after an error none stay
// charged. Throws RequestMemoryExceeded if the budget has no room.
Inflated Inflate(const std::vector<Slice>& message, const InflateLimits& limits,
                 RequestMemory::Charge* charge);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_INFLATER_H_
