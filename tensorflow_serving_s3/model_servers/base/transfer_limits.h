// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TRANSFER_LIMITS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TRANSFER_LIMITS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>

// Limits that the REST and the gRPC server share.
namespace tfs3 {

// The lowest transfer rate of requests and responses.
inline constexpr uint64_t kMinBytesPerSecond = 16 << 10;

// A connection without a transfer for this time is idle: at the limit of
// connections a server may close it to accept another one.
inline constexpr std::chrono::milliseconds kMinIdle{1000};

// The same while a response is sent. It is longer because the kernel's buffers
// hide how much the client has read.
inline constexpr std::chrono::milliseconds kMinIdleSending{5000};

// At the limit, a server closes one idle connection of so many open ones at a
// time. So a flood of new connections does not search all connections for each
// of them.
inline constexpr size_t kOpenPerEvicted = 64;

// How long a server does not search again after it found no idle connection.
inline constexpr std::chrono::milliseconds kNoneIdlePause{50};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TRANSFER_LIMITS_H_
