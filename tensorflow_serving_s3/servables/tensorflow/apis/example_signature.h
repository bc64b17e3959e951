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

// What Classify, Regress and MultiInference share: signatures whose one input,
// "inputs", takes serialized tf.Examples. All functions are thread-safe.
namespace tfs3 {

// The method names of signatures made for Classify and for Regress.
inline constexpr absl::string_view kClassifyMethodName =
    "tensorflow/serving/classify";
inline constexpr absl::string_view kRegressMethodName =
    "tensorflow/serving/regress";

// The signature of `model` that a request names (empty: the default one), fit
// to be fed with tf.Examples:
//
//   absl::StatusOr<const SignatureRunner*> signature = GetExampleSignature(
//       model, request.model_spec().signature_name(), kClassifyMethodName,
//       options);
//
// INVALID_ARGUMENT if the model has no such signature, if its method name is
// another than `method_name` and options.check_method_name is set, or if it has
// other inputs than one called "inputs". What type that declares does not
// matter: the graph refuses tf.Examples if it does not take strings.
absl::StatusOr<const SignatureRunner*> GetExampleSignature(
    const SavedModelBundle& model, absl::string_view signature_name,
    absl::string_view method_name, const InferenceOptions& options);

// Runs such a signature on the tensor of SerializeExamples. Charges the
// outputs.
absl::StatusOr<std::vector<tensorflow::Tensor>> RunOnExamples(
    const SignatureRunner& signature, tensorflow::Tensor examples,
    std::optional<std::vector<size_t>> fetch, const InferenceOptions& options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_EXAMPLE_SIGNATURE_H_
