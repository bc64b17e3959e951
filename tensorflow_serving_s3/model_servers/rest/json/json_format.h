// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The two ways in which TensorFlow Serving's REST API lays out tensors in JSON.
// An answer has the format of its request.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_FORMAT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_FORMAT_H_

namespace tfs3::rest {

enum class JsonFormat {
  // One list of examples, each with its values by name: `instances` in a
  // request, `predictions` in an answer.
  kRow,
  // Whole tensors by name: `inputs` in a request, `outputs` in an answer.
  kColumnar,
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_FORMAT_H_
