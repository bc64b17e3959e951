// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_WARMUP_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_WARMUP_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/warmup_options.h"

namespace tfs3 {

// The file of warmup requests in a SavedModel: a TFRecord file of PredictionLog
// messages.
inline constexpr absl::string_view kWarmupFile =
    "assets.extra/tf_serving_warmup_requests";

// A file with more records is an error.
inline constexpr int kMaxWarmupRecords = 1000;

// Runs the requests in kWarmupFile of the folder `path` on `model`, one after
// the other. TensorFlow then has chosen kernels and filled caches before the
// first client sends a request:
//
//   absl::Status status = WarmUp("s3://models/half/1", id, *model,
//                                options.warmup);
//
// Accepts logs of Predict, Classify, Regress, MultiInference and SessionRun,
// and ignores the model name and the version in them. Returns OK if the model
// has no such file. Records duration and status in the metric
// /tensorflow/serving/model_warmup_latency.
//
// An error names the file and the record, counted from 1:
//   - DATA_LOSS: the file is not a TFRecord file, or is damaged.
//   - INVALID_ARGUMENT: a record is not a PredictionLog, or there are too many.
//   - Otherwise the error of the model or the filesystem.
absl::Status WarmUp(const std::string& path, const ServableId& id,
                    const SavedModelBundle& model,
                    const WarmupOptions& options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_WARMUP_H_
