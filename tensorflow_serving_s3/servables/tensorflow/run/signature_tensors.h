// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SIGNATURE_TENSORS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SIGNATURE_TENSORS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/map.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3 {

// Pure functions on the inputs and outputs that a SignatureDef declares.

// Returns "node:0" for the short form "node", so that each tensor has one name.
std::string CanonicalTensorName(const std::string& name);

// Returns INVALID_ARGUMENT, with `cure` at the end of the message, if the input
// or output is not a dense tensor. `kind` is "input" or "output".
absl::Status CheckDense(absl::string_view kind, absl::string_view alias,
                        const tensorflow::TensorInfo& info,
                        absl::string_view cure);

// Returns the declared type and shape. The shape is of unknown rank if none is
// declared or if it is not valid.
TensorSpec MakeTensorSpec(const std::string& alias,
                          const tensorflow::TensorInfo& info);

// Returns the aliases of a signature's inputs or outputs, sorted.
std::vector<std::string> SortedAliases(
    const google::protobuf::Map<std::string, tensorflow::TensorInfo>& tensors);

// Returns the index of an alias in `specs`, which are sorted by alias.
std::optional<size_t> FindAlias(const std::vector<TensorSpec>& specs,
                                absl::string_view alias);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_RUN_SIGNATURE_TENSORS_H_
