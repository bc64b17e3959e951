// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/limit_errors.h"

#include <string>

namespace tfs3::net {

HttpError HeadTooLargeError(const HttpServer::Options& options) {
  return {431, "The request's headers are larger than the limit of " +
                   std::to_string(options.max_header_bytes) +
                   " bytes (--rest_api_max_header_bytes)"};
}

HttpError BodyTooLargeError(const HttpServer::Options& options) {
  return {413, "The request's body is larger than the limit of " +
                   std::to_string(options.max_body_bytes) +
                   " bytes (--rest_api_max_body_bytes); send it in smaller "
                   "parts"};
}

HttpError TooSlowError() {
  return {408,
          "The request did not arrive in time: its headers took too long, or "
          "its body came at less than 16 KiB a second"};
}

HttpError NoConnectionError(const HttpServer::Options& options) {
  return {503, "The limit of open connections, " +
                   std::to_string(options.max_connections) +
                   " (--rest_api_max_connections), is reached; send the "
                   "request again later, or to another server"};
}

HttpError EvictedError() {
  return {503,
          "The server closed this connection to accept another one: no part of "
          "the request arrived for a second, and the limit of connections "
          "(--rest_api_max_connections) was reached"};
}

}  // namespace tfs3::net
