// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_EXAMPLE_SIGNATURE_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_EXAMPLE_SIGNATURE_H_

#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"

// Signatures whose only input, "inputs", takes serialized tf.Examples. Shared
// by Classify, Regress and MultiInference. All functions are thread-safe.
namespace tfs3 {

// The method names of signatures for Classify and Regress.
inline constexpr absl::string_view kClassifyMethodName =
    "tensorflow/serving/classify";
inline constexpr absl::string_view kRegressMethodName =
    "tensorflow/serving/regress";

// Returns a signature of `model` that takes tf.Examples. An empty name means
// the default signature.
//
//   absl::StatusOr<const SignatureRunner*> signature = GetExampleSignature(
//       model, request.model_spec().signature_name(), kClassifyMethodName,
//       options);
//
// Returns INVALID_ARGUMENT in these cases:
//   - The model does not have the signature.
//   - options.check_method_name is set, and the signature's method name is not
//     `method_name`.
//   - The signature does not have exactly one input, "inputs". Its declared
//     type does not matter: the graph checks the type.
absl::StatusOr<const SignatureRunner*> GetExampleSignature(
    const SavedModelBundle& model, absl::string_view signature_name,
    absl::string_view method_name, const InferenceOptions& options);

// Runs the signature on the result of SerializeExamples. Charges the memory of
// the outputs.
absl::StatusOr<std::vector<tensorflow::Tensor>> RunOnExamples(
    const SignatureRunner& signature, tensorflow::Tensor examples,
    std::optional<std::vector<size_t>> fetch, const InferenceOptions& options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_EXAMPLE_SIGNATURE_H_
