// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_SETTINGS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_SETTINGS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"

namespace tfs3 {

// The files that the command line names for the server itself, in protobuf's
// text format and any file system that TensorFlow knows. Errors name the file,
// what is wrong with it and the cure.
//
//   absl::StatusOr<std::optional<TlsOptions>> tls =
//       ReadSslConfig(options.ssl_config_file);

// The SSLConfig at `path`, looked over so that servers can speak TLS with it;
// nothing if `path` is empty.
absl::StatusOr<std::optional<TlsOptions>> ReadSslConfig(
    const std::string& path);

// Where the MonitoringConfig at `path` wants the page for Prometheus; empty if
// it wants none or `path` is empty.
absl::StatusOr<std::string> ReadPrometheusPath(const std::string& path);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_OPTIONS_SERVER_SETTINGS_H_
