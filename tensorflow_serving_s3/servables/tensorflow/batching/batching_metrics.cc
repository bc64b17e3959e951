// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/batching/batching_metrics.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "tensorflow/core/lib/monitoring/counter.h"

namespace tfs3 {
namespace {

namespace monitoring = tensorflow::monitoring;

// Returns buckets of 1, 2, 4, ... 8192 and more rows.
std::unique_ptr<monitoring::Buckets> SizeBuckets() {
  return monitoring::Buckets::Exponential(1, 2, 14);
}

}  // namespace

monitoring::SamplerCell* QueuingLatency(const std::string& thread_pool_name) {
  // The largest bucket starts at about one second.
  static auto* const sampler = monitoring::Sampler<1>::New(
      {"/tensorflow/serving/batching_session/queuing_latency",
       "The time that requests waited for their batch, in microseconds.",
       "thread_pool_name"},
      monitoring::Buckets::Exponential(100, 1.2, 52));
  return sampler->GetCell(thread_pool_name);
}

void RecordInputBatchSize(int64_t rows) {
  static auto* const cell =
      monitoring::Sampler<0>::New(
          {"/tensorflow/serving/batching_session/input_batch_size",
           "The number of rows of requests."},
          SizeBuckets())
          ->GetCell();
  cell->Add(static_cast<double>(rows));
}

void RecordBatch(int64_t size, int64_t padding) {
  static auto* const runs =
      monitoring::Counter<0>::New(
          "/tensorflow/serving/batching_session/wrapped_run_count",
          "The number of batches that ran.")
          ->GetCell();
  static auto* const sizes =
      monitoring::Sampler<0>::New(
          {"/tensorflow/serving/batching_session/processed_batch_size",
           "The number of rows of batches, including padding."},
          SizeBuckets())
          ->GetCell();
  static auto* const paddings = monitoring::Sampler<1>::New(
      {"/tensorflow/serving/batching_session/padding_size",
       "The number of padding rows of batches.", "execution_batch_size"},
      SizeBuckets());
  runs->IncrementBy(1);
  sizes->Add(static_cast<double>(size));
  paddings->GetCell(absl::StrCat(size))->Add(static_cast<double>(padding));
}

}  // namespace tfs3
