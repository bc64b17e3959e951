// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// The functions of HttpConnection that read a request.

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <new>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/net/http/http_connection.h"
#include "tensorflow_serving_s3/model_servers/net/http/limit_errors.h"
#include "tensorflow_serving_s3/model_servers/net/http/request_head.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"

namespace tfs3::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

// The sizes of reads of a head, of a chunked body and of a body of known
// length.
constexpr size_t kHeadRead = 8 << 10;
constexpr size_t kChunkRead = 64 << 10;
constexpr size_t kBodyRead = 1 << 20;

// Smaller heads are not charged.
constexpr size_t kSmallHead = 1 << 10;
// What Boost.Beast needs for a header field beside its text, and its view.
constexpr int64_t kBytesOfField = 100;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Returns true if the first bytes of a connection are those of HTTP/2, which
// begins with a method that HTTP/1 does not have (RFC 9113, 3.4).
bool IsHttp2(const boost::beast::flat_buffer& input) {
  constexpr std::string_view kMethod = "PRI ";
  return std::string_view(static_cast<const char*>(input.data().data()),
                          std::min(input.size(), kMethod.size())) == kMethod;
}

}  // namespace

void HttpConnection::NextRequest() {
  parser_.emplace();
  head_charge_.Reset();
  exchange_.charge()->Reset();
  parser_->get().body() = PaddedBuffer(exchange_.charge());
  parser_->eager(false);
  parser_->header_limit(server_.options.max_header_bytes);
  parser_->body_limit(server_.options.max_body_bytes);
  SkipLineBreaks();
  if (input_.size() > 0) {
    BeginHead();
    return;
  }
  if (server_.stopping) {
    Close();
    return;
  }
  if (input_.capacity() > kHeadRead) {
    input_.shrink_to_fit();  // Frees it.
  }
  state_ = State::kIdle;
  last_moved_ = Clock::now();
  deadline_ = last_moved_ +
              (in_reserve_ ? RequestTimeout() : server_.options.idle_timeout);
  ReadHead();
}

void HttpConnection::SkipLineBreaks() {
  // They may come before a request (RFC 9112, 2.2).
  const std::string_view input(static_cast<const char*>(input_.data().data()),
                               input_.size());
  input_.consume(std::min(input.find_first_not_of("\r\n"), input.size()));
}

void HttpConnection::BeginHead() {
  state_ = State::kHead;
  last_moved_ = Clock::now();
  deadline_ = last_moved_ + RequestTimeout();
  exchange_.Begin(last_moved_);
  exchange_.Enter();
  ParseHead();
}

void HttpConnection::ReadHead() {
  stream_.AsyncReadSome(
      input_.prepare(kHeadRead),
      [self = shared_from_this()](error_code error, size_t size) {
        if (self->state_ != State::kIdle && self->state_ != State::kHead) {
          return;
        }
        if (error) {
          self->Close();
          return;
        }
        self->input_.commit(size);
        if (self->state_ == State::kHead) {
          self->last_moved_ = Clock::now();
          self->ParseHead();
          return;
        }
        self->SkipLineBreaks();
        if (self->input_.size() > 0) {
          self->BeginHead();
        } else {
          self->ReadHead();
        }
      });
}

void HttpConnection::ParseHead() {
  if (!has_had_head_ && !stream_.has_chosen_protocol() && IsHttp2(input_)) {
    SwitchToHttp2();
    return;
  }
  error_code error;
  // The parser consumes the head in one call, when it is complete.
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
    Refuse({400, "Malformed HTTP request: " + std::string(framing_error)});
    return;
  }
  OnHead(size);
}

void HttpConnection::OnHead(size_t bytes) {
  has_had_head_ = true;
  if (!ChargeHead(bytes)) {
    RefuseForMemory();
    return;
  }
  const auto& head = parser_->get();
  if (in_reserve_ && !IsReadMethod(View(head.method_string()))) {
    RefuseForConnections();
    return;
  }
  if (parser_->is_done()) {
    Dispatch();
    return;
  }
  state_ = State::kBody;
  const auto length = parser_->content_length();
  if (!length.has_value() || *length > input_.size()) {
    AwaitProgress();
  }
  const bool expects_continue =
      boost::beast::iequals(head[http::field::expect], "100-continue");
  if (expects_continue && input_.size() == 0) {
    SendContinue();
  } else {
    ReadBody();
  }
}

bool HttpConnection::ChargeHead(size_t bytes) {
  if (bytes <= kSmallHead) {
    return true;
  }
  const auto& head = parser_->get().base();
  const auto count = std::distance(head.begin(), head.end());
  return head_charge_.TryGrow(static_cast<int64_t>(bytes) +
                              count * kBytesOfField);
}

void HttpConnection::SendContinue() {
  // The send buffer of the socket is empty, so these few bytes fit.
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
  // Reads a body of known length without the parser, directly into the buffer.
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
        if (self->state_ != State::kBody) {
          return;
        }
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
        if (self->state_ != State::kBody) {
          return;
        }
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
  // The parser leaves only an incomplete chunk header or trailer.
  if (input_.size() > 0) {
    input_.consume(parser_->put(input_.data(), error));
  }
  if (parser_->is_done()) {
    Dispatch();
  } else if (error && error != http::error::need_more) {
    RefuseParseError(error);
  } else if (input_.size() > server_.options.max_header_bytes + kChunkRead) {
    Refuse({431, "The trailer of the chunked body is too large"});
  } else {
    ReadChunkedBody();
  }
} catch (const std::bad_alloc&) {
  RefuseForMemory();
}

void HttpConnection::RefuseParseError(error_code error) {
  if (error == http::error::header_limit ||
      error == http::error::buffer_overflow) {
    Refuse(HeadTooLargeError(server_.options));
  } else if (error == http::error::body_limit) {
    Refuse(BodyTooLargeError(server_.options));
  } else {
    Refuse({400, "Malformed HTTP request: " + error.message()});
  }
}

}  // namespace tfs3::net
