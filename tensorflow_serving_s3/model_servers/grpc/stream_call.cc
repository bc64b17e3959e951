// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/stream_call.h"

#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tensorflow_serving_s3/model_servers/grpc/call_stream.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_inflater.h"

namespace tfs3::grpc {
namespace {

// A stream reads no further message while so many bytes of its responses wait
// for the client.
constexpr size_t kMaxUnsent = 64 << 10;

class StreamCall final : public CallStream {
 public:
  StreamCall(net::http2::Connection* connection, const CallContext& shared,
             const StreamHandler& handler, RequestHead head)
      : CallStream(connection, shared, std::move(head),
                   kShortMessages.max_bytes, &charge_),
        buffered_(shared.memory),
        handler_(handler) {}

  void OnData(std::string_view data) override {
    if (phase() != Phase::kEnded &&
        !buffered_.TryGrow(static_cast<int64_t>(data.size()))) {
      Refuse(NoMemoryStatus());
    }
    if (phase() == Phase::kEnded) {
      Consume(data.size());
      return;
    }
    waiting_ += data;
    Process();
  }

  void OnEnd() override {
    has_ended_ = true;
    Process();
  }

  void OnBodyPassed() override { Process(); }

  void OnHalfClose() override { SendStatus({}); }

  void OnServerStops() override {
    SendStatus(
        {Code::kUnavailable, "this server is stopping; call another server"});
  }

  void OnClosed() override { delete this; }

 private:
  ~StreamCall() override = default;

  // Answers the messages that have arrived, as far as the client reads.
  void Process() {
    std::string_view data = waiting_;
    while (!data.empty() && phase() != Phase::kEnded &&
           unsent_bytes() < kMaxUnsent) {
      if (ReadMessage(&data)) {
        Respond();
      }
    }
    if (phase() == Phase::kEnded) {
      data = {};
    }
    const size_t used = waiting_.size() - data.size();
    waiting_ = std::string(data);
    buffered_.ShrinkTo(static_cast<int64_t>(waiting_.size() + unsent_bytes()));
    Consume(used);
    if (has_ended_ && waiting_.empty() && phase() != Phase::kEnded) {
      SetPhase(Phase::kReceiving);
      CallStream::OnEnd();
    }
  }

  void Respond() {
    std::optional<std::string> response;
    try {
      response = AnswerToMessage();
    } catch (const std::bad_alloc&) {
      Refuse({Code::kResourceExhausted, kOutOfMemory});
      return;
    }
    if (!response.has_value()) {
      Refuse({Code::kInvalidArgument,
              head().path() + " cannot parse a message of the stream"});
      return;
    }
    if (!buffered_.TryGrow(static_cast<int64_t>(response->size()))) {
      Refuse(NoMemoryStatus());
      return;
    }
    reader().Next();
    BeginReceiving();
    SendMessage(*std::move(response), /*is_compressed=*/false, nullptr);
  }

  std::optional<std::string> AnswerToMessage() {
    const std::string_view message = reader().message();
    if (!reader().is_compressed()) {
      return handler_({{message.data(), message.size()}});
    }
    const Inflated inflated =
        Inflate({{message.data(), message.size()}}, kShortMessages, nullptr);
    if (head().coding() == Coding::kIdentity ||
        inflated.error != InflateError::kNone) {
      return std::nullopt;
    }
    return handler_({{inflated.bytes.data(), inflated.bytes.size()}});
  }

  RequestMemory::Charge charge_;  // Short messages are not charged.
  // Of waiting_ and of the responses that the client has not read.
  RequestMemory::Charge buffered_;
  const StreamHandler& handler_;
  // Bytes that were not processed yet.
  std::string waiting_;
  bool has_ended_ = false;
};

}  // namespace

net::http2::Stream* NewStreamCall(net::http2::Connection* connection,
                                  const CallContext& shared,
                                  const StreamHandler& handler,
                                  RequestHead head) {
  return new StreamCall(connection, shared, handler, std::move(head));
}

}  // namespace tfs3::grpc
