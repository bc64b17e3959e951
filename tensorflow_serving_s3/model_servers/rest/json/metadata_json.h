// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writes the response to GET .../metadata like TensorFlow Serving's REST API:
//
//   {
//   "model_spec":{
//    "name": "half", "signature_name": "", "version": "1"
//   },
//   "metadata": {"signature_def": {
//    "signature_def": {"serving_default": {"inputs": {...}, ...}}
//   }}
//   }
//
// Uses the field names of the protos, includes fields with default values, and
// writes 64-bit integers as strings. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_METADATA_JSON_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_METADATA_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "tensorflow_serving/apis/get_model_metadata.pb.h"
#include "tensorflow_serving/apis/model.pb.h"

namespace tfs3::rest {

// Returns Internal if protobuf cannot write a part.
absl::StatusOr<std::string> MetadataJson(
    const tensorflow::serving::ModelSpec& spec,
    const tensorflow::serving::SignatureDefMap& signatures);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_METADATA_JSON_H_
