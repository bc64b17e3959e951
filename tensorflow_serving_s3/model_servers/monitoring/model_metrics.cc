// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/model_metrics.h"

#include <cstdint>

namespace tfs3 {

void WriteModelMetrics(const ServerStatus& status, PrometheusWriter* writer) {
  constexpr char kReady[] = "tf_serving_s3_ready";
  writer->Family(kReady, "gauge",
                 "1 if /readyz answers 200: all models have been available and "
                 "the server does not stop; else 0.");
  writer->Sample(kReady, {}, int64_t{status.IsReady()});
  constexpr char kAvailable[] = "tf_serving_s3_model_available";
  writer->Family(kAvailable, "gauge",
                 "1 if a version of the configured model is available; else "
                 "0.");
  for (const ModelSummary& model : status.ListModels()) {
    writer->Sample(kAvailable, {{"model_name", model.name}},
                   int64_t{model.available});
  }
}

void WriteReloadMetrics(const ReloadCounters& counters,
                        PrometheusWriter* writer) {
  constexpr char kReloads[] = "tf_serving_s3_config_reloads_total";
  writer->Family(kReloads, "counter",
                 "Model configurations that came into force (applied) or are "
                 "not valid (refused), and polls that could not read the file "
                 "(unreadable).");
  writer->Sample(kReloads, {{"result", "applied"}}, counters.applied.load());
  writer->Sample(kReloads, {{"result", "refused"}}, counters.refused.load());
  writer->Sample(kReloads, {{"result", "unreadable"}},
                 counters.unreadable.load());
}

}  // namespace tfs3
