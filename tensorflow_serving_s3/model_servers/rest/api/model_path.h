// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses the paths of TensorFlow Serving's REST API under /v1/models/.
//
//   std::optional<ModelPath> path =
//       ParseModelPath("POST", "/v1/models/half/labels/stable:classify");
//   // path->action == ModelAction::kClassify
//   // path->spec: name "half", version_label "stable"
//
// Names and labels are percent-decoded: "/v1/models/a%2Fb" means "a/b". A colon
// or a slash in a name must be encoded. A plus sign is not a space. Versions
// are decimal digits.
//
// As in TensorFlow Serving, "/v1/models/", "versions/" and "labels/" are not
// case-sensitive; names, labels and actions are. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_MODEL_PATH_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_MODEL_PATH_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "tensorflow_serving/apis/model.pb.h"

namespace tfs3::rest {

inline constexpr absl::string_view kApiPrefix = "/v1/";
inline constexpr absl::string_view kModelsPrefix = "/v1/models/";

// The action of a request. The method is GET or HEAD for the first two, and
// POST for the others.
enum class ModelAction { kStatus, kMetadata, kPredict, kClassify, kRegress };

struct ModelPath {
  ModelAction action = ModelAction::kStatus;
  // The name, and the version or label if the path has one.
  tensorflow::serving::ModelSpec spec;
};

// Returns nothing if `path` is not in the API, if the method is wrong, or if a
// percent sign is not followed by two hexadecimal digits.
std::optional<ModelPath> ParseModelPath(absl::string_view method,
                                        absl::string_view path);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_MODEL_PATH_H_
