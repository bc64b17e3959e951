// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writes the responses of classify and regress like TensorFlow Serving's REST
// API.
//
//   ResultsToJson(response.result())
//   // classification: {"results": [[["cat", 0.9], ["dog", 0.1]], ...]}
//   // regression: {"results": [0.5, 2.0, ...]}
//
// Writes floats like TensorsToJson. Writes a label that is not valid UTF-8 as
// {"b64": "..."}, so that the response is valid JSON. Charges the memory of the
// text to `charge`, which may throw RequestMemoryExceeded. Null: no charge.
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_RESULTS_TO_JSON_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_RESULTS_TO_JSON_H_

#include <string>

#include "tensorflow_serving/apis/classification.pb.h"
#include "tensorflow_serving/apis/regression.pb.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"

namespace tfs3::rest {

std::string ResultsToJson(
    const tensorflow::serving::ClassificationResult& result,
    RequestMemory::Charge* charge = nullptr);
std::string ResultsToJson(const tensorflow::serving::RegressionResult& result,
                          RequestMemory::Charge* charge = nullptr);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_RESULTS_TO_JSON_H_
