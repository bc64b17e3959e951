// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_REQUEST_TARGET_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_REQUEST_TARGET_H_

#include <string_view>

namespace tfs3::rest {

// The parts of a request target (RFC 9112, 3.2). The absolute form is
// "http://host:8501/path?query", any other form has only an origin.
struct RequestTarget {
  std::string_view scheme;     // "http"; empty unless in absolute form.
  std::string_view authority;  // "host:8501"; empty unless in absolute form.
  std::string_view origin;     // "/path?query", as it is in the target.

  bool is_absolute() const { return !scheme.empty(); }
};

// Splits a target. The views are into `target`, or of a "/" that a target in
// absolute form leaves out.
RequestTarget ParseRequestTarget(std::string_view target);

// True if `text` is what a Host header may have: a name or an address, IPv6 in
// brackets, with or without a port (RFC 9110, 7.2). It may be empty.
bool IsHost(std::string_view text);

// Why `target` cannot be the target of a request with this Host header; empty
// if it can. A URL names HTTP and the same host as the header.
std::string_view TargetError(std::string_view target, std::string_view host);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_REQUEST_TARGET_H_
