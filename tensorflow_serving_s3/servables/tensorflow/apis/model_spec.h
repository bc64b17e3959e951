// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_MODEL_SPEC_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_MODEL_SPEC_H_

#include "absl/strings/string_view.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// Writes name and version of `id`, and the signature's name if it is not empty,
// to the model_spec of a response.
//
//   SetModelSpec(model.id(), signature->signature_name(),
//                response->mutable_model_spec());
void SetModelSpec(const ServableId& id, absl::string_view signature_name,
                  tensorflow::serving::ModelSpec* spec);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_MODEL_SPEC_H_
