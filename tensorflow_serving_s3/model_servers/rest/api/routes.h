// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_ROUTES_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_ROUTES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
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

// Handles the requests of TensorFlow Serving's REST API:
//
//   POST /v1/models/NAME[/versions/N|/labels/L]:predict|:classify|:regress
//   GET  /v1/models/NAME[/versions/N|/labels/L][/metadata]
//   GET  /v1/models
//
// Also handles the probes of health.h, and pages.
//
//   Routes routes(&core, &core, &gate, Routes::Options());
//   HttpServer::Start(server_options, routes);
//
// Handles HEAD like GET. Answers other requests under /v1/ with 400 "Malformed
// request: METHOD PATH", and other paths with 404. Errors are {"error": "..."}
// with the code of errors.h. When `gate` is closed, answers everything except
// probes and pages with 503 and closes the connection. Thread-safe.
class Routes {
 public:
  struct Options {
    // The time limit of a request, from its arrival.
    absl::Duration timeout = absl::Seconds(30);
    // The limit of nested lists and objects in a request. A request beyond it
    // gets 400.
    int64_t max_json_nesting = kDefaultMaxJsonNesting;
    // Whether classify and regress check the signature's method name; see
    // InferenceOptions.
    bool check_method_name = false;
    // Whether web pages of other origins may use the API. If so, handles
    // OPTIONS and adds CORS headers to all responses of the API.
    bool enable_cors = false;
    // Functions for GET and HEAD of other paths, by exact path. Called also
    // when the gate is closed. Must be thread-safe.
    std::map<std::string, std::function<net::HttpResponse()>, std::less<>>
        pages;
    // Observes all requests except probes, pages and OPTIONS; may be null.
    // Sizes are those of the uncompressed bodies.
    RequestObserver* observer = nullptr;
    // Logs predictions, classifications and regressions; may be null.
    RequestLogger* request_logger = nullptr;
  };

  // All pointers must outlive the routes.
  Routes(const ModelLookup* lookup, const ServerStatus* server,
         RequestGate* gate, const Options& options);

  net::HttpResponse operator()(const net::HttpRequest& request) const;

  // Handles a POST request of the API if that takes little time (see
  // SignatureRunner::quick); otherwise does nothing and returns nullopt.
  std::optional<net::HttpResponse> HandleQuickly(
      const net::HttpRequest& request) const;

 private:
  // Returns nullopt only with `only_quick`.
  std::optional<net::HttpResponse> HandleObserved(
      const net::HttpRequest& request, bool only_quick) const;

  const ModelLookup* const lookup_;
  const ServerStatus* const server_;
  RequestGate* const gate_;
  const Options options_;
  // Whether the path of a page is under /v1/.
  bool has_page_in_api_ = false;
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_ROUTES_H_
