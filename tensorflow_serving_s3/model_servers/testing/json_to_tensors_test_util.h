// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_JSON_TO_TENSORS_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_JSON_TO_TENSORS_TEST_UTIL_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_tensors.h"
#include "tensorflow_serving_s3/model_servers/rest/json/predict_input.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3::rest {

using Specs = std::vector<TensorSpec>;

inline TensorSpec Spec(
    std::string alias, tensorflow::DataType dtype,
    tensorflow::PartialTensorShape shape = tensorflow::PartialTensorShape()) {
  return TensorSpec{std::move(alias), dtype, std::move(shape)};
}

// Returns a signature with the input x.
inline Specs X(tensorflow::DataType dtype) { return {Spec("x", dtype)}; }

inline const Specs& TwoInputs() {
  static const auto* const specs = new Specs{Spec("a", tensorflow::DT_FLOAT),
                                             Spec("b", tensorflow::DT_STRING)};
  return *specs;
}

// Decodes a request for a signature with the inputs `specs`.
inline absl::StatusOr<PredictInput> Decode(const Specs& specs,
                                           absl::string_view json) {
  const net::PaddedBuffer body(json);
  return JsonToTensors(body,
                       [&](absl::string_view) -> absl::StatusOr<const Specs*> {
                         return &specs;
                       });
}

// Decodes a valid request and returns its only tensor.
inline tensorflow::Tensor DecodeOne(const Specs& specs,
                                    absl::string_view json) {
  absl::StatusOr<PredictInput> input = Decode(specs, json);
  if (!input.ok() || input->tensors.size() != 1) {
    ADD_FAILURE() << json << ": " << input.status();
    return tensorflow::Tensor();
  }
  return input->tensors[0];
}

// Decodes an invalid request and returns the message.
inline std::string ErrorOf(
    const Specs& specs, absl::string_view json,
    absl::StatusCode code = absl::StatusCode::kInvalidArgument) {
  const absl::Status status = Decode(specs, json).status();
  EXPECT_EQ(status.code(), code) << json.substr(0, 200) << ": " << status;
  return std::string(status.message());
}

template <typename T>
std::vector<T> Values(const tensorflow::Tensor& tensor) {
  const auto flat = tensor.flat<T>();
  return std::vector<T>(flat.data(), flat.data() + flat.size());
}

inline std::vector<int64_t> Shape(const tensorflow::Tensor& tensor) {
  std::vector<int64_t> dims;
  for (int i = 0; i < tensor.dims(); ++i) {
    dims.push_back(tensor.dim_size(i));
  }
  return dims;
}

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_JSON_TO_TENSORS_TEST_UTIL_H_
