// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/net/http_connection.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/status.hpp>
#include <ctime>
#include <exception>
#include <functional>
#include <new>
#include <string_view>
#include <utility>

#include "tensorflow_serving_s3/model_servers/net/content_coding.h"
#include "tensorflow_serving_s3/model_servers/net/errors.h"
#include "tensorflow_serving_s3/model_servers/net/request_target.h"

namespace tfs3::rest {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

// How much of a head is read at a time, and of a chunked body.
constexpr size_t kHeadRead = 8 << 10;
constexpr size_t kChunkRead = 64 << 10;
// How much of a body of known length is asked for at once.
constexpr size_t kBodyRead = 1 << 20;

// The slowest rate at which bodies may arrive and clients may take answers.
constexpr uint64_t kSlowestBytesPerSecond = 16 << 10;

// A request that has waited for longer is not computed if its client has
// closed the connection. Until then a client that closes only its sending side,
// as HTTP allows, gets its answer.
constexpr auto kPatientClient = std::chrono::seconds(1);

// How long a connection beyond the limit may take to send its request.
constexpr auto kReserveTimeout = std::chrono::seconds(2);

// How long no byte must have moved before a connection makes room for another.
constexpr auto kLeastIdle = std::chrono::seconds(1);
// The same while an answer is being sent: the kernel's buffers hide what the
// client takes.
constexpr auto kLeastIdleWriting = std::chrono::seconds(5);

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view View(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// The time as the Date header has it; made anew once a second.
std::string_view DateNow() {
  thread_local std::time_t made = 0;
  thread_local char text[40];
  thread_local size_t length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made) {
    made = now;
    std::tm parts;
    gmtime_r(&now, &parts);
    length =
        std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  }
  return {text, length};
}

// Splits a target into path and query; a target in absolute form loses scheme
// and host.
void SplitTarget(std::string_view target, HttpRequest* request) {
  request->target = target;
  target = ParseRequestTarget(target).origin;
  const size_t question = target.find('?');
  request->path = target.substr(0, question);
  request->query = question == std::string_view::npos
                       ? std::string_view()
                       : target.substr(question + 1);
}

std::string_view ReasonOf(int status) {
  if (status == 499) return "Client Closed Request";
  return View(http::obsolete_reason(http::int_to_status(status)));
}

// Why a head that the parser has accepted is refused all the same, by RFC 9112;
// empty if it is not. Two programs that read such a head may disagree about
// where the request ends or whom it is for.
std::string_view FramingError(std::string_view raw_head,
                              const http::request_header<>& head) {
  // Line folding, obsolete since RFC 7230.
  if (raw_head.find("\n ") != raw_head.npos ||
      raw_head.find("\n\t") != raw_head.npos) {
    return "a header is continued on the next line";
  }
  const size_t hosts = head.count(http::field::host);
  if (hosts > 1) return "there are several Host headers";
  if (hosts == 0 && head.version() >= 11) return "there is no Host header";
  const size_t encodings = head.count(http::field::transfer_encoding);
  if (encodings > 1 ||
      (encodings == 1 &&
       !EqualIgnoringCase(View(head[http::field::transfer_encoding]),
                          "chunked"))) {
    return "the only Transfer-Encoding that is understood is chunked";
  }
  if (encodings == 1 && head.version() < 11) {
    return "HTTP/1.0 has no Transfer-Encoding";
  }
  const std::string_view target = View(head.target());
  if (hosts == 0) {
    return TargetError(target, ParseRequestTarget(target).authority);
  }
  const std::string_view host = View(head[http::field::host]);
  if (!IsHost(host)) {
    return "the Host header is not the name or address of a host";
  }
  return TargetError(target, host);
}

// Whether a request of this method reads what is there and computes nothing.
bool IsQuick(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

bool HasNoBody(int status) {
  return status < 200 || status == 204 || status == 304;
}

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
      // No time is too short for a connection that has not been of use: a flood
      // of new ones pushes itself out.
      if (!has_had_head_) return {true, 0, last_moved_};
      return {in_reserve_ || idle >= kLeastIdle, state_ == State::kIdle ? 1 : 2,
              last_moved_};
    case State::kDraining:
      return {in_reserve_ || idle >= kLeastIdle, 2, last_moved_};
    case State::kBody:
      return {in_reserve_ || idle >= kLeastIdle, 3, last_moved_};
    case State::kWriting:
      return {idle >= kLeastIdleWriting, 4, last_moved_};
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
    ReportRefusal(503,
                  "The connection was closed for another one: no byte of the "
                  "request had arrived for a second, and as many connections "
                  "as may (--rest_api_max_connections) were open");
  }
  Close();
}

