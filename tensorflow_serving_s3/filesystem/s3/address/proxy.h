// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Chooses the HTTP proxy for a host: HTTP_PROXY for http, HTTPS_PROXY for
// https, none for the hosts in NO_PROXY.
//
//   Result<std::optional<Proxy>> proxy =
//       ProxyFor(options.proxies, true, "models.s3.amazonaws.com", 443);
//
// NO_PROXY is a list with commas:
//   example.com, .example.com   the host and its subdomains
//   example.com:8080            only this port
//   10.1.2.3, 10.0.0.0/8        an IPv4 address, an IPv4 network
//   *                           all hosts
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
  bool https = false;  // The scheme of the proxy itself.
  std::string host;
  uint16_t port = 0;
  std::string user;  // "" for none.
  std::string password;
  // "http://proxy:3128, set by HTTPS_PROXY", without the password.
  std::string description;
};

// Returns nullopt for no proxy. INVALID_ARGUMENT, with the variable: the proxy
// is not an http or https URL.
Result<std::optional<Proxy>> ProxyFor(const ProxyOptions& options, bool https,
                                      const std::string& host, int port);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_ADDRESS_PROXY_H_
