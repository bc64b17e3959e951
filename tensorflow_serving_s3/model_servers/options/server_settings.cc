// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/server_settings.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/base/tls_check.h"
#include "tensorflow_serving_s3/model_servers/options/flags.h"
#include "tensorflow_serving_s3/proto/monitoring_config.pb.h"
#include "tensorflow_serving_s3/proto/ssl_config.pb.h"
#include "tensorflow_serving_s3/proto/text_file.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::MonitoringConfig;
using ::tensorflow::serving::SSLConfig;

constexpr char kDefaultPrometheusPath[] = "/monitoring/prometheus/metrics";

}  // namespace

absl::StatusOr<std::optional<TlsOptions>> ReadSslConfig(
    const std::string& path) {
  constexpr char kFlag[] = "ssl_config_file";
  if (path.empty()) {
    return std::nullopt;
  }
  SSLConfig config;
  if (absl::Status status = ReadTextFile(
          path,
          "server_key: \"-----BEGIN ...\" server_cert: \"-----BEGIN ...\"",
          &config);
      !status.ok()) {
    return WithFlag(kFlag, status);
  }
  TlsOptions tls;
  tls.server_key = config.server_key();
  tls.server_cert = config.server_cert();
  tls.custom_ca = config.custom_ca();
  tls.client_verify = config.client_verify();
  if (const std::string error = CheckTls(tls); !error.empty()) {
    return WithFlag(
        kFlag, absl::InvalidArgumentError(absl::StrCat(path, ": ", error)));
  }
  return tls;
}

absl::StatusOr<std::string> ReadPrometheusPath(const std::string& path) {
  constexpr char kFlag[] = "monitoring_config_file";
  if (path.empty()) {
    return "";
  }
  MonitoringConfig config;
  if (absl::Status status =
          ReadTextFile(path, "prometheus_config { enable: true }", &config);
      !status.ok()) {
    return WithFlag(kFlag, status);
  }
  if (!config.prometheus_config().enable()) {
    return "";
  }
  const std::string& page = config.prometheus_config().path();
  if (page.empty()) {
    return kDefaultPrometheusPath;
  }
  if (!absl::StartsWith(page, "/")) {
    return WithFlag(kFlag, absl::InvalidArgumentError(absl::StrCat(
                               path, ": prometheus_config.path is \"", page,
                               "\"; it must begin with a slash, as in ",
                               kDefaultPrometheusPath)));
  }
  return page;
}

}  // namespace tfs3
