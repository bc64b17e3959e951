// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_METRICS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_METRICS_H_

#include <cstdint>
#include <string>

#include "tensorflow/core/lib/monitoring/sampler.h"

namespace tfs3 {

// TensorFlow Serving's metrics of batching, in TensorFlow's registry, under
// /tensorflow/serving/batching_session/.
//
//   RecordInputBatchSize(inputs[0].dim_size(0));
//
// Thread-safe.

// queuing_latency{thread_pool_name}, in microseconds: its cell, to be kept.
tensorflow::monitoring::SamplerCell* QueuingLatency(
    const std::string& thread_pool_name);

// input_batch_size: the rows of a request.
void RecordInputBatchSize(int64_t rows);

// wrapped_run_count, processed_batch_size and
// padding_size{execution_batch_size}: a run of `size` rows, of which `padding`
// belong to no request.
void RecordBatch(int64_t size, int64_t padding);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_METRICS_H_
