// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// One input of a request while it is read: JSON values go in, one tensor comes
// out.
//
//   absl::StatusOr<std::unique_ptr<TensorColumn>> column =
//       TensorColumn::Create(spec, TensorColumn::kRows, &source);
//   for (...) {  // each example
//     absl::Status status = (*column)->Add(value);
//     if (!status.ok()) return status;
//   }
//   absl::StatusOr<tensorflow::Tensor> tensor = (*column)->Finish();
//
// The shape is that of the first element; every later one must have it too.
// Numbers go straight into the memory of the tensor. After an error the column
// is of no more use. Not thread-safe; spec and source must outlive it.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_TENSOR_COLUMN_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_TENSOR_COLUMN_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "simdjson.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving_s3/model_servers/rest/json_source.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensor_spec.h"

namespace tfs3::rest {

class TensorColumn {
 public:
  enum Layout {
    kWhole,  // one Add brings the whole tensor
    kRows,   // every Add brings one element of the first dimension
  };

  // Unimplemented when JSON cannot carry the type of `spec`.
  static absl::StatusOr<std::unique_ptr<TensorColumn>> Create(
      const TensorSpec& spec, Layout layout, JsonSource* source);
  virtual ~TensorColumn() = default;

  virtual absl::Status Add(simdjson::ondemand::value value) = 0;

  // As Add, for a value that begins at `token` in the text of the source, which
  // need not be open: the first character behind the value. Null if the value
  // is not as it should be, and for every value of a string; then only Add can
  // tell why, in another column.
  virtual const char* Scan(const char* token) = 0;

  // How many times Add and Scan have succeeded.
  virtual int64_t rows() const = 0;

  virtual absl::StatusOr<tensorflow::Tensor> Finish() = 0;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_TENSOR_COLUMN_H_
