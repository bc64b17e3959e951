// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_PLAIN_JSON_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_PLAIN_JSON_H_

#include <cstdint>
#include <optional>

#include "tensorflow_serving_s3/model_servers/rest/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/predict_input.h"

namespace tfs3::rest {

// The short way of JsonToTensors, for what large requests are: numbers and
// truth values in lists. It reads the text once, from the front to the back,
// without an index of it.
//
//   if (auto input = ReadPlainJson(body, inputs_of, max_nesting)) return
//   *input;
//
// Nothing for a body that it does not understand, be it wrong or only unusual
// (an escape in a name, inputs of strings, the name of the signature behind the
// data): that is for the long way to read, and to say what is wrong. What this
// one takes, the long way takes too, for the same tensors. Thread-safe.
std::optional<PredictInput> ReadPlainJson(const PaddedBuffer& body,
                                          SignatureInputs inputs_of,
                                          int64_t max_nesting);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_PLAIN_JSON_H_
