// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_CODING_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_CODING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The compression of gRPC's messages.
namespace tfs3::grpc {

enum class Coding : uint8_t { kIdentity, kDeflate, kGzip };

// Returns the coding of a value of grpc-encoding; nullopt if it is unknown.
std::optional<Coding> ParseCoding(std::string_view name);
std::string_view NameOf(Coding coding);

// Returns true if `accepted`, a value of grpc-accept-encoding, names `coding`.
bool Accepts(std::string_view accepted, Coding coding);

// Returns the compressed message; nullopt if it would not be shorter, or if
// there is no memory for it.
std::optional<std::string> Compress(std::string_view message, Coding coding);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_MESSAGE_CODING_H_
