// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/example_signature.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;

constexpr absl::string_view kInputsAlias = "inputs";

absl::Status CheckMethodName(const SavedModelBundle& model,
                             const std::string& signature_name,
                             absl::string_view method_name) {
  const auto found = model.signature_defs().find(signature_name);
  if (found != model.signature_defs().end() &&
      found->second.method_name() == method_name) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "signature \"", signature_name, "\" has the method name \"",
      found == model.signature_defs().end() ? "" : found->second.method_name(),
      "\", this request needs \"", method_name,
      "\"; export the model with it, or start the server with "
      "--enable_signature_method_name_check=false"));
}

absl::Status CheckTakesExamples(const SignatureRunner& signature) {
  constexpr absl::string_view kCure =
      "; Classify and Regress need one input \"inputs\", which takes "
      "serialized tf.Examples; use Predict for other signatures";
  if (signature.inputs().size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("signature \"", signature.signature_name(), "\" has ",
                     signature.inputs().size(), " inputs", kCure));
  }
  const TensorSpec& input = signature.inputs()[0];
  if (input.alias != kInputsAlias) {
    return absl::InvalidArgumentError(
        absl::StrCat("the input of signature \"", signature.signature_name(),
                     "\" is called \"", input.alias, "\"", kCure));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<const SignatureRunner*> GetExampleSignature(
    const SavedModelBundle& model, absl::string_view signature_name,
    absl::string_view method_name, const InferenceOptions& options) {
  absl::StatusOr<const SignatureRunner*> signature =
      model.GetSignature(signature_name);
  if (!signature.ok()) {
    // As in TensorFlow Serving: a missing signature is FAILED_PRECONDITION for
    // Predict, but INVALID_ARGUMENT here.
    return absl::IsFailedPrecondition(signature.status())
               ? absl::InvalidArgumentError(signature.status().message())
               : signature.status();
  }
  if (options.check_method_name) {
    if (absl::Status status =
            CheckMethodName(model, (*signature)->signature_name(), method_name);
        !status.ok()) {
      return status;
    }
  }
  if (absl::Status status = CheckTakesExamples(**signature); !status.ok()) {
    return status;
  }
  return signature;
}

absl::StatusOr<std::vector<Tensor>> RunOnExamples(
    const SignatureRunner& signature, Tensor examples,
    std::optional<std::vector<size_t>> fetch, const InferenceOptions& options) {
  SignatureRunner::RunOptions run_options;
  run_options.deadline = options.deadline;
  run_options.cancelled = options.cancelled;
  run_options.fetch = std::move(fetch);
  std::vector<Tensor> inputs;
  inputs.push_back(std::move(examples));
  absl::StatusOr<std::vector<Tensor>> outputs =
      signature.Run(std::move(inputs), run_options);
  if (outputs.ok()) {
    ChargeMemory(options.charge, MemoryOf(*outputs));
  }
  return outputs;
}

}  // namespace tfs3
