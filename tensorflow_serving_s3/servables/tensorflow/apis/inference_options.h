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

// How one request is to be answered, the same for every kind of it:
//
//   InferenceOptions options;
//   options.deadline = absl::Now() + absl::Seconds(30);
//   absl::Status status = Classify(request, model.id(), *model, options,
//                                  &response);
struct InferenceOptions {
  // When the caller stops waiting.
  absl::Time deadline = absl::InfiniteFuture();

  // Whether the caller has stopped waiting already: asked before the model
  // runs, on whatever thread it is to run on, and not any more once it does.
  // Must be quick. May be null.
  std::function<bool()> cancelled;

  // Told of the tensors that the request is decoded to, of the outputs and of
  // the response, on the thread of the caller: before they are made, and of
  // outputs when the model has made them. What it throws passes through.
  MemoryCharge charge;

  // How tensors are written to a response.
  TensorEncoding encoding = TensorEncoding::kField;

  // Whether Classify and Regress take only signatures that were exported with
  // the method name "tensorflow/serving/classify" or ".../regress". TensorFlow
  // 2 writes "tensorflow/serving/predict" for every signature.
  bool check_method_name = false;
};

// CANCELLED if the caller has stopped waiting.
inline absl::Status CheckNotCancelled(const InferenceOptions& options) {
  if (options.cancelled == nullptr || !options.cancelled()) {
    return absl::OkStatus();
  }
  return absl::CancelledError(
      "the client stopped waiting before the model ran");
}

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_INFERENCE_OPTIONS_H_
