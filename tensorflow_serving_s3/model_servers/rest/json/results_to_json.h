// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The answers of classify and regress as TensorFlow Serving's REST API writes
// them.
//
//   ResultsToJson(response.result())
//   // {"results": [[["cat", 0.9], ["dog", 0.1]], ...]}  of a classification
//   // {"results": [0.5, 2.0, ...]}                      of a regression
//
// Scores and values are written as TensorsToJson writes floats. A label that
// is not valid UTF-8 becomes {"b64": "..."}, so that the answer is valid JSON.
// The text is charged to `charge` as it grows, which may throw
// RequestMemoryExceeded; null: no charge. Thread-safe.
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
