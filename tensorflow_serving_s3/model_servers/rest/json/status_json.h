// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_STATUS_JSON_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_STATUS_JSON_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"

namespace tfs3::rest {

// Writes the responses of the REST API with the states of models. If a version
// is LOADING and its load is in `loads`, adds its progress. "bytes_read" and
// "total_bytes" may be absent:
//   "load_progress": {"seconds": 12.3, "bytes_read": "512000000",
//     "total_bytes": "1024000000"}

// Writes the status of one model like TensorFlow Serving. Versions are strings:
//   {"model_version_status": [{"version": "1", "state": "AVAILABLE",
//     "status": {"error_code": "OK", "error_message": ""}}]}
std::string ModelStatusJson(
    absl::string_view name,
    const tensorflow::serving::GetModelStatusResponse& versions,
    const std::vector<LoadProgress>& loads);

// Writes the status of all models:
//   {"models": [{"name": "half", "available": true, "problem": "",
//     "model_version_status": [...]}]}
// If `source_problem` is not empty, the object contains it.
std::string ModelListJson(const std::vector<ModelSummary>& models,
                          const std::vector<LoadProgress>& loads,
                          const std::string& source_problem = "");

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_STATUS_JSON_H_
