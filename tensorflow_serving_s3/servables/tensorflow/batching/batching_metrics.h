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

// Returns the cell of queuing_latency{thread_pool_name}, in microseconds. Keep
// the cell: the lookup takes a lock.
tensorflow::monitoring::SamplerCell* QueuingLatency(
    const std::string& thread_pool_name);

// Records the rows of a request in input_batch_size.
void RecordInputBatchSize(int64_t rows);

// Records a run of `size` rows, including `padding` rows that belong to no
// request, in wrapped_run_count, processed_batch_size and
// padding_size{execution_batch_size}.
void RecordBatch(int64_t size, int64_t padding);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_METRICS_H_
