// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_ROUTES_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_ROUTES_H_

#include "absl/time/time.h"
#include "tensorflow_serving_s3/model_servers/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/rest/http_message.h"

namespace tfs3::rest {

// Answers the requests of TensorFlow Serving's REST API:
//
//   POST /v1/models/NAME[/versions/N|/labels/L]:predict
//   GET  /v1/models/NAME[/versions/N|/labels/L]
//
//   Routes routes(&server_core, Routes::Options());
//   HttpServer::Start(server_options, routes);
//
// Anything else under /v1/ is answered 400 "Malformed request: METHOD PATH",
// any other path 404; errors are {"error": "..."} with the code of errors.h.
// Thread-safe.
class Routes {
 public:
  struct Options {
    // How long one request may take, from its arrival.
    absl::Duration timeout = absl::Seconds(30);
  };

  // `lookup` must outlive the routes.
  Routes(const ModelLookup* lookup, const Options& options);

  HttpResponse operator()(const HttpRequest& request) const;

 private:
  const ModelLookup* const lookup_;
  const Options options_;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_ROUTES_H_
