// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/c_api/rest_call.h"

#include <string_view>

#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/api/api_call.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"

namespace tfs3::c_api {

net::HttpResponse CallRest(const ModelLookup& lookup,
                           const ServerStatus& server, absl::string_view method,
                           absl::string_view path, absl::string_view body) {
  rest::ApiCall::Options options;
  options.max_json_nesting = rest::kDefaultMaxJsonNesting;
  const net::PaddedBuffer padded(body);
  net::HttpRequest request;
  request.method = method;
  request.target = path;
  request.path = path;
  request.body = &padded;
  return rest::ApiCall(lookup, server, options).Handle(request);
}

}  // namespace tfs3::c_api
