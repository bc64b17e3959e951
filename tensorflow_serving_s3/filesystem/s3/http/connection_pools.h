// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// One pool of connections for each endpoint, with its TLS and proxy settings.
//
//   ConnectionPools pools(options, client_bootstrap);
//   Result<Connections> connections = pools.Get(endpoint);
//
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_CONNECTION_POOLS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_CONNECTION_POOLS_H_

#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "tensorflow_serving_s3/filesystem/s3/address/endpoint.h"
#include "tensorflow_serving_s3/filesystem/s3/address/proxy.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/http/exchange.h"
#include "tensorflow_serving_s3/filesystem/s3/http/tls.h"

struct aws_client_bootstrap;
struct aws_http_proxy_options;
struct aws_tls_connection_options;

namespace tfs3 {
namespace s3 {

class ConnectionPools {
 public:
  // `bootstrap` must outlive the object.
  ConnectionPools(const Options& options, aws_client_bootstrap* bootstrap)
      : options_(options), bootstrap_(bootstrap) {}

  // Returns the pool of the endpoint. Connects nothing yet.
  //   FAILED_PRECONDITION: the TLS certificates cannot be loaded
  //   INVALID_ARGUMENT: the proxy setting is invalid
  Result<Connections> Get(const Endpoint& endpoint);

  ConnectionPools(const ConnectionPools&) = delete;
  ConnectionPools& operator=(const ConnectionPools&) = delete;

 private:
  // https, host, port
  using Key = std::tuple<bool, std::string, int>;

  // Requires `mutex_`.
  Status LoadTls();
  // Requires `mutex_`. Fills `options` and `tls_options` with pointers into
  // `proxy` and into each other.
  Status DescribeProxy(const Proxy& proxy, aws_http_proxy_options& options,
                       aws_tls_connection_options& tls_options);

  const Options options_;
  aws_client_bootstrap* const bootstrap_;

  std::mutex mutex_;
  TlsContextPtr tls_;  // Loaded for the first https endpoint.
  std::map<Key, Connections> pools_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_CONNECTION_POOLS_H_
