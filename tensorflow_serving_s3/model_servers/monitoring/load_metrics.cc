// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/load_metrics.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {
namespace {

void WriteGauge(absl::string_view name, absl::string_view help,
                std::optional<uint64_t> LoadProgress::*bytes,
                const std::vector<LoadProgress>& loads,
                PrometheusWriter* writer) {
  writer->Family(name, "gauge", help);
  std::set<ServableId> written;
  for (const LoadProgress& load : loads) {
    if (!(load.*bytes).has_value() || !written.insert(load.id).second) {
      continue;
    }
    const std::string version = absl::StrCat(load.id.version);
    writer->Sample(name, {{"model_name", load.id.name}, {"version", version}},
                   static_cast<int64_t>(*(load.*bytes)));
  }
}

}  // namespace

void WriteLoadMetrics(const std::vector<LoadProgress>& loads,
                      PrometheusWriter* writer) {
  WriteGauge("tf_serving_s3_model_load_bytes",
             "Bytes read so far of a model that is loading from S3.",
             &LoadProgress::bytes_read, loads, writer);
  WriteGauge("tf_serving_s3_model_load_total_bytes",
             "Bytes of all files of a model that has been loading for some "
             "seconds.",
             &LoadProgress::total_bytes, loads, writer);
}

}  // namespace tfs3
