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

// Where in a SavedModel the requests to warm it up with are: a TFRecord file of
// PredictionLog messages.
inline constexpr absl::string_view kWarmupFile =
    "assets.extra/tf_serving_warmup_requests";

// More records than these are an error.
inline constexpr int kMaxWarmupRecords = 1000;

// Has a model that has just been loaded from the folder `path` answer the
// requests in its kWarmupFile, one after the other, so that what TensorFlow
// does once (choosing kernels, filling caches) is done before a client waits:
//
//   absl::Status status = WarmUp("s3://models/half/1", id, *model,
//                                options.warmup);
//
// The logs of Predict, Classify, Regress, MultiInference and SessionRun are
// taken; what model and version they were recorded with does not matter. A
// model without the file needs no warming up, which costs one look for it. Time
// and outcome are in the metric /tensorflow/serving/model_warmup_latency.
//
// The error names the file and the record, counted from 1: DATA_LOSS or
// INVALID_ARGUMENT for a file that is not as told, otherwise what the model or
// the file system said.
absl::Status WarmUp(const std::string& path, const ServableId& id,
                    const SavedModelBundle& model,
                    const WarmupOptions& options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_WARMUP_H_
