// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// One input of a request while it is read: JSON values go in, one tensor comes
// out.
//
//   absl::StatusOr<std::unique_ptr<TensorColumn>> column =
//       TensorColumn::Create(spec, TensorColumn::kRows, &text);
//   for (...) {  // each example
//     p = (*column)->Add(p);
//     if (p == nullptr) return text.status();
//   }
//   absl::StatusOr<tensorflow::Tensor> tensor = (*column)->Finish();
//
// The shape is that of the first element; every later one must have it too.
// Numbers go straight into the memory of the tensor. After an error the column
// cannot be used any more. Not thread-safe; spec and text must outlive it.
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
    kWhole,  // one Add brings the whole tensor
    kRows,   // every Add brings one element of the first dimension
  };

  // Unimplemented when JSON cannot carry the type of `spec`.
  static absl::StatusOr<std::unique_ptr<TensorColumn>> Create(
      const TensorSpec& spec, Layout layout, JsonText* text);
  virtual ~TensorColumn() = default;

  // Reads the value at `token` and returns the position behind it; null if it
  // is not as it should be, which the status of the text tells.
  virtual const char* Add(const char* token) = 0;

  // How many times Add has succeeded.
  virtual int64_t rows() const = 0;

  virtual absl::StatusOr<tensorflow::Tensor> Finish() = 0;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_TENSOR_COLUMN_H_
