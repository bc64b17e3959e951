// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/http2_request.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <iterator>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/net/http/limit_errors.h"
#include "tensorflow_serving_s3/model_servers/net/http/request_head.h"
#include "tensorflow_serving_s3/model_servers/net/http/response_writer.h"
#include "tensorflow_serving_s3/model_servers/net/request_target.h"

namespace tfs3::net {
namespace {

// The first memory of a body, unless it is smaller. Memory is not trusted to a
// Content-Length: a client may announce many bodies on one connection.
constexpr size_t kFirstCapacity = 64 << 10;

// The charge and the pass of a request with a larger response live until the
// socket has taken it.
constexpr size_t kSmallResponseBytes = 16 << 10;

// What a request takes beside its body and its headers.
constexpr int64_t kBytesOfHeader = 64;

constexpr std::string_view kGrpc = "application/grpc";

constexpr std::string_view kGrpcText =
    "This port serves REST. Send gRPC calls to the gRPC port (--port).";

struct Held final : http2::Retained {
  RequestMemory::Charge charge;
  RequestGate::Pass pass;
};

bool IsGrpc(std::string_view content_type) {
  return content_type.substr(0, kGrpc.size()) == kGrpc &&
         (content_type.size() == kGrpc.size() ||
          content_type.find_first_of("+; ", kGrpc.size()) == kGrpc.size());
}

}  // namespace

Http2Request::Http2Request(http2::Connection* connection,
                           HttpServerContext* server,
                           const http2::HeaderList& headers, bool complete)
    : connection_(*connection),
      server_(*server),
      headers_(headers),
      has_all_headers_(complete),
      exchange_(server, connection->peer()),
      body_(exchange_.charge()) {
  exchange_.Begin(connection->now());
  // A client that knows of the stop sends no further request on a connection
  // that ends.
  exchange_.Enter(/*is_late=*/connection->is_ending());
  watch_.Begin(connection->now());
  ReadHeaders();
}

void Http2Request::ReadHeaders() {
  HttpRequest& request = exchange_.request();
  request.headers.reserve(headers_.size());
  for (size_t i = 0; i < headers_.size(); ++i) {
    const auto [name, value] = headers_[i];
    if (name == ":method") {
      request.method = value;
    } else if (name == ":path") {
      SplitTarget(value, &request);
    } else if (name == ":scheme") {
      scheme_ = value;
    } else if (name == ":authority") {
      authority_ = value;
    } else {
      request.headers.push_back({name, value});
      uint64_t length = 0;
      if (name == "host") {
        host_ = value;
      } else if (name == "content-type") {
        is_grpc_ = IsGrpc(value);
      } else if (name == "expect") {
        expects_continue_ = EqualIgnoringCase(value, "100-continue");
      } else if (name == "content-length" &&
                 absl::SimpleAtoi(absl::string_view(value.data(), value.size()),
                                  &length)) {
        content_length_ = length;
      }
    }
  }
}

std::optional<HttpError> Http2Request::HeadError() {
  const HttpRequest& request = exchange_.request();
  if (!has_all_headers_) {
    return HeadTooLargeError(server_.options);
  }
  if (connection_.in_reserve() && !IsReadMethod(request.method)) {
    return NoConnectionError(server_.options);
  }
  std::string_view error = TargetError(request.target, authority_);
  if (!EqualIgnoringCase(scheme_, "http") &&
      !EqualIgnoringCase(scheme_, "https")) {
    error = "the request is for another protocol than HTTP";
  } else if (!IsHost(authority_) || (host_.has_value() && !IsHost(*host_))) {
    error =
        "the :authority or Host header is not the name or address of a host";
  } else if (host_.has_value() && !authority_.empty() &&
             !EqualIgnoringCase(*host_, authority_)) {
    error = "the Host header names another host than :authority";
  }
  if (!error.empty()) {
    return HttpError{400, "Malformed HTTP request: " + std::string(error)};
  }
  if (content_length_.value_or(0) > server_.options.max_body_bytes) {
    return BodyTooLargeError(server_.options);
  }
  // The headers live as long as the request.
  int64_t bytes = 0;
  for (size_t i = 0; i < headers_.size(); ++i) {
    const http2::Header header = headers_[i];
    bytes += kBytesOfHeader +
             static_cast<int64_t>(header.name.size() + header.value.size());
  }
  if (!exchange_.charge()->TryGrow(bytes)) {
    return exchange_.NoMemoryError();
  }
  return std::nullopt;
}

void Http2Request::OnBegin() {
  if (is_grpc_) {
    RefuseGrpc();
    return;
  }
  if (const std::optional<HttpError> error = HeadError(); error.has_value()) {
    Refuse(*error);
    return;
  }
  if (expects_continue_ && content_length_ != uint64_t{0}) {
    SendInterim("100");
  }
  GrowWindow(content_length_.value_or(0));
}

void Http2Request::OnData(std::string_view data) {
  Consume(data.size());
  received_ += data.size();
  if (phase_ != Phase::kReceiving) {
    return;
  }
  if (received_ > server_.options.max_body_bytes) {
    Refuse(BodyTooLargeError(server_.options));
    return;
  }
  try {
    AppendToBody(data);
  } catch (const std::bad_alloc&) {
    Refuse(exchange_.NoMemoryError());
  }
}

void Http2Request::AppendToBody(std::string_view data) {
  const size_t needed = body_.size() + data.size();
  if (needed > body_.capacity() && content_length_.has_value()) {
    body_.Reserve(std::max<uint64_t>(
        needed,
        std::min<uint64_t>(*content_length_,
                           std::max(kFirstCapacity, 2 * body_.capacity()))));
  }
  body_.Append(data);
}

void Http2Request::OnEnd() {
  if (phase_ == Phase::kReceiving) {
    Dispatch();
  }
}

void Http2Request::Dispatch() {
  phase_ = Phase::kHandling;
  exchange_.Arrive(&body_, connection_.now());
  if (exchange_.HandleQuickly()) {
    exchange_.FreeRequest();
    Send();
    return;
  }
  is_handed_out_ = true;
  connection_.AddCall();
  if (!exchange_.Enqueue([this] { Work(); })) {
    is_handed_out_ = false;
    connection_.RemoveCall();
    exchange_.FreeRequest();
    Send();
  }
}

void Http2Request::Work() {
  exchange_.BeginWork();
  if (is_cancelled_) {
    exchange_.ReportGone();
  } else {
    exchange_.Handle();
  }
  exchange_.FreeRequest();
  boost::asio::post(connection_.loop().io(), [this] { Complete(); });
}

void Http2Request::Complete() {
  http2::Connection& owner = connection_;
  is_handed_out_ = false;
  if (is_closed_) {
    delete this;
  } else {
    Send();
    owner.FlushSoon();
  }
  owner.RemoveCall();
}

void Http2Request::OnClosed() {
  is_closed_ = true;
  is_cancelled_ = true;
  if (phase_ == Phase::kReceiving && connection_.is_evicted()) {
    exchange_.Report(EvictedError());
  }
  if (!is_handed_out_) {
    delete this;
  }
}

void Http2Request::OnSweep(Clock::time_point now,
                           const http2::ConnectionProgress& progress) {
  const auto timeout = server_.options.request_timeout;
  switch (phase_) {
    case Phase::kReceiving:
      // A request that waits for its window needs no bytes of its own.
      if (watch_.IsTooSlow(
              now, timeout, progress.received,
              waits_for_window() ? progress.received : received_)) {
        Refuse(TooSlowError());
        set_reads_rest(false);
      }
      return;
    case Phase::kSending:
      if (watch_.IsTooSlow(now, timeout, progress.acknowledged,
                           passed_bytes())) {
        SendReset(NGHTTP2_CANCEL);
      }
      return;
    case Phase::kHandling:
      return;
  }
}

void Http2Request::Refuse(const HttpError& error) {
  body_.Clear(0);
  exchange_.Refuse(error);
  exchange_.Leave();
  set_reads_rest(true);
  Send();
}

void Http2Request::RefuseGrpc() {
  exchange_.Report({415, std::string(kGrpcText)});
  exchange_.Leave();
  set_reads_rest(true);
  phase_ = Phase::kSending;
  watch_.BeginSized(connection_.now(), server_.options.request_timeout, 0);
  constexpr char kUnimplemented[] = "12";
  const http2::Header headers[] = {{":status", "200"},
                                   {"content-type", kGrpc},
                                   {"grpc-status", kUnimplemented},
                                   {"grpc-message", kGrpcText}};
  SendHeaders(headers, std::size(headers), /*end=*/true);
}

void Http2Request::Send() {
  phase_ = Phase::kSending;
  HttpResponse& response = exchange_.response();
  const std::string status = std::to_string(response.status);
  const std::string length = std::to_string(response.body.size());
  std::array<http2::Header, 16> headers;
  size_t count = 0;
  headers[count++] = {":status", status};
  headers[count++] = {"date", HttpDate()};
  if (!response.content_type.empty()) {
    headers[count++] = {"content-type", response.content_type};
  }
  if (!HasNoBody(response.status)) {
    headers[count++] = {"content-length", length};
  }
  for (const auto& [name, value] : response.headers) {
    if (count < headers.size()) {
      headers[count++] = {name, value};
    }
  }
  const bool has_body = !response.body.empty() && !HasNoBody(response.status) &&
                        exchange_.request().method != "HEAD";
  if (response.close) {
    connection_.SayGoodbye();
  }
  watch_.BeginSized(connection_.now(), server_.options.request_timeout,
                    has_body ? response.body.size() : 0);
  SendHeaders(headers.data(), count, /*end=*/!has_body);
  if (has_body) {
    SendBodyOf(&response);
  }
}

void Http2Request::SendBodyOf(HttpResponse* response) {
  http2::BodyPart part;
  if (response->body.size() > kSmallResponseBytes) {
    auto held = std::make_unique<Held>();
    held->charge = std::move(*exchange_.charge());
    held->pass = exchange_.TakePass();
    part.retained = std::move(held);
  }
  part.bytes = std::move(response->body);
  SendBody(std::move(part));
  SendEnd();
}

}  // namespace tfs3::net
