// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The paths of TensorFlow Serving's REST API under /v1/models/.
//
//   std::optional<ModelPath> path =
//       ParseModelPath("POST", "/v1/models/half/labels/stable:classify");
//   // path->action == ModelAction::kClassify
//   // path->spec: name "half", version_label "stable"
//
// Names and labels are percent-decoded: "/v1/models/a%2Fb" asks for "a/b". A
// colon or a slash in a name must be encoded, and a plus sign is a plus sign.
// Versions are decimal digits.
//
// As there, "/v1/models/", "versions/" and "labels/" may be written in any
// case; names, labels and what is asked for may not. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_MODEL_PATH_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_MODEL_PATH_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "tensorflow_serving/apis/model.pb.h"

namespace tfs3::rest {

inline constexpr absl::string_view kApiPrefix = "/v1/";
inline constexpr absl::string_view kModelsPrefix = "/v1/models/";

// What is asked of a model: the first two by GET and HEAD, the others by POST.
enum class ModelAction { kStatus, kMetadata, kPredict, kClassify, kRegress };

struct ModelPath {
  ModelAction action = ModelAction::kStatus;
  // Name, and version or label if the path has one.
  tensorflow::serving::ModelSpec spec;
};

// Nothing if `path` is no path of the API, has a percent sign without two
// hexadecimal digits, or goes with another method.
std::optional<ModelPath> ParseModelPath(absl::string_view method,
                                        absl::string_view path);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_MODEL_PATH_H_
