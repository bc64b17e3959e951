// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/api/routes.h"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/net/http_error.h"
#include "tensorflow_serving_s3/model_servers/rest/api/api_call.h"
#include "tensorflow_serving_s3/model_servers/rest/api/health.h"
#include "tensorflow_serving_s3/model_servers/rest/api/model_path.h"

namespace tfs3::rest {
namespace {

using Clock = std::chrono::steady_clock;

bool IsInApi(std::string_view path) {
  return absl::StartsWithIgnoreCase(path, kApiPrefix);
}

// The request headers that a browser may send to another origin.
constexpr char kCorsRequestHeaders[] =
    "Content-Type, Content-Encoding, traceparent";

void AddCorsHeaders(net::HttpResponse* response) {
  response->headers.emplace_back("Access-Control-Allow-Origin", "*");
  response->headers.emplace_back("Access-Control-Allow-Methods", "GET, POST");
  response->headers.emplace_back("Access-Control-Allow-Headers",
                                 kCorsRequestHeaders);
}

net::HttpResponse HandlePage(const std::function<net::HttpResponse()>& page,
                             const net::HttpRequest& request) {
  if (request.method == "GET" || request.method == "HEAD") {
    return page();
  }
  return {
      405,
      net::kJsonContentType,
      net::ErrorBody(absl::StrCat(request.path, " supports only GET and HEAD")),
      {{"Allow", "GET, HEAD"}}};
}

}  // namespace

Routes::Routes(const ModelLookup* lookup, const ServerStatus* server,
               RequestGate* gate, const Options& options)
    : lookup_(lookup), server_(server), gate_(gate), options_(options) {
  for (const auto& [path, page] : options_.pages) {
    has_page_in_api_ = has_page_in_api_ || IsInApi(path);
  }
}

net::HttpResponse Routes::operator()(const net::HttpRequest& request) const {
  const bool is_in_api = IsInApi(request.path);
  if (!is_in_api || has_page_in_api_) {
    if (std::optional<net::HttpResponse> health =
            HandleHealth(*server_, request)) {
      return *std::move(health);
    }
    if (const auto page = options_.pages.find(request.path);
        page != options_.pages.end()) {
      return HandlePage(page->second, request);
    }
  }
  if (!options_.enable_cors || !is_in_api) {
    return *HandleObserved(request, /*only_quick=*/false);
  }
  net::HttpResponse response;
  if (request.method != "OPTIONS") {
    response = *HandleObserved(request, /*only_quick=*/false);
  }
  AddCorsHeaders(&response);
  return response;
}

std::optional<net::HttpResponse> Routes::HandleQuickly(
    const net::HttpRequest& request) const {
  if (!IsInApi(request.path) || has_page_in_api_) {
    return std::nullopt;
  }
  std::optional<net::HttpResponse> response =
      HandleObserved(request, /*only_quick=*/true);
  if (response.has_value() && options_.enable_cors) {
    AddCorsHeaders(&*response);
  }
  return response;
}

std::optional<net::HttpResponse> Routes::HandleObserved(
    const net::HttpRequest& request, bool only_quick) const {
  // A request that is not quick may have waited for a thread.
  const bool has_arrival = request.arrival != Clock::time_point();
  const Clock::time_point now =
      only_quick && has_arrival ? request.arrival : Clock::now();
  const Clock::time_point arrival = has_arrival ? request.arrival : now;
  const absl::Time start = absl::Now() - absl::FromChrono(now - arrival);
  ApiCall::Options call_options;
  call_options.inference.deadline = start + options_.timeout;
  call_options.inference.check_method_name = options_.check_method_name;
  call_options.max_json_nesting = options_.max_json_nesting;
  call_options.request_logger = options_.request_logger;
  call_options.only_quick = only_quick;
  ApiCall call(*lookup_, *server_, call_options);
  RequestGate::Pass own_pass;
  if (request.pass == nullptr) {
    own_pass = gate_->Enter();
  }
  const bool admitted =
      static_cast<bool>(request.pass == nullptr ? own_pass : *request.pass);
  net::HttpResponse response;
  if (!admitted) {
    response = call.Fail(absl::UnavailableError(
        "This server is stopping; send the request to another server"));
  } else if (now - arrival >= absl::ToChronoNanoseconds(options_.timeout)) {
    response = call.Fail(absl::DeadlineExceededError(absl::StrCat(
        "The request has waited for a thread until its timeout of ",
        absl::FormatDuration(options_.timeout))));
  } else {
    response = call.Handle(request);
    if (call.deferred()) {
      return std::nullopt;
    }
  }
  // A client that connects again reaches a server that does not stop.
  response.close = gate_->closed() || server_->IsStopping();
  if (options_.observer == nullptr) {
    return response;
  }

  RequestRecord record;
  record.entrypoint = RequestRecord::Entrypoint::kRest;
  record.api = call.api();
  record.model_name = call.model_name();
  record.model_version = call.model_version();
  record.signature_name = call.signature_name();
  record.status = call.status();
  record.method = request.method;
  record.target = request.target;
  record.http_status = response.status;
  record.peer = request.peer;
  record.traceparent =
      request.FindHeader("traceparent").value_or(std::string_view());
  record.request_bytes = request.body == nullptr ? 0 : request.body->size();
  record.response_bytes = response.body.size();
  record.start = absl::ToChronoTime(start);
  record.duration = Clock::now() - arrival;
  options_.observer->OnRequest(record);
  return response;
}

}  // namespace tfs3::rest
