// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_ROUTES_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_ROUTES_H_

#include "absl/time/time.h"
#include "tensorflow_serving_s3/model_servers/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/request_gate.h"
#include "tensorflow_serving_s3/model_servers/rest/http_message.h"
#include "tensorflow_serving_s3/model_servers/server_status.h"

namespace tfs3::rest {

// Answers the requests of TensorFlow Serving's REST API:
//
//   POST /v1/models/NAME[/versions/N|/labels/L]:predict
//   GET  /v1/models/NAME[/versions/N|/labels/L]
//   GET  /v1/models
//
// and the probes of health.h.
//
//   Routes routes(&core, &core, &gate, Routes::Options());
//   HttpServer::Start(server_options, routes);
//
// Anything else under /v1/ is answered 400 "Malformed request: METHOD PATH",
// any other path 404; errors are {"error": "..."} with the code of errors.h.
// When `gate` is closed, all but the probes are answered 503, and the client is
// asked to close its connection. Thread-safe.
class Routes {
 public:
  struct Options {
    // How long one request may take, from its arrival.
    absl::Duration timeout = absl::Seconds(30);
  };

  // All pointers must outlive the routes.
  Routes(const ModelLookup* lookup, const ServerStatus* server,
         RequestGate* gate, const Options& options);

  HttpResponse operator()(const HttpRequest& request) const;

 private:
  HttpResponse AnswerApi(const HttpRequest& request, absl::Time deadline) const;

  const ModelLookup* const lookup_;
  const ServerStatus* const server_;
  RequestGate* const gate_;
  const Options options_;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_ROUTES_H_
