// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Builds the tensor of one input from JSON values.
//
//   absl::StatusOr<std::unique_ptr<TensorColumn>> column =
//       TensorColumn::Create(spec, TensorColumn::kRows, &text);
//   for (...) {  // each example
//     p = (*column)->Add(p);
//     if (p == nullptr) return text.status();
//   }
//   absl::StatusOr<tensorflow::Tensor> tensor = (*column)->Finish();
//
// All elements must have the shape of the first one. Writes numbers directly to
// the memory of the tensor. Do not use a column after an error. Not
// thread-safe. The spec and the text must outlive the column.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TENSOR_COLUMN_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TENSOR_COLUMN_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3::rest {

class TensorColumn {
 public:
  enum Layout {
    kWhole,  // one Add reads the whole tensor
    kRows,   // each Add reads one element of the first dimension
  };

  // Returns Unimplemented if JSON cannot represent the type of `spec`.
  static absl::StatusOr<std::unique_ptr<TensorColumn>> Create(
      const TensorSpec& spec, Layout layout, JsonText* text);
  virtual ~TensorColumn() = default;

  // Reads the value at `token` and returns the position after it. Returns null
  // after an error, which is in the status of the text.
  virtual const char* Add(const char* token) = 0;

  // The number of successful calls of Add.
  virtual int64_t rows() const = 0;

  virtual absl::StatusOr<tensorflow::Tensor> Finish() = 0;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TENSOR_COLUMN_H_