void HttpConnection::Handshake() {
  state_ = State::kHandshake;
  began_ = Clock::now();
  last_moved_ = began_;
  deadline_ = began_ + RequestTimeout();
  stream_.AsyncHandshake([self = shared_from_this()](error_code error) {
    if (self->state_ != State::kHandshake) return;
    if (!error) {
      self->NextRequest();
    } else if (self->stream_.FellBackToHttp()) {
      self->Refuse(400, "This port speaks TLS; use https instead of http");
    } else {
      self->Close();
    }
  });
}

void HttpConnection::CheckDeadline(Clock::time_point now) {
  if (now < deadline_) return;
  switch (state_) {
    case State::kHead:
    case State::kBody: {
      // The read under way must not touch its buffer any more.
      stream_.Cancel();
      Refuse(408,
             "The request did not arrive in time: its headers took too long, "
             "or its body came at less than 16 KiB a second");
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
      state_ == State::kDraining)
    Close();
}

void HttpConnection::CloseNow() {
  if (state_ == State::kHandling) {
    close_when_handled_ = true;
  } else if (state_ != State::kClosed) {
    Close();
  }
}

void HttpConnection::NextRequest() {
  // Line breaks in front of a request are no part of it.
  std::string_view input(static_cast<const char*>(input_.data().data()),
                         input_.size());
  input_.consume(std::min(input.find_first_not_of("\r\n"), input.size()));
  parser_.emplace();
  // The answer to the request before is sent.
  charge_.Reset();
  parser_->get().body() = PaddedBuffer(&charge_);
  parser_->eager(false);
  parser_->header_limit(server_.options.max_header_bytes);
  parser_->body_limit(server_.options.max_body_bytes);
  if (input_.size() > 0) {
    state_ = State::kHead;
    began_ = Clock::now();
    last_moved_ = began_;
    deadline_ = began_ + RequestTimeout();
    ParseHead();
    return;
  }
  if (server_.stopping) {
    Close();
    return;
  }
  state_ = State::kIdle;
  last_moved_ = Clock::now();
  deadline_ = last_moved_ +
              (in_reserve_ ? RequestTimeout() : server_.options.idle_timeout);
  ReadHead();
}

void HttpConnection::ReadHead() {
  stream_.AsyncReadSome(
      input_.prepare(kHeadRead),
      [self = shared_from_this()](error_code error, size_t size) {
        if (self->state_ != State::kIdle && self->state_ != State::kHead)
          return;
        if (error) {
          self->Close();
          return;
        }
        self->input_.commit(size);
        if (self->state_ == State::kIdle) {
          self->NextRequest();
        } else {
          self->last_moved_ = Clock::now();
          self->ParseHead();
        }
      });
}

void HttpConnection::ParseHead() {
  error_code error;
  // The parser takes nothing before the head is complete, and then all of it.
  const size_t size = parser_->put(input_.data(), error);
  if (error == http::error::need_more) {
    input_.consume(size);
    ReadHead();
    return;
  }
  if (error) {
    RefuseParseError(error);
    return;
  }
  const std::string_view raw_head(
      static_cast<const char*>(input_.data().data()), size);
  const std::string_view framing_error =
      FramingError(raw_head, parser_->get().base());
  input_.consume(size);
  if (!framing_error.empty()) {
    Refuse(400, "Malformed HTTP request: " + std::string(framing_error));
    return;
  }
  OnHead();
}

void HttpConnection::OnHead() {
  has_had_head_ = true;
  const auto& head = parser_->get();
  if (in_reserve_ && !IsQuick(View(head.method_string()))) {
    RefuseConnection();
    return;
  }
  if (parser_->is_done()) {
    Dispatch();
    return;
  }
  state_ = State::kBody;
  AwaitProgress();
  const bool expects_continue =
      boost::beast::iequals(head[http::field::expect], "100-continue");
  if (expects_continue && input_.size() == 0) {
    SendContinue();
  } else {
    ReadBody();
  }
}

void HttpConnection::SendContinue() {
  // Nothing else is on its way to the client, so these few bytes find room at
  // once.
  error_code error;
  const size_t sent =
      stream_.WriteSome({asio::buffer(kContinue), asio::const_buffer()}, error);
  if (error || sent != kContinue.size()) {
    Close();
    return;
  }
  ReadBody();
}

void HttpConnection::ReadBody() try {
  if (parser_->chunked()) {
    parser_->eager(true);
    ParseChunks();
    return;
  }
  // The parser has done its part: bytes of a known number need no more parsing,
  // and go straight into the body.
  body_length_ = *parser_->content_length();
  PaddedBuffer& body = parser_->get().body();
  body.Reserve(std::min(body_length_, PaddedBody::kTrustedLength));
  const size_t arrived = std::min<uint64_t>(input_.size(), body_length_);
  body.Append({static_cast<const char*>(input_.data().data()), arrived});
  input_.consume(arrived);
  ReadSizedBody();
} catch (const std::bad_alloc&) {
  RefuseForMemory();
}

void HttpConnection::ReadSizedBody() try {
  PaddedBuffer& body = parser_->get().body();
  const uint64_t missing = body_length_ - body.size();
  if (missing == 0) {
    Dispatch();
    return;
  }
  const size_t room = std::min<uint64_t>(
      missing, std::max(body.capacity() - body.size(), kBodyRead));
  stream_.AsyncReadSome(
      asio::buffer(body.Prepare(room), room),
      [self = shared_from_this()](error_code error, size_t size) {
        if (self->state_ != State::kBody) return;
        if (error) {
          self->Close();
          return;
        }
        self->parser_->get().body().Commit(size);
        self->RecordProgress(size);
        self->ReadSizedBody();
      });
} catch (const std::bad_alloc&) {
  RefuseForMemory();
}

void HttpConnection::ReadChunkedBody() {
  stream_.AsyncReadSome(
      input_.prepare(kChunkRead),
      [self = shared_from_this()](error_code error, size_t size) {
        if (self->state_ != State::kBody) return;
        if (error) {
          self->Close();
          return;
        }
        self->input_.commit(size);
        self->RecordProgress(size);
        self->ParseChunks();
      });
}

void HttpConnection::ParseChunks() try {
  error_code error;
  // The parser takes in all that it can at once; what it leaves is the
  // incomplete header of a chunk.
  if (input_.size() > 0) input_.consume(parser_->put(input_.data(), error));
  if (parser_->is_done()) {
    Dispatch();
  } else if (error && error != http::error::need_more) {
    RefuseParseError(error);
  } else if (input_.size() > server_.options.max_header_bytes + kChunkRead) {
    // What the parser keeps waiting for is the end of a chunk's header or of
    // the trailer.
    Refuse(431, "The trailer of the chunked body is too large");
  } else {
    ReadChunkedBody();
  }
} catch (const std::bad_alloc&) {
  RefuseForMemory();
}

void HttpConnection::AwaitProgress() {
  progress_ = 0;
  last_moved_ = Clock::now();
  deadline_ = last_moved_ + server_.options.request_timeout;
}

void HttpConnection::RecordProgress(size_t bytes) {
  if (bytes > 0) last_moved_ = Clock::now();
  progress_ += bytes;
  const uint64_t enough =
      kSlowestBytesPerSecond *
      static_cast<uint64_t>(server_.options.request_timeout.count()) / 1000;
  if (progress_ >= enough) AwaitProgress();
}

void HttpConnection::Dispatch() {
  const auto& message = parser_->get();
  keep_alive_ = parser_->keep_alive() && !in_reserve_;
  request_.method = View(message.method_string());
  SplitTarget(View(message.target()), &request_);
  request_.headers.clear();
  for (const auto& field : message)
    request_.headers.push_back(
        {View(field.name_string()), View(field.value())});
  request_.body = &message.body();
  request_.peer = peer_;
  request_.arrival = Clock::now();
  if (server_.options.gate != nullptr) {
    pass_ = server_.options.gate->Enter();
    request_.pass = &pass_;
  }
  request_.charge = server_.options.memory == nullptr ? nullptr : &charge_;
  state_ = State::kHandling;
  std::function<void()> handle = [self = shared_from_this()] {
    self->Handle();
  };
  const int64_t max_waiting = server_.options.max_waiting;
  // Before the handler can run.
  ++server_.counters->waiting_requests;
  if (IsQuick(request_.method)) {
    server_.quick_workers->Run(std::move(handle));
  } else if (max_waiting == 0) {
    server_.workers->Run(std::move(handle));
  } else if (!server_.workers->TryRun(std::move(handle), max_waiting)) {
    --server_.counters->waiting_requests;
    ++server_.counters->refused_by_queue;
    RefuseToWait();
  }
}

void HttpConnection::Handle() {
  --server_.counters->waiting_requests;
  if (Clock::now() - request_.arrival > kPatientClient && input_.size() == 0 &&
      stream_.ClosedByPeer()) {
    ReportRefusal(499, "The client closed its connection before its turn came");
    broken_ = true;
    pass_ = RequestGate::Pass();
    asio::post(loop_.io(), [self = shared_from_this()] { self->OnHandled(); });
    return;
  }
  try {
    Answer();
  } catch (const std::bad_alloc&) {
    ComposeError(503, NoMemoryMessage());
  } catch (const std::exception& exception) {
    ComposeError(500, std::string("The request failed inside the server: ") +
                          exception.what());
  }
  // From here on the request holds its answer only.
  parser_->get().body().Clear(0);
  request_.body = nullptr;
  charge_.ShrinkTo(static_cast<int64_t>(response_.body.capacity()));
  // A server that stops still answers the requests that have arrived behind
  // this one.
  keep_alive_ = keep_alive_ && !response_.close &&
                !(server_.stopping && input_.size() == 0);
  ComposeHead(keep_alive_);
  broken_ = !SendSome();
  pass_ = RequestGate::Pass();
  asio::post(loop_.io(), [self = shared_from_this()] { self->OnHandled(); });
}

void HttpConnection::Answer() {
  const HttpServer::Options& options = server_.options;
  PaddedBuffer inflated(&charge_);
  const std::optional<BodyError> error =
      InflateBody({options.max_inflated_body_bytes, options.max_inflate_ratio},
                  &request_, &inflated);
  if (error.has_value()) {
    response_ = {error->status, kJsonContentType, ErrorBody(error->message)};
    if (error->status == 415)
      response_.headers.emplace_back("Accept-Encoding", "gzip");
    ReportRefusal(error->status, error->message);
  } else {
    // The bytes as they came are of no more use.
    if (request_.body == &inflated) parser_->get().body().Clear(0);
    response_ = server_.handler(request_);
  }
  // What is compressed lies beside what is not.
  RequestMemory::Part compressed(&charge_);
  if (options.gzip_answers &&
      compressed.TryGrow(static_cast<int64_t>(response_.body.size()))) {
    CompressAnswer(request_, options.min_gzip_bytes, &response_);
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

void HttpConnection::RefuseParseError(error_code error) {
  if (error == http::error::header_limit ||
      error == http::error::buffer_overflow) {
    Refuse(431, "The request's headers are larger than the limit of " +
                    std::to_string(server_.options.max_header_bytes) +
                    " bytes");
  } else if (error == http::error::body_limit) {
    Refuse(413, "The request's body is larger than the limit of " +
                    std::to_string(server_.options.max_body_bytes) +
                    " bytes (--rest_api_max_body_bytes); send it in smaller "
                    "parts");
  } else {
    Refuse(400, "Malformed HTTP request: " + error.message());
  }
}

void HttpConnection::Refuse(int status, std::string_view message) {
  ComposeError(status, message);
  request_.method = {};
  request_.target = {};
  if (parser_.has_value() && !parser_->get().target().empty()) {
    request_.method = View(parser_->get().method_string());
    request_.target = View(parser_->get().target());
  }
  ReportRefusal(status, message);
  // The method says below whether a body is sent.
  request_.method = {};
  keep_alive_ = false;
  refused_ = true;
  state_ = State::kWriting;
  ComposeHead(/*keep_alive=*/false);
  AwaitProgress();
  SendRest();
}

void HttpConnection::ComposeError(int status, std::string_view message) {
  response_ = {status, kJsonContentType, ErrorBody(message)};
  if (status == 429 || status == 503) {
    response_.headers.emplace_back("Retry-After", "1");
  }
}

std::string HttpConnection::NoMemoryMessage() const {
  const RequestMemory* memory = server_.options.memory;
  return memory == nullptr ? "The server has not enough memory"
                           : memory->RefusalMessage();
}

void HttpConnection::RefuseForMemory() {
  // Part of a body is of no use.
  parser_->get().body().Clear(0);
  Refuse(503, NoMemoryMessage());
}

void HttpConnection::RefuseConnection() {
  Refuse(503, "As many connections as may, " +
                  std::to_string(server_.options.max_connections) +
                  " (--rest_api_max_connections), are open; send the request "
                  "again later, or to another server");
}

void HttpConnection::RefuseToWait() {
  const std::string message =
      "As many requests as may, " +
      std::to_string(server_.options.max_waiting) +
      " (--max_waiting_requests), wait for a thread already; send the request "
      "again later, or to another server";
  ComposeError(429, message);
  ReportRefusal(429, message);
  pass_ = RequestGate::Pass();
  state_ = State::kWriting;
  ComposeHead(keep_alive_);
  AwaitProgress();
  SendRest();
}

void HttpConnection::ReportRefusal(int status, std::string_view message) {
  if (!server_.options.on_refusal) return;
  server_.options.on_refusal({status, message, request_.method, request_.target,
                              peer_, Clock::now() - began_});
}

void HttpConnection::ComposeHead(bool keep_alive) {
  std::string& head = response_head_;
  head = "HTTP/1.1 ";
  head += std::to_string(response_.status);
  head += ' ';
  head += ReasonOf(response_.status);
  head += "\r\nDate: ";
  head += DateNow();
  if (!response_.content_type.empty()) {
    head += "\r\nContent-Type: ";
    head += response_.content_type;
  }
  if (!HasNoBody(response_.status)) {
    head += "\r\nContent-Length: ";
    head += std::to_string(response_.body.size());
  }
  for (const auto& [name, value] : response_.headers) {
    head += "\r\n";
    head += name;
    head += ": ";
    head += value;
  }
  head += keep_alive ? "\r\nConnection: keep-alive\r\n\r\n"
                     : "\r\nConnection: close\r\n\r\n";
  const bool without_body =
      HasNoBody(response_.status) || request_.method == "HEAD";
  unsent_ = {asio::buffer(head), without_body ? asio::const_buffer()
                                              : asio::buffer(response_.body)};
}

bool HttpConnection::SendSome() {
  sent_ = 0;
  while (unsent_[0].size() + unsent_[1].size() > 0) {
    error_code error;
    size_t sent = stream_.WriteSome(unsent_, error);
    if (error == asio::error::would_block || error == asio::error::try_again)
      return true;
    if (error) return false;
    sent_ += sent;
    for (asio::const_buffer& buffer : unsent_) {
      const size_t taken = std::min(sent, buffer.size());
      buffer += taken;
      sent -= taken;
    }
  }
  return true;
}

void HttpConnection::SendRest() {
  if (!SendSome()) {
    Close();
    return;
  }
  if (unsent_[0].size() + unsent_[1].size() == 0) {
    OnSent();
    return;
  }
  RecordProgress(sent_);
  stream_.AsyncWaitToWrite([self = shared_from_this()](error_code error) {
    if (self->state_ != State::kWriting) return;
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
  } else {
    NextRequest();
  }
}

void HttpConnection::Drain() {
  // Closing with unread input would reset the connection, and the client might
  // never see the answer.
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
      input_.prepare(kChunkRead),
      [self = shared_from_this()](error_code error, size_t /*size*/) {
        if (self->state_ != State::kDraining) return;
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

}  // namespace tfs3::rest
