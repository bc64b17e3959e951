// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http_connection.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <exception>
#include <functional>
#include <new>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/transfer_limits.h"
#include "tensorflow_serving_s3/model_servers/net/content_coding.h"
#include "tensorflow_serving_s3/model_servers/net/request_head.h"

namespace tfs3::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// If a request has waited longer for a thread and its client has closed the
// connection, the handler does not run. Before that, a client that has closed
// only its sending side, which HTTP allows, gets its response.
constexpr auto kClosedClientWait = std::chrono::seconds(1);

// The time for the request of a reserved connection to arrive.
constexpr auto kReserveTimeout = std::chrono::seconds(2);

constexpr size_t kDiscardedRead = 64 << 10;

// The largest body for the quick handler, and the largest response of it that
// the loop's thread compresses.
constexpr size_t kMaxQuickBody = 16 << 10;
constexpr size_t kMaxQuickGzip = 4 << 10;

}  // namespace

HttpConnection::HttpConnection(StreamSocket socket, const TlsContext* tls,
                               IoLoop* loop, HttpServerContext* server)
    : stream_(std::move(socket), tls),
      peer_(PeerOf(stream_.socket())),
      loop_(*loop),
      server_(*server),
      charge_(server->options.memory) {
  ++server_.counters->open_connections;
}

void HttpConnection::Start() {
  loop_.Add(shared_from_this());
  if (stream_.Open()) {
    Close();
  } else if (stream_.encrypted()) {
    Handshake();
  } else {
    NextRequest();
  }
}

void HttpConnection::StartInReserve() {
  in_reserve_ = true;
  Start();
}

std::chrono::milliseconds HttpConnection::RequestTimeout() const {
  const std::chrono::milliseconds timeout = server_.options.request_timeout;
  return in_reserve_
             ? std::min<std::chrono::milliseconds>(timeout, kReserveTimeout)
             : timeout;
}

HttpConnection::Idleness HttpConnection::IdlenessAt(
    Clock::time_point now) const {
  const Clock::duration idle = now - last_moved_;
  switch (state_) {
    case State::kHandshake:
    case State::kIdle:
    case State::kHead:
      // An unused connection is idle immediately: so a flood of new connections
      // closes only connections of the flood.
      if (!has_had_head_) {
        return {true, 0, last_moved_};
      }
      return {in_reserve_ || idle >= kMinIdle, state_ == State::kIdle ? 1 : 2,
              last_moved_};
    case State::kDraining:
      return {in_reserve_ || idle >= kMinIdle, 2, last_moved_};
    case State::kBody:
      return {in_reserve_ || idle >= kMinIdle, 3, last_moved_};
    case State::kWriting:
      return {idle >= kMinIdleSending, 4, last_moved_};
    case State::kHandling:
    case State::kClosed:
      return {};
  }
  return {};
}

void HttpConnection::Evict() {
  ++server_.counters->evicted_connections;
  if (state_ == State::kHead || state_ == State::kBody) {
    request_.method = {};
    request_.target = {};
    ReportRefusal({503,
                   "The server closed this connection to accept another one: "
                   "no part of the request arrived for a second, and the limit "
                   "of connections (--rest_api_max_connections) was reached"});
  }
  Close();
}

void HttpConnection::Handshake() {
  state_ = State::kHandshake;
  began_ = Clock::now();
  last_moved_ = began_;
  deadline_ = began_ + RequestTimeout();
  stream_.AsyncHandshake([self = shared_from_this()](error_code error) {
    if (self->state_ != State::kHandshake) {
      return;
    }
    if (!error) {
      self->NextRequest();
    } else if (self->stream_.received_plain_http()) {
      self->Refuse({400, "This port speaks TLS; use https instead of http"});
    } else {
      self->Close();
    }
  });
}

void HttpConnection::CheckDeadline(Clock::time_point now) {
  if (now < deadline_) {
    return;
  }
  switch (state_) {
    case State::kHead:
    case State::kBody: {
      // Ends the pending read, which uses input_ or the body.
      stream_.Cancel();
      Refuse({408,
              "The request did not arrive in time: its headers took too long, "
              "or its body came at less than 16 KiB a second"});
      return;
    }
    case State::kHandling:
    case State::kClosed:
      return;
    case State::kHandshake:
    case State::kIdle:
    case State::kWriting:
    case State::kDraining:
      Close();
      return;
  }
}

void HttpConnection::BeginStop() {
  if (state_ == State::kHandshake || state_ == State::kIdle ||
      state_ == State::kDraining) {
    Close();
  }
}

void HttpConnection::CloseNow() {
  if (state_ == State::kHandling) {
    close_when_handled_ = true;
  } else if (state_ != State::kClosed) {
    Close();
  }
}

