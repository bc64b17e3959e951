// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/call_stream.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <new>
#include <utility>

#include "tensorflow_serving_s3/model_servers/grpc/wire_text.h"

namespace tfs3::grpc {
namespace {

using net::http2::BodyPart;
using net::http2::Header;
using net::http2::Stream;

constexpr std::string_view kContentType = "application/grpc";
constexpr std::string_view kAcceptEncoding = "identity, deflate, gzip";

// Clients accept 8 KiB of trailers, and percent-encoding makes up to three
// bytes of one.
constexpr size_t kMaxMessageBytes = 2052;

// Smaller headers are not charged. A client may hold many calls open without
// sending their requests.
constexpr size_t kSmallHeadBytes = 1 << 10;

// Keeps the memory of a piece, and what the whole message retains.
struct PieceOwner final : net::http2::Retained {
  explicit PieceOwner(std::shared_ptr<const void> memory)
      : owner(std::move(memory)) {}

  const std::shared_ptr<const void> owner;
  std::unique_ptr<net::http2::Retained> next;
};

}  // namespace

CallStream::CallStream(net::http2::Connection* connection,
                       const CallContext& shared, RequestHead head,
                       uint64_t max_message_bytes,
                       RequestMemory::Charge* charge)
    : connection_(connection),
      shared_(shared),
      head_(std::move(head)),
      head_charge_(shared.memory),
      reader_(max_message_bytes, charge, &shared.find_numbers),
      began_(connection->now()) {
  watch_.Begin(began_);
}

void CallStream::OnBegin() {
  if (head_.error().code != Code::kOk) {
    set_reads_rest(true);
    Refuse(head_.error());
    return;
  }
  const size_t bytes = head_.bytes();
  if (bytes > kSmallHeadBytes &&
      !head_charge_.TryGrow(static_cast<int64_t>(bytes))) {
    Refuse(NoMemoryStatus());
  }
}

void CallStream::OnEnd() {
  if (phase_ != Phase::kReceiving) {
    return;
  }
  if (reader_.is_unfinished()) {
    Refuse({Code::kInternal, "the request ended within a message: " +
                                 std::to_string(reader_.message().size()) +
                                 " of " + std::to_string(reader_.size()) +
                                 " bytes arrived"});
    return;
  }
  OnHalfClose();
}

bool CallStream::ReadMessage(std::string_view* data) {
  MessageReader::State state;
  const uint64_t size_before = reader_.size();
  reader_.set_held_back(large_requests_wait());
  try {
    state = reader_.Read(data);
  } catch (const std::bad_alloc&) {
    Refuse({Code::kResourceExhausted, kOutOfMemory});
    return false;
  }
  if (reader_.size() != size_before) {
    request_bytes_ = reader_.size();
    if (state == MessageReader::State::kMore) {
      OnMessageSize();
      if (phase_ != Phase::kReceiving) {
        return false;
      }
      GrowWindow(reader_.size());
    }
  }
  switch (state) {
    case MessageReader::State::kMore:
      return false;
    case MessageReader::State::kMessage:
      return true;
    case MessageReader::State::kTooLong:
      Refuse({Code::kResourceExhausted,
              "the message has " + std::to_string(reader_.size()) +
                  " bytes, more than the limit of " +
                  MessageLimitText(reader_.max_bytes())});
      return false;
    case MessageReader::State::kNoMemory:
      Refuse(NoMemoryStatus());
      return false;
    case MessageReader::State::kInvalid:
      Refuse({Code::kInternal,
              "a message begins with a byte that is neither 0 nor 1"});
      return false;
  }
  return false;
}

void CallStream::BeginReceiving() {
  phase_ = Phase::kReceiving;
  watch_.Begin(connection_->now());
}

void CallStream::BeginSending(uint64_t bytes) {
  phase_ = Phase::kSending;
  watch_.BeginSized(connection_->now(), shared_.receive_timeout, bytes);
}

void CallStream::OnSweep(Clock::time_point now,
                         const net::http2::ConnectionProgress& progress) {
  switch (phase_) {
    case Phase::kReceiving:
      // A call that waits for its window needs no bytes of its own.
      if (watch_.IsTooSlow(
              now, shared_.receive_timeout, progress.received,
              waits_for_window() ? progress.received : reader_.num_read())) {
        Refuse({Code::kDeadlineExceeded,
                "the request did not arrive in time: less than 16 KiB a second "
                "came in " +
                    std::to_string(shared_.receive_timeout.count()) +
                    " ms (--grpc_receive_timeout_in_ms)"});
        return;
      }
      break;
    case Phase::kSending:
    case Phase::kEnded:
      if (watch_.IsTooSlow(now, shared_.receive_timeout, progress.acknowledged,
                           passed_bytes())) {
        SendReset(NGHTTP2_CANCEL);
      }
      return;
    case Phase::kHandling:
    case Phase::kIdle:
      break;
  }
  if (HasMissedDeadline()) {
    SendStatus({Code::kDeadlineExceeded, kDeadlineText});
  }
}

bool CallStream::HasMissedDeadline() const {
  return head_.deadline() != std::chrono::system_clock::time_point::max() &&
         std::chrono::system_clock::now() > head_.deadline();
}

std::string CallStream::PeerName() const {
  const std::string& peer = connection_->peer();
  return peer.empty() ? "unix:" : peer;
}

void CallStream::Refuse(CallStatus status) {
  Report(status);
  FreeRequest();
  SendStatus(std::move(status));
  // The client may still send its request for a while.
  head_ = RequestHead();
  head_charge_.Reset();
}

CallStatus CallStream::NoMemoryStatus() const {
  return {Code::kResourceExhausted, shared_.memory == nullptr
                                        ? kOutOfMemory
                                        : shared_.memory->RefusalMessage()};
}

std::string CallStream::MessageLimitText(uint64_t max_bytes) const {
  if (max_bytes != shared_.inflate.max_bytes) {
    return std::to_string(max_bytes) + " for " + head_.path();
  }
  return std::to_string(max_bytes) +
         " (--grpc_max_receive_message_bytes); send it in smaller parts";
}

void CallStream::Report(const CallStatus& status) {
  if (!shared_.on_refusal) {
    return;
  }
  try {
    const std::string peer = PeerName();
    CallRefusal refusal;
    refusal.code = status.code;
    refusal.message = status.message;
    refusal.method = head_.path();
    refusal.peer = peer;
    refusal.traceparent = head_.Find("traceparent").value_or("");
    refusal.request_bytes = request_bytes_;
    refusal.duration = Clock::now() - began_;
    shared_.on_refusal(refusal);
  } catch (const std::bad_alloc&) {
  }
}

void CallStream::SendHead(bool is_compressed) {
  if (std::exchange(has_sent_head_, true)) {
    return;
  }
  Header headers[4] = {{":status", "200"},
                       {"content-type", kContentType},
                       {"grpc-accept-encoding", kAcceptEncoding}};
  size_t count = 3;
  if (is_compressed) {
    headers[count++] = {"grpc-encoding", NameOf(shared_.response_coding)};
  }
  SendHeaders(headers, count, /*end=*/false);
}

void CallStream::SendMessage(Payload message, bool is_compressed,
                             std::unique_ptr<net::http2::Retained> retained) {
  SendHead(is_compressed);
  BodyPart part;
  const auto size = static_cast<uint32_t>(message.size());
  part.prefix = {static_cast<char>(is_compressed ? 1 : 0),
                 static_cast<char>(size >> 24), static_cast<char>(size >> 16),
                 static_cast<char>(size >> 8), static_cast<char>(size)};
  part.prefix_size = part.prefix.size();
  part.bytes = std::move(message.bytes);
  for (Payload::Piece& piece : message.pieces) {
    SendBody(std::exchange(part, BodyPart()));
    part.bytes = std::move(piece.head);
    part.view = piece.memory;
    part.retained = std::make_unique<PieceOwner>(std::move(piece.owner));
  }
  if (part.retained == nullptr) {
    part.retained = std::move(retained);
  } else {
    static_cast<PieceOwner&>(*part.retained).next = std::move(retained);
  }
  SendBody(std::move(part));
}

void CallStream::SendStatus(CallStatus status) {
  if (phase_ == Phase::kEnded) {
    return;
  }
  BeginSending(unsent_bytes());
  phase_ = Phase::kEnded;
  if (status.code < 0 || status.code > Code::kUnauthenticated) {
    status.code = Code::kUnknown;
  }
  if (status.message.size() > kMaxMessageBytes) {
    status.message.resize(kMaxMessageBytes);
  }
  code_ = std::to_string(status.code);
  message_ = PercentEncode(status.message);
  if (has_sent_head_) {
    SendEnd();
    return;
  }
  Header headers[4] = {{":status", "200"},
                       {"content-type", kContentType},
                       {"grpc-status", code_}};
  size_t count = 3;
  if (!message_.empty()) {
    headers[count++] = {"grpc-message", message_};
  }
  SendHeaders(headers, count, /*end=*/true);
}

net::http2::Trailers CallStream::MakeTrailers() {
  net::http2::Trailers trailers;
  trailers.Add("grpc-status", code_);
  if (!message_.empty()) {
    trailers.Add("grpc-message", message_);
  }
  return trailers;
}

namespace {

class RefusedCall final : public CallStream {
 public:
  RefusedCall(net::http2::Connection* connection, const CallContext& shared,
              RequestHead head, CallStatus status)
      : CallStream(connection, shared, std::move(head), 0, &charge_),
        status_(std::move(status)) {}

