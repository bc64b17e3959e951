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

// The file with a model's own BatchingParameters, in the version folder.
inline constexpr absl::string_view kBatchingParametersFilename =
    "batching_params.pbtxt";

// How to batch requests: checked BatchingParameters with all defaults set.
//
//   absl::StatusOr<BatchingOptions> options =
//       ReadBatchingOptions("/etc/serving/batching.txt");
struct BatchingOptions {
  // The number of batches that run at the same time, by default the number of
  // processors. The name of their threads is also a label of the metrics.
  int num_batch_threads = DefaultNumBatchThreads();
  std::string thread_pool_name = "batch_threads";

  // The largest request, in rows (elements along dimension 0).
  int32_t max_batch_size = 1000;
  // The largest batch, in rows. Equal to max_batch_size unless requests are
  // split.
  int32_t max_execution_batch_size = 1000;
  // How long the first request of a batch waits for others.
  absl::Duration batch_timeout = absl::ZeroDuration();
  // The limit of waiting batches for each signature; at least 1.
  int64_t max_enqueued_batches = 10;
  // Whether to split requests. A request may then be larger than a batch, and
  // its first part fills a batch of earlier requests.
  bool enable_large_batch_splitting = false;
  // Batches are padded to one of these sizes. The sizes rise; the last one is
  // max_execution_batch_size. Empty: no padding.
  std::vector<int32_t> allowed_batch_sizes;
  // Whether to pad inputs with zeros to the largest shape in the batch. If not,
  // only requests with equal shapes beyond dimension 0 share a batch.
  bool pad_variable_length_inputs = false;

  static int DefaultNumBatchThreads();
};

// Checks `parameters`. Returns INVALID_ARGUMENT that names the field, its value
// and the valid values.
absl::StatusOr<BatchingOptions> MakeBatchingOptions(
    const tensorflow::serving::BatchingParameters& parameters);

// Reads BatchingParameters in protobuf's text format from a file, with any
// filesystem that is registered with TensorFlow. Errors name the path and the
// field or the line.
absl::StatusOr<BatchingOptions> ReadBatchingOptions(const std::string& path);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BATCHING_BATCHING_OPTIONS_H_
