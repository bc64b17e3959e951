// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/predict.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/detached_tensors.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_metrics.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/model_spec.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorProto;
using tensorflow::serving::PredictRequest;
using tensorflow::serving::PredictResponse;

std::string Aliases(const std::vector<TensorSpec>& specs) {
  if (specs.empty()) {
    return "none";
  }
  return absl::StrJoin(specs, ", ",
                       [](std::string* out, const TensorSpec& spec) {
                         absl::StrAppend(out, spec.alias);
                       });
}

// Returns an error that names all missing and all unknown inputs.
absl::Status WrongInputsError(const PredictRequest& request,
                              const SignatureRunner& signature) {
  std::vector<absl::string_view> missing;
  for (size_t i = 0; i < signature.inputs().size(); ++i) {
    const std::string& alias = signature.inputs()[i].alias;
    if (signature.default_input(i) == nullptr &&
        !request.inputs().contains(alias)) {
      missing.push_back(alias);
    }
  }
  std::vector<absl::string_view> unknown;
  for (const auto& [alias, proto] : request.inputs()) {
    if (!signature.FindInput(alias).has_value()) {
      unknown.push_back(alias);
    }
  }
  std::sort(unknown.begin(), unknown.end());

  std::string message =
      absl::StrCat("wrong inputs for signature \"", signature.signature_name(),
                   "\", which takes: ", Aliases(signature.inputs()));
  if (!missing.empty()) {
    absl::StrAppend(&message, "; missing: ", absl::StrJoin(missing, ", "));
  }
  if (!unknown.empty()) {
    absl::StrAppend(&message, "; unknown: ", absl::StrJoin(unknown, ", "));
  }
  return absl::InvalidArgumentError(message);
}

// Returns the values of an input that are not in the request, or null.
const TensorValues* FindDetached(absl::string_view alias,
                                 const InferenceOptions& options) {
  if (options.detached == nullptr) {
    return nullptr;
  }
  for (const DetachedInput& input : options.detached->inputs) {
    if (input.alias == alias) {
      return &input.values;
    }
  }
  return nullptr;
}

absl::StatusOr<Tensor> DecodeInput(const TensorProto& proto, size_t index,
                                   const SignatureRunner& signature,
                                   const InferenceOptions& options) {
  const TensorValues* const values =
      FindDetached(signature.inputs()[index].alias, options);
  absl::StatusOr<Tensor> tensor =
      values == nullptr ? DecodeTensor(proto, options.charge)
                        : DecodeTensor(proto, *values, options.charge);
  if (tensor.ok()) {
    return tensor;
  }
  return absl::Status(
      tensor.status().code(),
      absl::StrCat("input \"", signature.inputs()[index].alias,
                   "\" of signature \"", signature.signature_name(),
                   "\": ", tensor.status().message()));
}

// The request's tensors in the order of the signature's inputs.
absl::StatusOr<std::vector<Tensor>> DecodeInputs(
    const PredictRequest& request, const SignatureRunner& signature,
    const InferenceOptions& options) {
  std::vector<Tensor> inputs;
  inputs.reserve(signature.inputs().size());
  size_t found = 0;
  for (size_t i = 0; i < signature.inputs().size(); ++i) {
    const auto input = request.inputs().find(signature.inputs()[i].alias);
    if (input != request.inputs().end()) {
      ++found;
      absl::StatusOr<Tensor> tensor =
          DecodeInput(input->second, i, signature, options);
      if (!tensor.ok()) {
        return tensor.status();
      }
      inputs.push_back(*std::move(tensor));
    } else if (const Tensor* value = signature.default_input(i)) {
      inputs.push_back(*value);
    } else {
      return WrongInputsError(request, signature);
    }
  }
  if (found != static_cast<size_t>(request.inputs().size())) {
    return WrongInputsError(request, signature);
  }
  return inputs;
}

// Returns the outputs that a request chooses, or nothing for all outputs.
absl::StatusOr<std::optional<std::vector<size_t>>> ChooseOutputs(
    const PredictRequest& request, const SignatureRunner& signature) {
  if (request.output_filter().empty()) {
    return std::nullopt;
  }
  std::vector<size_t> chosen;
  chosen.reserve(request.output_filter_size());
  for (const std::string& alias : request.output_filter()) {
    const std::optional<size_t> output = signature.FindOutput(alias);
    if (!output.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("output_filter: signature \"",
                       signature.signature_name(), "\" has no output \"", alias,
                       "\"; it has: ", Aliases(signature.outputs())));
    }
    chosen.push_back(*output);
  }
  // The order of names does not make another choice.
  std::sort(chosen.begin(), chosen.end());
  if (const auto repeated = std::adjacent_find(chosen.begin(), chosen.end());
      repeated != chosen.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("output_filter: \"", signature.outputs()[*repeated].alias,
                     "\" is named more than once"));
  }
  return chosen;
}

// Writes the outputs to the response or to options.detached.
void EncodeOutputs(const std::vector<Tensor>& outputs,
                   absl::FunctionRef<const std::string&(size_t)> alias,
                   const InferenceOptions& options, PredictResponse* response) {
  const auto is_detached = [&](const Tensor& output) {
    return options.detached != nullptr &&
           IsDetachable(output, options.encoding);
  };
  int64_t bytes = MemoryOf(outputs);
  for (const Tensor& output : outputs) {
    bytes +=
        is_detached(output) ? 0 : MemoryWhenEncoded(output, options.encoding);
  }
  ChargeMemory(options.charge, bytes);
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (is_detached(outputs[i])) {
      options.detached->outputs.push_back({alias(i), outputs[i]});
    } else {
      EncodeTensor(outputs[i], options.encoding,
                   &(*response->mutable_outputs())[alias(i)]);
    }
  }
}

}  // namespace

absl::Status Predict(const PredictRequest& request, const ServableId& id,
                     const SignatureRunner& signature,
                     const InferenceOptions& options,
                     PredictResponse* response) {
  absl::StatusOr<std::vector<Tensor>> inputs =
      DecodeInputs(request, signature, options);
  if (!inputs.ok()) {
    return inputs.status();
  }
  absl::StatusOr<std::optional<std::vector<size_t>>> chosen =
      ChooseOutputs(request, signature);
  if (!chosen.ok()) {
    return chosen.status();
  }

  SignatureRunner::RunOptions run_options;
  run_options.deadline = options.deadline;
  run_options.cancelled = options.cancelled;
  run_options.fetch = *std::move(chosen);
  const RunTimer timer;
  const absl::StatusOr<std::vector<Tensor>> outputs =
      signature.Run(*std::move(inputs), run_options);
  if (!outputs.ok()) {
    return outputs.status();
  }
  timer.Record(id.name, "Predict");
  SetModelSpec(id, signature.signature_name(), response->mutable_model_spec());
  const auto alias = [&](size_t i) -> const std::string& {
    return signature.outputs()[run_options.fetch ? (*run_options.fetch)[i] : i]
        .alias;
  };
  EncodeOutputs(*outputs, alias, options, response);
  return absl::OkStatus();
}

}  // namespace tfs3
