// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_ROUTES_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_ROUTES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"

namespace tfs3::rest {

// Answers the requests of TensorFlow Serving's REST API:
//
//   POST /v1/models/NAME[/versions/N|/labels/L]:predict|:classify|:regress
//   GET  /v1/models/NAME[/versions/N|/labels/L][/metadata]
//   GET  /v1/models
//
// the probes of health.h, and pages.
//
//   Routes routes(&core, &core, &gate, Routes::Options());
//   HttpServer::Start(server_options, routes);
//
// HEAD works as GET. Anything else under /v1/ is answered 400 "Malformed
// request: METHOD PATH", any other path 404; errors are {"error": "..."} with
// the code of errors.h. When `gate` is closed, all but probes and pages are
// answered 503, and the client is asked to close its connection. Thread-safe.
class Routes {
 public:
  struct Options {
    // How long one request may take, from its arrival.
    absl::Duration timeout = absl::Seconds(30);
    // How deep lists and objects of a request may nest; 400 beyond.
    int64_t max_json_nesting = kDefaultMaxJsonNesting;
    // Whether classify and regress look at the signature's method name; see
    // InferenceOptions.
    bool check_method_name = false;
    // Whether web pages of other origins may use the API: OPTIONS is answered,
    // and every answer of the API says that any origin may read it.
    bool enable_cors = false;
    // What GET and HEAD of a path other than the API's are answered with, by
    // exact path, also while the server drains. Thread-safe functions.
    std::map<std::string, std::function<HttpResponse()>, std::less<>> pages;
    // Told of every request but probes, pages and OPTIONS; may be null. The
    // sizes that it is told are those of the bodies, not compressed.
    RequestObserver* observer = nullptr;
    // Logs predictions, classifications and regressions; may be null.
    RequestLogger* request_logger = nullptr;
  };

  // All pointers must outlive the routes.
  Routes(const ModelLookup* lookup, const ServerStatus* server,
         RequestGate* gate, const Options& options);

  HttpResponse operator()(const HttpRequest& request) const;

 private:
  HttpResponse AnswerObserved(const HttpRequest& request) const;

  const ModelLookup* const lookup_;
  const ServerStatus* const server_;
  RequestGate* const gate_;
  const Options options_;
  // Whether a page stands in the API's part of the paths.
  bool has_page_in_api_ = false;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_ROUTES_H_