void HttpConnection::AwaitProgress() {
  progress_ = 0;
  last_moved_ = Clock::now();
  deadline_ = last_moved_ + server_.options.request_timeout;
}

void HttpConnection::RecordProgress(size_t bytes) {
  if (bytes > 0) {
    last_moved_ = Clock::now();
  }
  progress_ += bytes;
  const uint64_t enough =
      kMinBytesPerSecond *
      static_cast<uint64_t>(server_.options.request_timeout.count()) / 1000;
  if (progress_ >= enough) {
    AwaitProgress();
  }
}

void HttpConnection::Dispatch() {
  const auto& message = parser_->get();
  keep_alive_ = parser_->keep_alive() && !in_reserve_;
  request_.method = View(message.method_string());
  SplitTarget(View(message.target()), &request_);
  request_.headers.clear();
  for (const auto& field : message) {
    request_.headers.push_back(
        {View(field.name_string()), View(field.value())});
  }
  request_.body = &message.body();
  request_.peer = peer_;
  request_.arrival = Clock::now();
  if (server_.options.gate != nullptr) {
    pass_ = server_.options.gate->Enter();
    request_.pass = &pass_;
  }
  request_.charge = server_.options.memory == nullptr ? nullptr : &charge_;
  state_ = State::kHandling;
  if (!HandleQuickly()) {
    Enqueue([self = shared_from_this()] { self->Handle(); });
  }
}

void HttpConnection::Enqueue(std::function<void()> handle) {
  const int64_t max_waiting = server_.options.max_waiting;
  // Before Handle can decrement it.
  ++server_.counters->waiting_requests;
  if (IsReadMethod(request_.method)) {
    server_.read_workers->Run(std::move(handle));
  } else if (max_waiting == 0) {
    server_.workers->Run(std::move(handle));
  } else if (!server_.workers->TryRun(std::move(handle), max_waiting)) {
    --server_.counters->waiting_requests;
    ++server_.counters->refused_by_queue;
    RefuseForQueue();
  }
}

