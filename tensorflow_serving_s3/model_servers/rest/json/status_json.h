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

// The answers of the REST API about the states of models. A version that is
// LOADING has one field more, if its load is among `loads` and as far as it is
// known:
//   "load_progress": {"seconds": 12.3, "bytes_read": "512000000",
//     "total_bytes": "1024000000"}

// Of the model `name`, as TensorFlow Serving writes it, versions as strings:
//   {"model_version_status": [{"version": "1", "state": "AVAILABLE",
//     "status": {"error_code": "OK", "error_message": ""}}]}
std::string ModelStatusJson(
    absl::string_view name,
    const tensorflow::serving::GetModelStatusResponse& versions,
    const std::vector<LoadProgress>& loads);

// Of all models:
//   {"models": [{"name": "half", "available": true, "problem": "",
//     "model_version_status": [...]}]}
std::string ModelListJson(const std::vector<ModelSummary>& models,
                          const std::vector<LoadProgress>& loads);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_STATUS_JSON_H_
