// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_INFERENCE_OPTIONS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_INFERENCE_OPTIONS_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"

namespace tfs3 {

struct DetachedTensors;

// Options of one request, the same for all APIs:
//
//   InferenceOptions options;
//   options.deadline = absl::Now() + absl::Seconds(30);
//   absl::Status status = Classify(request, model.id(), *model, options,
//                                  &response);
struct InferenceOptions {
  // When the caller stops waiting.
  absl::Time deadline = absl::InfiniteFuture();

  // Returns whether the caller has stopped waiting. Called on any thread,
  // before the model runs but not during the run. Must be fast. May be null.
  std::function<bool()> cancelled;

  // Charged on the caller's thread for the decoded tensors and the response,
  // before they are allocated, and for the outputs of the model after the run.
  // Its exceptions pass through.
  MemoryCharge charge;

  // The encoding of tensors in the response.
  TensorEncoding encoding = TensorEncoding::kField;

  // For Predict: where the large tensors of the request are, and where those of
  // the response go. Null: all tensors are in the messages.
  DetachedTensors* detached = nullptr;

  // Whether Classify and Regress accept only signatures with the method name
  // "tensorflow/serving/classify" or ".../regress". TensorFlow 2 writes
  // "tensorflow/serving/predict" for every signature.
  bool check_method_name = false;
};

// Returns CANCELLED if the caller has stopped waiting.
inline absl::Status CheckNotCancelled(const InferenceOptions& options) {
  if (options.cancelled == nullptr || !options.cancelled()) {
    return absl::OkStatus();
  }
  return absl::CancelledError(
      "the client stopped waiting before the model ran");
}

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_INFERENCE_OPTIONS_H_
