// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_CLASSIFY_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_CLASSIFY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving/apis/classification.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

namespace tfs3 {

// Classifies the tf.Examples of a request with a signature of a loaded model:
//
//   absl::Status status =
//       Classify(request, model.id(), *model, InferenceOptions(), &response);
//
// The caller has already chosen the model: of the request's model_spec,
// Classify uses only the signature's name. It writes name, version and
// signature to `response`, which must be empty. The signature must have
//   - one input, "inputs": serialized tf.Examples, and
//   - one or two outputs, at least one of "classes" (labels, string
//     [examples, classes]) and "scores" (float, the same shape).
//
// Returns INVALID_ARGUMENT if the request has no examples or the signature is
// different; otherwise the errors of SignatureRunner::Run. Thread-safe.
absl::Status Classify(const tensorflow::serving::ClassificationRequest& request,
                      const ServableId& id, const SavedModelBundle& model,
                      const InferenceOptions& options,
                      tensorflow::serving::ClassificationResponse* response);

// Returns the error that Classify would return with this signature for all
// examples, or OK. An empty name means the default signature.
absl::Status CheckClassifySignature(const SavedModelBundle& model,
                                    absl::string_view signature_name,
                                    const InferenceOptions& options);

// The indices of "classes" and "scores" in a signature's outputs.
struct ClassifyOutputs {
  std::optional<size_t> classes;
  std::optional<size_t> scores;
};

// Returns INVALID_ARGUMENT if the signature does not have the outputs that
// Classify needs.
absl::StatusOr<ClassifyOutputs> FindClassifyOutputs(
    const SignatureRunner& signature);

// Writes the result for `examples` examples from the values of the outputs; one
// of them may be null. Charges the memory of the result. Returns
// INVALID_ARGUMENT if a type or shape is wrong.
absl::Status WriteClassifications(
    const tensorflow::Tensor* classes, const tensorflow::Tensor* scores,
    int64_t examples, const MemoryCharge& charge,
    tensorflow::serving::ClassificationResult* result);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_CLASSIFY_H_