  void OnBegin() override {
    set_reads_rest(true);
    Refuse(std::move(status_));
  }
  void OnData(std::string_view data) override { Consume(data.size()); }
  void OnHalfClose() override {}
  void OnClosed() override { delete this; }

 private:
  RequestMemory::Charge charge_;
  CallStatus status_;
};

class HttpRefusal final : public Stream {
 public:
  HttpRefusal(net::http2::Connection* connection, const CallContext& shared,
              int http_status, std::string text)
      : connection_(*connection),
        timeout_(shared.receive_timeout),
        status_(std::to_string(http_status)),
        text_(std::move(text)) {}

  void OnBegin() override {
    set_reads_rest(true);
    watch_.BeginSized(connection_.now(), timeout_, text_.size());
    Header headers[3] = {{":status", status_}};
    size_t count = 1;
    if (status_ == "405") {
      headers[count++] = {"allow", "POST"};
    }
    if (!text_.empty()) {
      headers[count++] = {"content-type", "text/plain"};
    }
    SendHeaders(headers, count, /*end=*/text_.empty());
    if (!text_.empty()) {
      BodyPart part;
      part.bytes = std::move(text_);
      SendBody(std::move(part));
      SendEnd();
    }
  }
  void OnData(std::string_view data) override { Consume(data.size()); }
  void OnEnd() override {}
  void OnClosed() override { delete this; }
  void OnSweep(Clock::time_point now,
               const net::http2::ConnectionProgress& progress) override {
    if (watch_.IsTooSlow(now, timeout_, progress.acknowledged,
                         passed_bytes())) {
      SendReset(NGHTTP2_CANCEL);
    }
  }

 private:
  net::http2::Connection& connection_;
  const std::chrono::milliseconds timeout_;
  net::http2::TransferWatch watch_;
  const std::string status_;
  std::string text_;
};

}  // namespace

Stream* NewRefusedCall(net::http2::Connection* connection,
                       const CallContext& shared, RequestHead head,
                       CallStatus status) {
  return new RefusedCall(connection, shared, std::move(head),
                         std::move(status));
}

Stream* NewHttpRefusal(net::http2::Connection* connection,
                       const CallContext& shared, int http_status,
                       std::string text) {
  return new HttpRefusal(connection, shared, http_status, std::move(text));
}

}  // namespace tfs3::grpc
