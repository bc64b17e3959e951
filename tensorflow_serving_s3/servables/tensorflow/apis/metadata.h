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

// The one kind of metadata that can be asked for.
inline constexpr absl::string_view kSignatureDefField = "signature_def";

// The signatures of a model, as metadata carries them.
tensorflow::serving::SignatureDefMap GetSignatureDefMap(
    const SavedModelBundle& model);

// Answers a GetModelMetadataRequest for a loaded model, which the caller has
// found by the request's model_spec:
//
//   absl::Status status =
//       GetModelMetadata(request, model.id(), *model, &response);
//
// `response` (empty, perhaps on an arena) gets the effective model_spec and,
// under "signature_def", a SignatureDefMap packed into an Any.
//
// INVALID_ARGUMENT if the request asks for no metadata or for a field other
// than "signature_def". Thread-safe.
absl::Status GetModelMetadata(
    const tensorflow::serving::GetModelMetadataRequest& request,
    const ServableId& id, const SavedModelBundle& model,
    tensorflow::serving::GetModelMetadataResponse* response);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_METADATA_H_
