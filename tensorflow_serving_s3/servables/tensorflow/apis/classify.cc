// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/classify.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/example_input.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/example_signature.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_metrics.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/model_spec.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::serving::ClassificationRequest;
using tensorflow::serving::ClassificationResponse;
using tensorflow::serving::ClassificationResult;

constexpr absl::string_view kClassesAlias = "classes";
constexpr absl::string_view kScoresAlias = "scores";

absl::Status CheckOutput(absl::string_view alias, const Tensor& output,
                         tensorflow::DataType dtype, int64_t examples) {
  if (output.dtype() == dtype && output.dims() == 2 &&
      output.dim_size(0) == examples) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "the model's output \"", alias, "\" is ",
      tensorflow::DataTypeString(output.dtype()), " ",
      output.shape().DebugString(), " for ", examples,
      " examples; Classify needs ", tensorflow::DataTypeString(dtype), " [",
      examples, ", number of classes]"));
}

}  // namespace

absl::StatusOr<ClassifyOutputs> FindClassifyOutputs(
    const SignatureRunner& signature) {
  if (signature.outputs().empty() || signature.outputs().size() > 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "signature \"", signature.signature_name(), "\" has ",
        signature.outputs().size(),
        " outputs; Classify needs one or two, \"classes\" and \"scores\""));
  }
  const ClassifyOutputs outputs{signature.FindOutput(kClassesAlias),
                                signature.FindOutput(kScoresAlias)};
  if (!outputs.classes.has_value() && !outputs.scores.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "signature \"", signature.signature_name(),
        "\" has no output \"classes\" or \"scores\"; Classify needs at least "
        "one of them"));
  }
  return outputs;
}

absl::Status WriteClassifications(const Tensor* classes, const Tensor* scores,
                                  int64_t examples, const MemoryCharge& charge,
                                  ClassificationResult* result) {
  if (classes != nullptr) {
    if (absl::Status status = CheckOutput(kClassesAlias, *classes,
                                          tensorflow::DT_STRING, examples);
        !status.ok()) {
      return status;
    }
  }
  if (scores != nullptr) {
    if (absl::Status status =
            CheckOutput(kScoresAlias, *scores, tensorflow::DT_FLOAT, examples);
        !status.ok()) {
      return status;
    }
  }
  if (classes != nullptr && scores != nullptr &&
      classes->dim_size(1) != scores->dim_size(1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the model's output \"classes\" has ", classes->dim_size(1),
        " classes and \"scores\" has ", scores->dim_size(1),
        "; Classify needs the same number of both"));
  }
  const int64_t count = (classes != nullptr ? classes : scores)->dim_size(1);
  const tensorflow::tstring* label =
      classes != nullptr ? classes->flat<tensorflow::tstring>().data()
                         : nullptr;
  const float* score =
      scores != nullptr ? scores->flat<float>().data() : nullptr;
  // Bytes of a message and of the pointer to it.
  constexpr int64_t kBytesOfExample = 64;
  constexpr int64_t kBytesOfClass = 96;
  ChargeMemory(charge, examples * (kBytesOfExample + count * kBytesOfClass) +
                           (classes != nullptr ? MemoryOf(*classes) : 0));
  result->mutable_classifications()->Reserve(static_cast<int>(examples));
  for (int64_t i = 0; i < examples; ++i) {
    auto* entries = result->add_classifications()->mutable_classes();
    entries->Reserve(static_cast<int>(count));
    for (int64_t j = 0; j < count; ++j) {
      tensorflow::serving::Class* entry = entries->Add();
      if (label != nullptr) {
        entry->set_label(label->data(), label->size());
        ++label;
      }
      if (score != nullptr) {
        entry->set_score(*score++);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckClassifySignature(const SavedModelBundle& model,
                                    absl::string_view signature_name,
                                    const InferenceOptions& options) {
  const absl::StatusOr<const SignatureRunner*> signature =
      GetExampleSignature(model, signature_name, kClassifyMethodName, options);
  if (!signature.ok()) {
    return signature.status();
  }
  return FindClassifyOutputs(**signature).status();
}

absl::Status Classify(const ClassificationRequest& request,
                      const ServableId& id, const SavedModelBundle& model,
                      const InferenceOptions& options,
                      ClassificationResponse* response) {
  const absl::StatusOr<const SignatureRunner*> signature =
      GetExampleSignature(model, request.model_spec().signature_name(),
                          kClassifyMethodName, options);
  if (!signature.ok()) {
    return signature.status();
  }
  const absl::StatusOr<ClassifyOutputs> places =
      FindClassifyOutputs(**signature);
  if (!places.ok()) {
    return places.status();
  }
  absl::StatusOr<Tensor> examples =
      SerializeExamples(request.input(), options.charge);
  if (!examples.ok()) {
    return examples.status();
  }
  const int64_t count = examples->dim_size(0);

  // Does not compute a second output with another name.
  std::optional<std::vector<size_t>> fetch;
  size_t classes_place = places->classes.value_or(0);
  size_t scores_place = places->scores.value_or(0);
  if ((*signature)->outputs().size() == 2 &&
      !(places->classes.has_value() && places->scores.has_value())) {
    fetch = {places->classes.has_value() ? classes_place : scores_place};
    classes_place = 0;
    scores_place = 0;
  }
  const RunTimer timer;
  const absl::StatusOr<std::vector<Tensor>> outputs = RunOnExamples(
      **signature, *std::move(examples), std::move(fetch), options);
  if (!outputs.ok()) {
    return outputs.status();
  }
  timer.Record(id.name, "Classify");
  RecordExampleCount(id.name, count);

  if (absl::Status status = WriteClassifications(
          places->classes.has_value() ? &(*outputs)[classes_place] : nullptr,
          places->scores.has_value() ? &(*outputs)[scores_place] : nullptr,
          count, options.charge, response->mutable_result());
      !status.ok()) {
    return status;
  }
  SetModelSpec(id, (*signature)->signature_name(),
               response->mutable_model_spec());
  return absl::OkStatus();
}

}  // namespace tfs3
