// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_SETTINGS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_SETTINGS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"

namespace tfs3 {

// Readers for the server's configuration files: protobuf's text format, on any
// file system of TensorFlow. Errors name the file, the problem and the cure.
//
//   absl::StatusOr<std::optional<TlsOptions>> tls =
//       ReadSslConfig(options.ssl_config_file);

// Reads and checks the SSLConfig at `path`. Returns nullopt if `path` is empty.
absl::StatusOr<std::optional<TlsOptions>> ReadSslConfig(
    const std::string& path);

// Returns the URL path of the Prometheus page that the MonitoringConfig at
// `path` enables; empty if it does not enable the page, or if `path` is empty.
absl::StatusOr<std::string> ReadPrometheusPath(const std::string& path);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_SETTINGS_H_
