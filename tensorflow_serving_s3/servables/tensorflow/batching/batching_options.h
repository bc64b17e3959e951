// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_OPTIONS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/proto/session_bundle_config.pb.h"

namespace tfs3 {

// The file in a model's version folder that has BatchingParameters of its own.
inline constexpr absl::string_view kBatchingParametersFilename =
    "batching_params.pbtxt";

// How requests are put together into batches: BatchingParameters, checked and
// with every default filled in.
//
//   absl::StatusOr<BatchingOptions> options =
//       ReadBatchingOptions("/etc/serving/batching.txt");
struct BatchingOptions {
  // How many batches run at a time, and the name of the threads that run them,
  // which is also a label of the metrics. As many threads as processors.
  int num_batch_threads = DefaultNumBatchThreads();
  std::string thread_pool_name = "batch_threads";

  // The largest request that is taken, in rows (elements along dimension 0).
  int32_t max_batch_size = 1000;
  // The largest batch, in rows; max_batch_size unless requests are split.
  int32_t max_execution_batch_size = 1000;
  // How long the first request of a batch waits for others, while a thread is
  // free.
  absl::Duration batch_timeout = absl::ZeroDuration();
  // How many batches may wait for each signature; at least one.
  int64_t max_enqueued_batches = 10;
  // Whether a request is taken apart to fill a batch that others have begun,
  // and may be larger than a batch.
  bool enable_large_batch_splitting = false;
  // The sizes that batches are filled up to, in rising order, the last one
  // max_execution_batch_size; any size if empty.
  std::vector<int32_t> allowed_batch_sizes;
  // Whether inputs of different shapes beyond dimension 0 are filled up with
  // zeros to the largest in the batch. If not, only those of one shape share a
  // batch.
  bool pad_variable_length_inputs = false;

  static int DefaultNumBatchThreads();
};

// Checks `parameters`. INVALID_ARGUMENT naming the field, its value and what it
// may be.
absl::StatusOr<BatchingOptions> MakeBatchingOptions(
    const tensorflow::serving::BatchingParameters& parameters);

// Reads BatchingParameters in protobuf's text format from a file of any file
// system that TensorFlow knows. Errors name the path and the field, or the
// line.
absl::StatusOr<BatchingOptions> ReadBatchingOptions(const std::string& path);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_OPTIONS_H_
