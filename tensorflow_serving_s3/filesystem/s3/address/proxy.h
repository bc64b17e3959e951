// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Which HTTP proxy a host is reached through: HTTP_PROXY for http, HTTPS_PROXY
// for https, none for what NO_PROXY names.
//
//   Result<std::optional<Proxy>> proxy =
//       ProxyFor(options.proxies, true, "models.s3.amazonaws.com", 443);
//
// NO_PROXY is a list with commas: a host name stands for itself and everything
// below it, with or without a dot before it; `host:port` for that port alone;
// an IPv4 address for itself, `10.0.0.0/8` for a network; `*` for all.
// Pure functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_PROXY_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_PROXY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

struct Proxy {
  bool https = false;  // How the proxy itself is spoken to.
  std::string host;
  uint16_t port = 0;
  std::string user;  // "" for none.
  std::string password;
  // "http://proxy:3128, set by HTTPS_PROXY", without the password.
  std::string description;
};

// Nullopt: without a proxy. INVALID_ARGUMENT, naming the variable, for one that
// is no URL of scheme http or https.
Result<std::optional<Proxy>> ProxyFor(const ProxyOptions& options, bool https,
                                      const std::string& host, int port);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_PROXY_H_
