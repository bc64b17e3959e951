// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_DETACHED_TENSORS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_DETACHED_TENSORS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"

namespace tfs3 {

// Protobuf copies the numbers of a tensor from the serialized request to the
// message, and from the message to the serialized response. For large tensors
// these copies take much of the time of a call, so their numbers are kept out
// of the messages:
//
//   DetachedTensors detached;
//   std::optional<RestOfRequest> rest = DetachInputs(bytes);
//   if (rest.has_value()) {
//     request.ParseFromString(rest->bytes);
//     detached.inputs = std::move(rest->inputs);
//   }
//   options.detached = &detached;
//   Predict(request, id, signature, options, &response);
//   for (const DetachedOutput& output : detached.outputs) {
//     Send(SerializeHead(output, options.encoding));
//     Send(output.tensor.tensor_data());
//   }

// The smallest size of the numbers of a detached tensor, in bytes.
inline constexpr size_t kMinDetachedBytes = size_t{32} << 10;

// An input of a serialized PredictRequest. The views are of its bytes.
struct DetachedInput {
  absl::string_view alias;
  TensorValues values;
};

// An output that is not in PredictResponse.outputs.
struct DetachedOutput {
  std::string alias;
  tensorflow::Tensor tensor;
};

struct DetachedTensors {
  std::vector<DetachedInput> inputs;
  std::vector<DetachedOutput> outputs;
};

// A serialized PredictRequest without the numbers of its large inputs.
struct RestOfRequest {
  std::string bytes;
  // The number of entries of PredictRequest.inputs. If the message has fewer,
  // several have the same alias, and the whole request must be parsed.
  size_t num_entries = 0;
  std::vector<DetachedInput> inputs;
};

// Separates the numbers of tensors, if they have at least `min_bytes`, from a
// serialized PredictRequest. Returns nullopt if there are none, or if the
// request is unusual or not valid: then the whole request must be parsed.
std::optional<RestOfRequest> DetachInputs(absl::string_view request,
                                          size_t min_bytes = kMinDetachedBytes);

// Returns the offset of the numbers of the first large tensor in a serialized
// PredictRequest that begins with `begin`; 0 if they do not begin there. Of
// other messages the result has no meaning.
size_t FindNumbers(absl::string_view begin);

// Returns whether an output is detached from the response.
bool IsDetachable(const tensorflow::Tensor& output, TensorEncoding encoding);

// Returns the bytes of the output in a serialized PredictResponse, up to its
// numbers: after these come the bytes of the tensor.
std::string SerializeHead(const DetachedOutput& output,
                          TensorEncoding encoding);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_DETACHED_TENSORS_H_
