// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/input_error.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;

// The largest number of inputs that an error names.
constexpr size_t kMaxNamedInputs = 4;

bool IsAsDeclared(const Tensor& input, const TensorSpec& spec) {
  return input.dtype() == spec.dtype &&
         spec.shape.IsCompatibleWith(input.shape());
}

// Returns whether types and shapes of inputs cannot cause the error.
bool IsTransient(const absl::Status& error) {
  return absl::IsCancelled(error) || absl::IsDeadlineExceeded(error) ||
         absl::IsUnavailable(error) || absl::IsResourceExhausted(error);
}

// Describes the type and shape of an input, given and declared.
std::string DescribeInput(const Tensor& input, const TensorSpec& spec) {
  return absl::StrCat(
      "input \"", spec.alias, "\" is ",
      tensorflow::DataTypeString(input.dtype()), " ",
      input.shape().DebugString(), ", declared ",
      tensorflow::DataTypeString(spec.dtype), " ",
      spec.shape.unknown_rank() ? "of any shape" : spec.shape.DebugString());
}

}  // namespace

absl::Status ExplainInputError(const absl::Status& error,
                               const std::vector<TensorSpec>& declared,
                               const std::vector<Tensor>& inputs) {
  std::vector<std::string> as_declared;
  std::vector<std::string> others;
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::vector<std::string>& described =
        IsAsDeclared(inputs[i], declared[i]) ? as_declared : others;
    if (described.size() < kMaxNamedInputs) {
      described.push_back(DescribeInput(inputs[i], declared[i]));
    }
  }
  const bool explain =
      others.empty() ? absl::IsInvalidArgument(error) && !as_declared.empty()
                     : !IsTransient(error);
  if (!explain) {
    return error;
  }
  return absl::Status(
      error.code(),
      absl::StrCat(error.message(), " (",
                   absl::StrJoin(others.empty() ? as_declared : others, "; "),
                   ")"));
}

}  // namespace tfs3
