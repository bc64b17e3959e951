// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/connection.h"

#include <nghttp2/nghttp2.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <random>
#include <string_view>
#include <utility>

namespace tfs3::net::http2 {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr size_t kReadBytes = 128 << 10;
// Responses leave after the requests in so many bytes of input.
constexpr size_t kSliceBytes = 16 << 10;
// The same for small requests while no other connection is active: the client
// reads the first responses while the server handles the next requests.
constexpr size_t kAloneSliceBytes = 3 << 9;
// Other connections of the loop get their turn after so many reads or writes.
constexpr int kReadsPerTurn = 8;
constexpr int kWritesPerTurn = 8;
// While so many bytes wait for the socket, no more are read or produced.
constexpr size_t kMaxOutput = 1 << 20;
// How long a client may take to close its side at the end.
constexpr auto kLingerTimeout = std::chrono::seconds(1);
// How much of its input is discarded in that time: more than the windows of a
// client that has not read the end yet.
constexpr uint64_t kMaxDiscarded = 32 << 20;

// The age at which a connection ends, up to a tenth more or less than the
// limit, so that many connections of the same age do not end together.
IoConnection::Clock::duration WithJitter(std::chrono::milliseconds age) {
  thread_local std::minstd_rand random(std::random_device{}());
  std::uniform_real_distribution<double> factor(0.9, 1.1);
  return std::chrono::duration_cast<IoConnection::Clock::duration>(
      std::chrono::duration<double, std::milli>(
          static_cast<double>(age.count()) * factor(random)));
}

// Returns true if the bytes can be the start of a request of HTTP/1.
bool LooksLikeHttp1(std::string_view bytes) {
  return bytes.size() >= 3 &&
         std::all_of(bytes.begin(), bytes.begin() + 3,
                     [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

Connection::Connection(ByteStream stream, std::string peer, IoLoop* loop,
                       const ConnectionContext* server)
    : stream_(std::move(stream)),
      peer_(std::move(peer)),
      loop_(*loop),
      server_(*server),
      session_(server->options.session, this),
      now_(Clock::now()),
      began_(now_),
      last_moved_(now_),
      last_received_(now_),
      last_busy_(now_),
      last_swept_(now_),
      unfinished_since_(now_),
      unread_since_(now_) {
  ++server_.num_open;
  ++server_.counters->open_connections;
  if (options().max_age.count() > 0) {
    max_age_end_ = now_ + WithJitter(options().max_age);
  }
}

Connection::~Connection() {
  --server_.counters->open_connections;
  --server_.num_open;
}

void Connection::Start(bool /*in_reserve*/) {
  loop_.Add(shared_from_this());
  is_registered_ = true;
  if (stream_.encrypted()) {
    state_ = State::kHandshake;
    Handshake();
  } else {
    Await();
  }
}

void Connection::Continue(std::string_view input) {
  loop_.Add(shared_from_this());
  is_registered_ = true;
  received_ = input.size();
  if (Feed(input)) {
    Read();  // TLS may have decrypted more.
  }
}

void Connection::Handshake() {
  switch (stream_.Handshake()) {
    case ByteStream::Result::kDone:
      state_ = State::kOpen;
      Read();
      return;
    case ByteStream::Result::kClosed:
      Close();
      return;
    case ByteStream::Result::kWait:
      stream_.socket().async_wait(
          stream_.read_waits_for(),
          [self = shared_from_this()](error_code error) {
            if (self->state_ != State::kHandshake) {
              return;
            }
            if (error) {
              self->Close();
            } else {
              self->Handshake();
            }
          });
      return;
  }
}

void Connection::Read() {
  // One buffer for each loop: an idle connection needs none.
  thread_local const std::unique_ptr<char[]> buffer(new char[kReadBytes]);
  now_ = Clock::now();
  bool is_all_read = false;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    if (session_.output().size() >= kMaxOutput) {
      break;
    }
    size_t size = 0;
    const ByteStream::Result result =
        stream_.Read(buffer.get(), kReadBytes, &size);
    if (result == ByteStream::Result::kWait) {
      is_all_read = true;
      break;
    }
    if (result == ByteStream::Result::kClosed) {
      Close();
      return;
    }
    received_ += size;
    last_moved_ = now_;
    last_received_ = now_;
    if (!Feed({buffer.get(), size})) {
      return;
    }
    if (size < kReadBytes && !stream_.encrypted()) {
      is_all_read = true;
      break;
    }
  }
  if (is_all_read && session_.OnAllRead(now_)) {
    FlushSoon();
  }
  AwaitSilence();
  Await();
}

bool Connection::Feed(std::string_view bytes) {
  const bool is_alone = loop_.IsOnlyActive(this);
  const size_t slice_bytes =
      is_alone && bytes.size() <= kSliceBytes ? kAloneSliceBytes : kSliceBytes;
  while (!bytes.empty()) {
    const std::string_view slice = bytes.substr(0, slice_bytes);
    bytes.remove_prefix(slice.size());
    is_feeding_ = true;
    const bool goes_on = session_.Receive(slice, now_);
    is_feeding_ = false;
    if (session_.has_wrong_protocol()) {
      AnswerWrongProtocol(slice);
      return false;
    }
    if (!goes_on) {
      BeginFlushing();
    }
    if (!Flush() || !goes_on) {
      return false;
    }
  }
  last_busy_ = now_;
  return true;
}

bool Connection::Flush() {
  wants_write_ = false;
  for (int i = 0;; ++i) {
    if (i == kWritesPerTurn) {
      FlushSoon();
      return true;
    }
    if (state_ == State::kOpen && !session_.Produce(kMaxOutput)) {
      Close();
      return false;
    }
    if (session_.output().empty()) {
      break;
    }
    const ByteStream::Result result = stream_.Write(&session_.output());
    if (result == ByteStream::Result::kClosed) {
      Close();
      return false;
    }
    last_moved_ = now_;
    if (result == ByteStream::Result::kWait) {
      wants_write_ = true;
      break;
    }
  }
  const bool is_done = state_ == State::kFlushing || session_.is_done();
  if (is_done && session_.output().empty()) {
    Linger();
    return false;
  }
  Await();
  return true;
}

void Connection::BeginFlushing() {
  session_.Produce(kMaxOutput);
  session_.CloseStreams();
  state_ = State::kFlushing;
}

void Connection::Await() {
  if (state_ != State::kOpen && state_ != State::kFlushing) {
    return;
  }
  if (!is_reading_ && state_ == State::kOpen &&
      session_.output().size() < kMaxOutput) {
    is_reading_ = true;
    stream_.socket().async_wait(stream_.read_waits_for(),
                                [self = shared_from_this()](error_code error) {
                                  self->is_reading_ = false;
                                  if (self->state_ != State::kOpen) {
                                    return;
                                  }
                                  if (error) {
                                    self->Close();
                                  } else {
                                    self->Read();
                                  }
                                });
  }
  if (!is_writing_ && wants_write_) {
    is_writing_ = true;
    stream_.socket().async_wait(stream_.write_waits_for(),
                                [self = shared_from_this()](error_code error) {
                                  self->is_writing_ = false;
                                  if (self->state_ != State::kOpen &&
                                      self->state_ != State::kFlushing) {
                                    return;
                                  }
                                  if (error) {
                                    self->Close();
                                  } else {
                                    self->now_ = Clock::now();
                                    self->Flush();
                                  }
                                });
  }
}

void Connection::AwaitSilence() {
  if (!session_.large_requests_wait() || std::exchange(awaits_silence_, true)) {
    return;
  }
  if (silence_ == nullptr) {
    silence_ = std::make_unique<asio::steady_timer>(loop_.io());
  }
  silence_->expires_after(LargeRequests::kResponseTime);
  silence_->async_wait([self = shared_from_this()](error_code error) {
    self->awaits_silence_ = false;
    if (error || self->state_ != State::kOpen) {
      return;
    }
    self->now_ = Clock::now();
    if (self->now_ - self->last_received_ >= LargeRequests::kResponseTime &&
        self->session_.OnAllRead(self->now_) && !self->Flush()) {
      return;
    }
    self->AwaitSilence();
  });
}

void Connection::FlushSoon() {
  // Feed flushes anyway.
  if (is_feeding_ || std::exchange(flush_is_posted_, true)) {
    return;
  }
  // After the responses that other threads have posted by now.
  asio::post(loop_.io(), [self = shared_from_this()] {
    self->flush_is_posted_ = false;
    if (self->state_ == State::kOpen || self->state_ == State::kFlushing) {
      self->now_ = Clock::now();
      self->Flush();
    }
  });
}

void Connection::Linger() {
  state_ = State::kLingering;
  linger_end_ = now_ + kLingerTimeout;
  session_.CloseStreams();
  stream_.ShutdownSend();
  Discard();
}

void Connection::Discard() {
  thread_local char buffer[4 << 10];
  // A client that goes on to send is not read for longer than a turn.
  for (int i = 0; i < kReadsPerTurn; ++i) {
    // Without decrypting it.
    const ssize_t got = recv(stream_.socket().native_handle(), buffer,
                             sizeof buffer, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
      Close();
      return;
    }
    if (got < 0) {
      break;
    }
    discarded_ += static_cast<uint64_t>(got);
  }
  if (discarded_ > kMaxDiscarded) {
    Close();
    return;
  }
  if (is_reading_) {
    // The pending wait returns without effect.
    error_code ignored;
    stream_.socket().cancel(ignored);
  }
  stream_.socket().async_wait(StreamSocket::wait_read,
                              [self = shared_from_this()](error_code error) {
                                if (self->state_ != State::kLingering) {
                                  return;
                                }
                                if (error) {
                                  self->Close();
                                } else {
                                  self->Discard();
                                }
                              });
}

void Connection::AnswerWrongProtocol(std::string_view bytes) {
  if (LooksLikeHttp1(bytes) && !options().wrong_protocol_text.empty()) {
    OutputQueue answer;
    const std::string& text = options().wrong_protocol_text;
    answer.Append(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n"
        "Connection: close\r\nContent-Length: " +
        std::to_string(text.size()) + "\r\n\r\n" + text);
    stream_.Write(&answer);
  }
  Linger();
}

void Connection::Close() {
  if (state_ == State::kClosed) {
    return;
  }
  state_ = State::kClosed;
  const std::shared_ptr<Connection> self = shared_from_this();
  stream_.Close();
  silence_.reset();
  session_.CloseStreams();
  if (num_calls_ == 0 && std::exchange(is_registered_, false)) {
    loop_.Remove(self);
  }
}

void Connection::RemoveCall() {
  if (--num_calls_ == 0 && state_ == State::kClosed &&
      std::exchange(is_registered_, false)) {
    loop_.Remove(shared_from_this());
  }
}

void Connection::BeginStop() {
  if (state_ == State::kClosed || state_ == State::kLingering) {
    return;
  }
  if (state_ == State::kOpen && !session_.is_established()) {
    Read();  // The first bytes may have arrived.
  }
  if (state_ == State::kHandshake || !session_.is_established()) {
    Close();
  }
  if (state_ != State::kOpen) {
    return;
  }
  now_ = Clock::now();
  session_.TellThatServerStops();
  SayGoodbye();
  Flush();
}

void Connection::SayGoodbye() {
  if (state_ != State::kOpen || goodbye_ != Goodbye::kNone) {
    return;
  }
  goodbye_ = Goodbye::kNotice;
  goodbye_since_ = now_;
  session_.SendShutdownNotice();
  // Requests that the client sent before it had the notice arrive before its
  // response to this.
  session_.SendPing();
  FlushSoon();
}

void Connection::OnPong() {
  ping_is_open_ = false;
  if (goodbye_ == Goodbye::kNotice) {
    goodbye_ = Goodbye::kFinal;
    session_.SendGoaway();
  }
}

void Connection::CloseNow() {
  if (state_ == State::kClosed) {
    return;
  }
  if (state_ == State::kOpen) {
    session_.Terminate(NGHTTP2_NO_ERROR, "the server stops");
    if (session_.Produce(kMaxOutput)) {
      stream_.Write(&session_.output());
    }
  }
  Close();
}

}  // namespace tfs3::net::http2
