// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_C_API_REST_CALL_H_
#define TENSORFLOW_SERVING_S3_C_API_REST_CALL_H_

#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"

namespace tfs3::c_api {

// Answers a request of the REST API without a network. `method` is GET or POST.
net::HttpResponse CallRest(const ModelLookup& lookup,
                           const ServerStatus& server, absl::string_view method,
                           absl::string_view path, absl::string_view body);

}  // namespace tfs3::c_api

#endif  // TENSORFLOW_SERVING_S3_C_API_REST_CALL_H_
