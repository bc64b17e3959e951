// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_REQUEST_EXCHANGE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_REQUEST_EXCHANGE_H_

#include <chrono>
#include <functional>
#include <string_view>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server_context.h"
#include "tensorflow_serving_s3/model_servers/net/http_error.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"

namespace tfs3::net {

// One request and its response, without their form on the wire: HTTP/1.1 and
// HTTP/2 share it.
//
//   RequestExchange exchange(&server, peer);
//   exchange.Begin(now);
//   exchange.Enter();                        // The first byte has arrived.
//   PaddedBuffer body(exchange.charge());
//   ...                                      // Set exchange.request().
//   exchange.Arrive(&body, now);             // The last byte has arrived.
//   if (exchange.HandleQuickly()) {
//     Send(exchange.response());
//   } else if (!exchange.Enqueue([&] { exchange.BeginWork();
//                                      exchange.Handle();
//                                      ... })) {
//     Send(exchange.response());
//   }
//
// The thread of the connection and a worker thread use it in turns: the worker
// has it from Enqueue until the task returns it.
class RequestExchange {
 public:
  using Clock = std::chrono::steady_clock;

  // `peer`: see HttpRequest::peer; must outlive this object, as `server` must.
  RequestExchange(HttpServerContext* server, std::string_view peer);
  RequestExchange(const RequestExchange&) = delete;
  RequestExchange& operator=(const RequestExchange&) = delete;

  // Starts a request. The last one must not need its memory any more.
  void Begin(Clock::time_point now);

  // The connection sets method, target, path, query and headers.
  HttpRequest& request() { return request_; }
  HttpResponse& response() { return response_; }
  // For the memory of the request. Valid as long as this object.
  RequestMemory::Charge* charge() { return &charge_; }

  // Enters the gate, also a closed one if `is_late`.
  void Enter(bool is_late = false);

  // The whole request has arrived. `body` is charged to charge(), and must be
  // valid until FreeRequest.
  void Arrive(PaddedBuffer* body, Clock::time_point now);

  // Runs the quick handler. Returns true if response() is ready to be sent.
  bool HandleQuickly();

  // Runs `work`, which must call BeginWork first, on a worker thread. Returns
  // false if too many requests wait: response() is then the error.
  bool Enqueue(std::function<void()> work);
  // Returns how long the request has waited for a thread.
  Clock::duration BeginWork();
  // Makes response().
  void Handle();

  // Frees all memory of the request but the response.
  void FreeRequest();
  // The response is sent, or the request is refused: leaves the gate.
  void Leave() { pass_ = RequestGate::Pass(); }
  RequestGate::Pass TakePass() { return std::move(pass_); }

  // Sets response() to an error, and reports the request to
  // Options::on_refusal.
  void Refuse(const HttpError& error);
  void Report(const HttpError& error);
  // The client has gone before a thread was free.
  void ReportGone();
  HttpError NoMemoryError() const;

 private:
  // Makes response_ from request_.
  void Respond();
  // Calls `respond`, which sets response_; exceptions become error responses.
  template <typename Function>
  void RespondSafely(Function respond);
  // Compresses response_ if the client accepts it and the memory allows it.
  void Compress();
  bool AcceptsGzip() const;

  HttpServerContext& server_;
  const std::string_view peer_;
  RequestMemory::Charge charge_;
  RequestGate::Pass pass_;
  HttpRequest request_;
  PaddedBuffer* body_ = nullptr;
  HttpResponse response_;
  // The quick handler has made response_, which must still be compressed.
  bool is_handled_ = false;
  Clock::time_point began_;  // The time of the first byte.
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_REQUEST_EXCHANGE_H_
