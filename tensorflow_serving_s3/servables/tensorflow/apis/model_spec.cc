// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/model_spec.h"

#include <string>

namespace tfs3 {

void SetModelSpec(const ServableId& id, absl::string_view signature_name,
                  tensorflow::serving::ModelSpec* spec) {
  spec->set_name(id.name);
  spec->mutable_version()->set_value(id.version);
  if (!signature_name.empty()) {
    spec->set_signature_name(std::string(signature_name));
  }
}

}  // namespace tfs3
