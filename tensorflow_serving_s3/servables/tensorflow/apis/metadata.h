// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_METADATA_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_METADATA_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving/apis/get_model_metadata.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace tfs3 {

// The only supported metadata_field.
inline constexpr absl::string_view kSignatureDefField = "signature_def";

// Returns all signatures of a model.
tensorflow::serving::SignatureDefMap GetSignatureDefMap(
    const SavedModelBundle& model);

// Answers a GetModelMetadataRequest for a loaded model. The caller has already
// chosen the model:
//
//   absl::Status status =
//       GetModelMetadata(request, model.id(), *model, &response);
//
// Writes name and version of the model to `response`, which must be empty, and
// a SignatureDefMap as "signature_def".
//
// Returns INVALID_ARGUMENT if the request names no field or another field than
// "signature_def". Thread-safe.
absl::Status GetModelMetadata(
    const tensorflow::serving::GetModelMetadataRequest& request,
    const ServableId& id, const SavedModelBundle& model,
    tensorflow::serving::GetModelMetadataResponse* response);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_METADATA_H_