template <typename Function>
void HttpConnection::RespondSafely(Function respond) {
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

bool HttpConnection::HandleQuickly() {
  const HttpServer::QuickHandler& handler = server_.options.quick_handler;
  if (!handler || request_.method != "POST" ||
      request_.body->size() > kMaxQuickBody ||
      request_.FindHeader("Content-Encoding").has_value()) {
    return false;
  }
  bool is_handled = true;
  RespondSafely([&] {
    std::optional<HttpResponse> response = handler(request_);
    is_handled = response.has_value();
    if (is_handled) {
      response_ = *std::move(response);
    }
  });
  if (!is_handled) {
    return false;
  }
  if (response_.body.size() <= kMaxQuickGzip || !AcceptsGzip()) {
    Compress();
    BeginResponse();
    OnHandled();
  } else {
    Enqueue([self = shared_from_this()] {
      --self->server_.counters->waiting_requests;
      self->Compress();
      self->FinishOnWorker();
    });
  }
  return true;
}

void HttpConnection::Handle() {
  --server_.counters->waiting_requests;
  if (Clock::now() - request_.arrival > kClosedClientWait &&
      input_.size() == 0 && stream_.ClosedByPeer()) {
    ReportRefusal(
        {499, "The client closed its connection before a thread was free"});
    broken_ = true;
    pass_ = RequestGate::Pass();
    asio::post(loop_.io(), [self = shared_from_this()] { self->OnHandled(); });
    return;
  }
  RespondSafely([this] { Respond(); });
  FinishOnWorker();
}

void HttpConnection::FinishOnWorker() {
  BeginResponse();
  asio::post(loop_.io(), [self = shared_from_this()] { self->OnHandled(); });
}

bool HttpConnection::AcceptsGzip() const {
  const auto accepted = request_.FindHeader("Accept-Encoding");
  return server_.options.gzip_answers && accepted.has_value() &&
         net::AcceptsGzip(*accepted);
}

void HttpConnection::BeginResponse() {
  // The response is the only memory that the request still needs.
  parser_->get().body().Clear(0);
  request_.body = nullptr;
  charge_.ShrinkTo(static_cast<int64_t>(response_.body.capacity()));
  // A server that stops still answers pipelined requests that have arrived.
  keep_alive_ = keep_alive_ && !response_.close &&
                !(server_.stopping && input_.size() == 0);
  writer_.Begin(response_, request_.method, keep_alive_);
  broken_ = !writer_.WriteSome(&stream_);
  pass_ = RequestGate::Pass();
}

void HttpConnection::Respond() {
  const HttpServer::Options& options = server_.options;
  PaddedBuffer inflated(&charge_);
  const std::optional<HttpError> error =
      InflateBody({options.max_inflated_body_bytes, options.max_inflate_ratio},
                  &request_, &inflated);
  if (error.has_value()) {
    response_ = ErrorResponse(*error);
    ReportRefusal(*error);
  } else {
    // The compressed bytes are not needed any more.
    if (request_.body == &inflated) {
      parser_->get().body().Clear(0);
    }
    response_ = server_.handler(request_);
  }
  Compress();
}

void HttpConnection::Compress() {
  const HttpServer::Options& options = server_.options;
  // Both the compressed and the uncompressed response take memory.
  RequestMemory::Part compressed(&charge_);
  if (options.gzip_answers &&
      compressed.TryGrow(static_cast<int64_t>(response_.body.size()))) {
    CompressResponse(request_, options.min_gzip_bytes, &response_);
  }
}

void HttpConnection::OnHandled() {
  if (broken_ || close_when_handled_) {
    Close();
    return;
  }
  state_ = State::kWriting;
  AwaitProgress();
  SendRest();
}

void HttpConnection::Refuse(const HttpError& error) {
  response_ = ErrorResponse(error);
  request_.method = {};
  request_.target = {};
  if (parser_.has_value() && !parser_->get().target().empty()) {
    request_.method = View(parser_->get().method_string());
    request_.target = View(parser_->get().target());
  }
  ReportRefusal(error);
  keep_alive_ = false;
  refused_ = true;
  // Sends the body of the error even for HEAD: the connection ends after it.
  BeginWriting(/*method=*/{});
}

HttpError HttpConnection::NoMemoryError() const {
  const RequestMemory* memory = server_.options.memory;
  return {503, memory == nullptr ? "The server does not have enough memory"
                                 : memory->RefusalMessage()};
}

void HttpConnection::RefuseForMemory() {
  parser_->get().body().Clear(0);
  Refuse(NoMemoryError());
}

void HttpConnection::RefuseForConnections() {
  Refuse({503, "The limit of open connections, " +
                   std::to_string(server_.options.max_connections) +
                   " (--rest_api_max_connections), is reached; send the "
                   "request again later, or to another server"});
}

void HttpConnection::RefuseForQueue() {
  const HttpError error = {
      429, "The limit of requests that wait for a thread, " +
               std::to_string(server_.options.max_waiting) +
               " (--max_waiting_requests), is reached; send the request again "
               "later, or to another server"};
  response_ = ErrorResponse(error);
  ReportRefusal(error);
  pass_ = RequestGate::Pass();
  BeginWriting(request_.method);
}

void HttpConnection::ReportRefusal(const HttpError& error) {
  if (!server_.options.on_refusal) {
    return;
  }
  server_.options.on_refusal({error.status, error.message, request_.method,
                              request_.target, peer_, Clock::now() - began_});
}

void HttpConnection::BeginWriting(std::string_view method) {
  state_ = State::kWriting;
  writer_.Begin(response_, method, keep_alive_);
  AwaitProgress();
  SendRest();
}

void HttpConnection::SendRest() {
  if (!writer_.WriteSome(&stream_)) {
    Close();
    return;
  }
  if (writer_.done()) {
    OnSent();
    return;
  }
  RecordProgress(writer_.written());
  stream_.AsyncWaitToWrite([self = shared_from_this()](error_code error) {
    if (self->state_ != State::kWriting) {
      return;
    }
    if (error) {
      self->Close();
      return;
    }
    self->SendRest();
  });
}

void HttpConnection::OnSent() {
  response_ = HttpResponse();
  if (refused_) {
    Drain();
  } else if (!keep_alive_) {
    Close();
  } else if (input_.size() > 0) {
    // Pipelined requests: lets the other connections of the loop go first.
    asio::post(loop_.io(), [self = shared_from_this()] {
      if (self->state_ == State::kWriting) {
        self->NextRequest();
      }
    });
  } else {
    NextRequest();
  }
}

void HttpConnection::Drain() {
  // Reads the rest of the input first. Otherwise the close would reset the
  // connection, and the client might lose the response.
  if (state_ != State::kDraining) {
    state_ = State::kDraining;
    last_moved_ = Clock::now();
    deadline_ = last_moved_ + RequestTimeout();
    parser_.reset();
    charge_.Reset();
    stream_.ShutdownSend();
    if (server_.stopping) {
      Close();
      return;
    }
  }
  input_.clear();
  stream_.AsyncDiscardSome(
      input_.prepare(kDiscardedRead),
      [self = shared_from_this()](error_code error, size_t /*size*/) {
        if (self->state_ != State::kDraining) {
          return;
        }
        if (error) {
          self->Close();
        } else {
          self->Drain();
        }
      });
}

void HttpConnection::Close() {
  state_ = State::kClosed;
  stream_.Close();
  loop_.Remove(shared_from_this());
}

}  // namespace tfs3::net
