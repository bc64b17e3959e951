// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/metrics_page.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tensorflow/c/c_api.h"
#include "tensorflow_serving_s3/filesystem/flavour/flavour.h"
#include "tensorflow_serving_s3/model_servers/base/version.h"
#include "tensorflow_serving_s3/model_servers/monitoring/limit_metrics.h"
#include "tensorflow_serving_s3/model_servers/monitoring/load_metrics.h"
#include "tensorflow_serving_s3/model_servers/monitoring/model_metrics.h"
#include "tensorflow_serving_s3/model_servers/monitoring/process_metrics.h"
#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"
#include "tensorflow_serving_s3/model_servers/monitoring/registry_metrics.h"
#include "tensorflow_serving_s3/model_servers/monitoring/s3_metrics.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"

namespace tfs3 {

std::string MetricsPage(const MetricsSources& sources) {
  PrometheusWriter writer;
  WriteRegistryMetrics(&writer);
  const S3Flavour& s3_flavour = LinkedS3Flavour();
  if (s3_flavour.read_stats != nullptr) {
    WriteS3Metrics(s3_flavour.read_stats(), &writer);
  } else {
    writer.Comment(absl::StrCat("The S3 filesystem ", s3_flavour.name,
                                " does not count its requests: there are no "
                                "metrics tf_serving_s3_requests_total, ..."));
  }
  if (sources.status != nullptr) {
    WriteModelMetrics(*sources.status, &writer);
  }
  if (sources.reloads != nullptr) {
    WriteReloadMetrics(*sources.reloads, &writer);
  }
  WriteLoadMetrics(ActiveLoads(), &writer);
  if (sources.memory != nullptr) {
    WriteMemoryMetrics(*sources.memory, &writer);
  }
  if (sources.rest != nullptr && sources.grpc != nullptr) {
    WriteTransportMetrics(*sources.rest, *sources.grpc, &writer);
  }
  WriteProcessMetrics(&writer);
  constexpr char kBuildInfo[] = "tf_serving_s3_build_info";
  writer.Family(kBuildInfo, "gauge",
                "Always 1; the labels have the versions and the S3 "
                "filesystem.");
  writer.Sample(kBuildInfo,
                {{"version", kServerVersion},
                 {"tensorflow_version", TF_Version()},
                 {"s3_filesystem", s3_flavour.name}},
                int64_t{1});
  return std::move(writer).text();
}

}  // namespace tfs3
