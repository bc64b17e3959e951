// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The two formats of tensors in TensorFlow Serving's REST API. A response has
// the format of its request.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_FORMAT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_FORMAT_H_

namespace tfs3::rest {

enum class JsonFormat {
  // A list of examples, each with its values by name: `instances` in a request,
  // `predictions` in a response.
  kRow,
  // Whole tensors by name: `inputs` in a request, `outputs` in a response.
  kColumnar,
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_FORMAT_H_
