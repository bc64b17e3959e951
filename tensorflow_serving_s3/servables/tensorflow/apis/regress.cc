// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/regress.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/example_input.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/example_signature.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_metrics.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/model_spec.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::serving::RegressionRequest;
using tensorflow::serving::RegressionResponse;
using tensorflow::serving::RegressionResult;

constexpr absl::string_view kOutputsAlias = "outputs";

}  // namespace

absl::Status CheckRegressOutputs(const SignatureRunner& signature) {
  if (signature.outputs().size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "signature \"", signature.signature_name(), "\" has ",
        signature.outputs().size(),
        " outputs; Regress needs exactly one, called \"outputs\""));
  }
  if (signature.outputs()[0].alias != kOutputsAlias) {
    return absl::InvalidArgumentError(
        absl::StrCat("the output of signature \"", signature.signature_name(),
                     "\" is called \"", signature.outputs()[0].alias,
                     "\"; Regress needs it to be called \"outputs\""));
  }
  return absl::OkStatus();
}

absl::Status WriteRegressions(const Tensor& outputs, int64_t examples,
                              const MemoryCharge& charge,
                              RegressionResult* result) {
  const bool right_shape =
      outputs.dims() == 1 || (outputs.dims() == 2 && outputs.dim_size(1) == 1);
  if (!right_shape || outputs.dim_size(0) != examples ||
      outputs.dtype() != tensorflow::DT_FLOAT) {
    return absl::InvalidArgumentError(
        absl::StrCat("the model's output \"outputs\" is ",
                     tensorflow::DataTypeString(outputs.dtype()), " ",
                     outputs.shape().DebugString(), " for ", examples,
                     " examples; Regress needs float [", examples, "] or [",
                     examples, ", 1]"));
  }
  const float* value = outputs.flat<float>().data();
  constexpr int64_t kBytesOfRegression = 40;  // message and pointer
  ChargeMemory(charge, examples * kBytesOfRegression);
  result->mutable_regressions()->Reserve(static_cast<int>(examples));
  for (int64_t i = 0; i < examples; ++i) {
    result->add_regressions()->set_value(value[i]);
  }
  return absl::OkStatus();
}

absl::Status CheckRegressSignature(const SavedModelBundle& model,
                                   absl::string_view signature_name,
                                   const InferenceOptions& options) {
  const absl::StatusOr<const SignatureRunner*> signature =
      GetExampleSignature(model, signature_name, kRegressMethodName, options);
  if (!signature.ok()) {
    return signature.status();
  }
  return CheckRegressOutputs(**signature);
}

absl::Status Regress(const RegressionRequest& request, const ServableId& id,
                     const SavedModelBundle& model,
                     const InferenceOptions& options,
                     RegressionResponse* response) {
  const absl::StatusOr<const SignatureRunner*> signature =
      GetExampleSignature(model, request.model_spec().signature_name(),
                          kRegressMethodName, options);
  if (!signature.ok()) {
    return signature.status();
  }
  if (absl::Status status = CheckRegressOutputs(**signature); !status.ok()) {
    return status;
  }
  absl::StatusOr<Tensor> examples =
      SerializeExamples(request.input(), options.charge);
  if (!examples.ok()) {
    return examples.status();
  }
  const int64_t count = examples->dim_size(0);

  const RunTimer timer;
  const absl::StatusOr<std::vector<Tensor>> outputs =
      RunOnExamples(**signature, *std::move(examples), std::nullopt, options);
  if (!outputs.ok()) {
    return outputs.status();
  }
  timer.Record(id.name, "Regress");
  RecordExampleCount(id.name, count);

  if (absl::Status status = WriteRegressions(
          outputs->front(), count, options.charge, response->mutable_result());
      !status.ok()) {
    return status;
  }
  SetModelSpec(id, (*signature)->signature_name(),
               response->mutable_model_spec());
  return absl::OkStatus();
}

}  // namespace tfs3
