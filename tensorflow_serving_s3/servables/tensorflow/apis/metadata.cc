// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/metadata.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/model_spec.h"

namespace tfs3 {

using tensorflow::serving::GetModelMetadataRequest;
using tensorflow::serving::GetModelMetadataResponse;
using tensorflow::serving::SignatureDefMap;

SignatureDefMap GetSignatureDefMap(const SavedModelBundle& model) {
  SignatureDefMap map;
  *map.mutable_signature_def() = model.signature_defs();
  return map;
}

absl::Status GetModelMetadata(const GetModelMetadataRequest& request,
                              const ServableId& id,
                              const SavedModelBundle& model,
                              GetModelMetadataResponse* response) {
  if (request.metadata_field().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "metadata_field is empty; ask for \"", kSignatureDefField, "\""));
  }
  for (const std::string& field : request.metadata_field()) {
    if (field != kSignatureDefField) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no metadata_field \"", field, "\"; ask for \"",
                       kSignatureDefField, "\""));
    }
  }
  SetModelSpec(id, /*signature_name=*/"", response->mutable_model_spec());
  (*response->mutable_metadata())[std::string(kSignatureDefField)].PackFrom(
      GetSignatureDefMap(model));
  return absl::OkStatus();
}

}  // namespace tfs3
