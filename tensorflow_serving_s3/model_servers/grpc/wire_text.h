// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_WIRE_TEXT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_WIRE_TEXT_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// The texts in the headers of gRPC over HTTP/2 (PROTOCOL-HTTP2.md of gRPC).
namespace tfs3::grpc {

// Returns the value of grpc-message for an error message.
std::string PercentEncode(std::string_view message);

// Parses the value of grpc-timeout, such as "100m"; nullopt if it is not valid.
std::optional<std::chrono::nanoseconds> ParseTimeout(std::string_view text);

// Decodes the value of a header whose name ends in "-bin", with or without
// padding; nullopt if it is not valid.
std::optional<std::string> DecodeBase64(std::string_view text);

// Returns true for "application/grpc" with any suffix and parameters.
bool IsGrpcContentType(std::string_view content_type);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_WIRE_TEXT_H_
