// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/http_connection.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <new>
#include <string>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/transfer_limits.h"
#include "tensorflow_serving_s3/model_servers/net/http/http2_service.h"
#include "tensorflow_serving_s3/model_servers/net/http/limit_errors.h"
#include "tensorflow_serving_s3/model_servers/net/http/request_head.h"

namespace tfs3::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// If a request has waited longer for a thread and its client has closed the
// connection, the handler does not run. Before that, a client that has closed
// only its sending side, which HTTP allows, gets its response.
constexpr auto kClosedClientWait = std::chrono::seconds(1);

constexpr size_t kDiscardedRead = 64 << 10;

}  // namespace

HttpConnection::HttpConnection(StreamSocket socket, const TlsContext* tls,
                               IoLoop* loop, HttpServerContext* server)
    : stream_(std::move(socket), tls),
      peer_(PeerOf(stream_.socket())),
      loop_(*loop),
      server_(*server),
      exchange_(server, peer_),
      head_charge_(server->options.memory) {
  ++server_.counters->open_connections;
}

HttpConnection::~HttpConnection() {
  if (is_counted_) {
    --server_.counters->open_connections;
  }
}

void HttpConnection::Start(bool in_reserve) {
  in_reserve_ = in_reserve;
  loop_.Add(shared_from_this());
  if (stream_.Open()) {
    Close();
  } else if (stream_.encrypted()) {
    Handshake();
  } else {
    NextRequest();
  }
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
    exchange_.Report(EvictedError());
  }
  Close();
}

void HttpConnection::Handshake() {
  state_ = State::kHandshake;
  last_moved_ = Clock::now();
  deadline_ = last_moved_ + RequestTimeout();
  exchange_.Begin(last_moved_);
  stream_.AsyncHandshake([self = shared_from_this()](error_code error) {
    if (self->state_ != State::kHandshake) {
      return;
    }
    if (!error && self->stream_.speaks_http2()) {
      self->SwitchToHttp2();
    } else if (!error) {
      self->NextRequest();
    } else if (self->stream_.received_plain_http()) {
      self->Refuse({400, "This port speaks TLS; use https instead of http"});
    } else {
      self->Close();
    }
  });
}

void HttpConnection::SwitchToHttp2() {
  state_ = State::kClosed;
  // The new connection counts itself.
  is_counted_ = false;
  --server_.counters->open_connections;
  try {
    server_.http2->Continue(
        stream_.Release(), peer_, &loop_, in_reserve_,
        {static_cast<const char*>(input_.data().data()), input_.size()});
  } catch (const std::bad_alloc&) {
    // The socket is closed.
  }
  loop_.Remove(shared_from_this());
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
      Refuse(TooSlowError());
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
  auto& message = parser_->get();
  keep_alive_ = parser_->keep_alive() && !in_reserve_;
  HttpRequest& request = exchange_.request();
  request.method = View(message.method_string());
  SplitTarget(View(message.target()), &request);
  request.headers.clear();
  for (const auto& field : message) {
    request.headers.push_back({View(field.name_string()), View(field.value())});
  }
  exchange_.Arrive(&message.body(), last_moved_);
  state_ = State::kHandling;
  if (exchange_.HandleQuickly()) {
    BeginResponse();
    OnHandled();
  } else if (!exchange_.Enqueue(
                 [self = shared_from_this()] { self->Handle(); })) {
    BeginWriting(request.method);
  }
}

void HttpConnection::Handle() {
  if (exchange_.BeginWork() > kClosedClientWait && input_.size() == 0 &&
      stream_.ClosedByPeer()) {
    exchange_.ReportGone();
    broken_ = true;
    exchange_.Leave();
  } else {
    exchange_.Handle();
    BeginResponse();
  }
  asio::post(loop_.io(), [self = shared_from_this()] { self->OnHandled(); });
}

void HttpConnection::BeginResponse() {
  exchange_.FreeRequest();
  // A server that stops still answers pipelined requests that have arrived.
  keep_alive_ = keep_alive_ && !exchange_.response().close &&
                !(server_.stopping && input_.size() == 0);
  writer_.Begin(exchange_.response(), exchange_.request().method, keep_alive_);
  broken_ = !writer_.WriteSome(&stream_);
  exchange_.Leave();
}

void HttpConnection::OnHandled() {
  if (broken_ || close_when_handled_) {
    Close();
    return;
  }
  state_ = State::kWriting;
  if (writer_.done()) {
    OnSent();
    return;
  }
  AwaitProgress();
  SendRest();
}

void HttpConnection::Refuse(const HttpError& error) {
  if (parser_.has_value() && !parser_->get().target().empty()) {
    exchange_.request().method = View(parser_->get().method_string());
    exchange_.request().target = View(parser_->get().target());
  }
  exchange_.Refuse(error);
  exchange_.Leave();
  keep_alive_ = false;
  refused_ = true;
  // Sends the body of the error even for HEAD: the connection ends after it.
  BeginWriting(/*method=*/{});
}

void HttpConnection::RefuseForMemory() {
  parser_->get().body().Clear(0);
  Refuse(exchange_.NoMemoryError());
}

void HttpConnection::RefuseForConnections() {
  Refuse(NoConnectionError(server_.options));
}

void HttpConnection::BeginWriting(std::string_view method) {
  state_ = State::kWriting;
  writer_.Begin(exchange_.response(), method, keep_alive_);
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
  exchange_.response() = HttpResponse();
  if (refused_) {
    Drain();
  } else if (!keep_alive_) {
    Close();
  } else if (input_.size() > 0) {
    // Pipelined requests: lets the other connections of the loop go first.
    AwaitProgress();
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
    head_charge_.Reset();
    exchange_.charge()->Reset();
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
