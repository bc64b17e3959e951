// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/request_exchange.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "tensorflow_serving_s3/model_servers/net/content_coding.h"
#include "tensorflow_serving_s3/model_servers/net/http/request_head.h"

namespace tfs3::net {
namespace {

// The largest body for the quick handler, and the largest response of it that
// the thread of the connection compresses.
constexpr size_t kMaxQuickBody = 16 << 10;
constexpr size_t kMaxQuickGzip = 4 << 10;

// Smaller responses are charged only if they are those of predictions.
constexpr int64_t kSmallResponseBytes = 4 << 10;

}  // namespace

RequestExchange::RequestExchange(HttpServerContext* server,
                                 std::string_view peer)
    : server_(*server), peer_(peer), charge_(server->options.memory) {}

void RequestExchange::Begin(Clock::time_point now) {
  charge_.Reset();
  request_.method = {};
  request_.target = {};
  request_.headers.clear();
  is_handled_ = false;
  began_ = now;
}

void RequestExchange::Enter(bool is_late) {
  if (server_.options.gate != nullptr) {
    RequestGate& gate = *server_.options.gate;
    pass_ = is_late ? gate.EnterLate() : gate.Enter();
  }
}

void RequestExchange::Arrive(PaddedBuffer* body, Clock::time_point now) {
  body_ = body;
  request_.body = body;
  request_.peer = peer_;
  request_.arrival = now;
  request_.pass = server_.options.gate == nullptr ? nullptr : &pass_;
  request_.charge = server_.options.memory == nullptr ? nullptr : &charge_;
}

template <typename Function>
void RequestExchange::RespondSafely(Function respond) {
  try {
    respond();
  } catch (const std::bad_alloc&) {
    response_ = ErrorResponse(NoMemoryError());
  } catch (const std::exception& exception) {
    response_ = ErrorResponse(
        {500, std::string("The server failed to handle the request: ") +
                  exception.what()});
  }
}

bool RequestExchange::HandleQuickly() {
  const HttpServer::QuickHandler& handler = server_.options.quick_handler;
  if (!handler || request_.method != "POST" ||
      request_.body->size() > kMaxQuickBody ||
      request_.FindHeader("Content-Encoding").has_value()) {
    return false;
  }
  is_handled_ = true;
  RespondSafely([&] {
    std::optional<HttpResponse> response = handler(request_);
    is_handled_ = response.has_value();
    if (is_handled_) {
      response_ = *std::move(response);
    }
  });
  if (!is_handled_ ||
      (response_.body.size() > kMaxQuickGzip && AcceptsGzip())) {
    return false;
  }
  Compress();
  return true;
}

bool RequestExchange::Enqueue(std::function<void()> work) {
  const int64_t max_waiting = server_.options.max_waiting;
  TransportCounters& counters = *server_.counters;
  // Before BeginWork can decrement it.
  ++counters.waiting_requests;
  try {
    if (IsReadMethod(request_.method)) {
      server_.read_workers->Run(std::move(work));
      return true;
    }
    if (max_waiting == 0) {
      server_.workers->Run(std::move(work));
      return true;
    }
    if (server_.workers->TryRun(std::move(work), max_waiting)) {
      return true;
    }
  } catch (const std::bad_alloc&) {
    --counters.waiting_requests;
    Refuse(NoMemoryError());
    Leave();
    return false;
  }
  --counters.waiting_requests;
  ++counters.refused_by_queue;
  Refuse({429, "The limit of requests that wait for a thread, " +
                   std::to_string(max_waiting) +
                   " (--max_waiting_requests), is reached; send the request "
                   "again later, or to another server"});
  Leave();
  return false;
}

RequestExchange::Clock::duration RequestExchange::BeginWork() {
  --server_.counters->waiting_requests;
  return Clock::now() - request_.arrival;
}

void RequestExchange::Handle() {
  if (!is_handled_) {
    RespondSafely([this] { Respond(); });
  }
  Compress();
}

void RequestExchange::Respond() {
  const HttpServer::Options& options = server_.options;
  PaddedBuffer inflated(&charge_);
  const std::optional<HttpError> error =
      InflateBody({options.max_inflated_body_bytes, options.max_inflate_ratio},
                  &request_, &inflated);
  if (error.has_value()) {
    Refuse(*error);
    return;
  }
  // The compressed bytes are not needed any more.
  if (request_.body == &inflated) {
    body_->Clear(0);
  }
  response_ = server_.handler(request_);
}

void RequestExchange::Compress() {
  const HttpServer::Options& options = server_.options;
  if (!options.gzip_answers) {
    return;
  }
  // Both the compressed and the uncompressed response take memory.
  RequestMemory::Part compressed(&charge_);
  if (compressed.TryGrow(static_cast<int64_t>(response_.body.size()))) {
    RespondSafely([&] {
      CompressResponse(request_, options.min_gzip_bytes, &response_);
    });
  }
}

bool RequestExchange::AcceptsGzip() const {
  const auto accepted = request_.FindHeader("Accept-Encoding");
  return server_.options.gzip_answers && accepted.has_value() &&
         net::AcceptsGzip(*accepted);
}

void RequestExchange::FreeRequest() {
  body_->Clear(0);
  request_.body = nullptr;
  const auto bytes = static_cast<int64_t>(response_.body.capacity());
  charge_.ShrinkTo(bytes);
  // Pages, metadata and errors are not charged yet. A client may ask for many
  // and read none.
  if (bytes > kSmallResponseBytes &&
      !charge_.TryGrowReserved(bytes - charge_.bytes())) {
    response_ = ErrorResponse(NoMemoryError());
  }
}

void RequestExchange::Refuse(const HttpError& error) {
  response_ = ErrorResponse(error);
  Report(error);
}

void RequestExchange::Report(const HttpError& error) {
  if (!server_.options.on_refusal) {
    return;
  }
  server_.options.on_refusal({error.status, error.message, request_.method,
                              request_.target, peer_, Clock::now() - began_});
}

void RequestExchange::ReportGone() {
  Report({499, "The client closed its connection before a thread was free"});
}

HttpError RequestExchange::NoMemoryError() const {
  const RequestMemory* memory = server_.options.memory;
  return {503, memory == nullptr ? "The server does not have enough memory"
                                 : memory->RefusalMessage()};
}

}  // namespace tfs3::net
