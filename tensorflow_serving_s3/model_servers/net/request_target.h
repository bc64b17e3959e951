// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_REQUEST_TARGET_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_REQUEST_TARGET_H_

#include <string_view>

namespace tfs3::net {

// The parts of a request target (RFC 9112, 3.2) in absolute form, such as
// "http://host:8501/path?query". Other forms only have an origin.
struct RequestTarget {
  std::string_view scheme;     // "http"; empty in other forms.
  std::string_view authority;  // "host:8501"; empty in other forms.
  std::string_view origin;     // "/path?query".

  bool is_absolute() const { return !scheme.empty(); }
};

// Splits a target. The origin of a target in absolute form without a path is
// "/". The views are valid as long as `target`.
RequestTarget ParseRequestTarget(std::string_view target);

// Returns true if `text` is a valid value of a Host header (RFC 9110, 7.2): a
// name or an address, IPv6 in brackets, with or without a port. It may be
// empty.
bool IsHost(std::string_view text);

// Returns the error of a request with this target and Host header; empty if
// both are valid. A target in absolute form must have the scheme of HTTP or
// HTTPS and the host of the header.
std::string_view TargetError(std::string_view target, std::string_view host);

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_REQUEST_TARGET_H_
