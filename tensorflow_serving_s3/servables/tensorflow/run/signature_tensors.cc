// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/signature_tensors.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"

namespace tfs3 {

std::string CanonicalTensorName(const std::string& name) {
  return absl::StrContains(name, ':') ? name : absl::StrCat(name, ":0");
}

absl::Status CheckDense(absl::string_view kind, absl::string_view alias,
                        const tensorflow::TensorInfo& info,
                        absl::string_view cure) {
  absl::string_view encoding;
  switch (info.encoding_case()) {
    case tensorflow::TensorInfo::kName:
      return absl::OkStatus();
    case tensorflow::TensorInfo::kCooSparse:
      encoding = "a sparse tensor";
      break;
    case tensorflow::TensorInfo::kCompositeTensor:
      encoding = "a composite (for example ragged) tensor";
      break;
    case tensorflow::TensorInfo::ENCODING_NOT_SET:
      encoding = "no tensor of the graph";
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(kind, " \"", alias, "\" is ", encoding,
                   ", and only dense tensors can be served; ", cure));
}

TensorSpec MakeTensorSpec(const std::string& alias,
                          const tensorflow::TensorInfo& info) {
  TensorSpec spec{alias, tensorflow::BaseType(info.dtype()), {}};
  if (info.has_tensor_shape()) {
    spec.shape = tensorflow::PartialTensorShape::BuildPartialTensorShape(
                     info.tensor_shape())
                     .value_or(tensorflow::PartialTensorShape());
  }
  return spec;
}

std::vector<std::string> SortedAliases(
    const google::protobuf::Map<std::string, tensorflow::TensorInfo>& tensors) {
  std::vector<std::string> aliases;
  aliases.reserve(tensors.size());
  for (const auto& [alias, tensor] : tensors) {
    aliases.push_back(alias);
  }
  std::sort(aliases.begin(), aliases.end());
  return aliases;
}

std::optional<size_t> FindAlias(const std::vector<TensorSpec>& specs,
                                absl::string_view alias) {
  const auto found =
      std::lower_bound(specs.begin(), specs.end(), alias,
                       [](const TensorSpec& spec, absl::string_view alias) {
                         return absl::string_view(spec.alias) < alias;
                       });
  if (found == specs.end() || found->alias != alias) {
    return std::nullopt;
  }
  return found - specs.begin();
}

}  // namespace tfs3
