// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/unary_call.h"

#include <atomic>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_stream.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_coding.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_inflater.h"

namespace tfs3::grpc {
namespace {

// Compressed messages up to this size are inflated on the thread of the
// connection.
constexpr size_t kSmallCompressedBytes = 4 << 10;

// A call with a larger charge frees its request before it sends the response.
constexpr int64_t kSmallCallBytes = 64 << 10;

// The charge and the pass of a call with a larger response live until the
// socket has taken it.
constexpr size_t kSmallResponseBytes = 16 << 10;

// Calls a handler. An exception of the type std::bad_alloc destroys the call,
// which answers it with an error.
void HandleSafely(const Handler& handler, Call call) {
  try {
    handler(std::move(call));
  } catch (const std::bad_alloc&) {
  }
}

std::string Joined(Payload payload) {
  std::string bytes = std::move(payload.bytes);
  bytes.reserve(payload.size() + bytes.size());
  for (const Payload::Piece& piece : payload.pieces) {
    bytes.append(piece.head).append(piece.memory);
  }
  return bytes;
}

struct Held final : net::http2::Retained {
  RequestMemory::Charge charge;
  RequestGate::Pass pass;
};

// Declared before CallStream, which reads into memory of the charge.
struct ChargeOwner {
  explicit ChargeOwner(RequestMemory* memory) : charge_(memory) {}

  RequestMemory::Charge charge_;
};

// The thread of the connection and the owner of the Call use it in turns: the
// handler has it from Hand to Complete.
class UnaryCall final : private ChargeOwner,
                        public CallStream,
                        public internal::CallState {
 public:
  UnaryCall(net::http2::Connection* connection, const CallContext& shared,
            const UnaryMethod& method, RequestHead head)
      : ChargeOwner(method.is_health_check ? nullptr : shared.memory),
        CallStream(connection, shared, std::move(head),
                   LimitsOf(method, shared).max_bytes, &charge_),
        method_(method) {}

  // net::http2::Stream:

  void OnData(std::string_view data) override {
    Consume(data.size());
    while (!data.empty() && phase() == Phase::kReceiving) {
      if (has_message_) {
        // A unary call has one message only.
        Refuse({Code::kInvalidArgument, OneMessageText("several")});
        return;
      }
      has_message_ = ReadMessage(&data);
    }
  }

  void OnHalfClose() override {
    try {
      Receive();
    } catch (const std::bad_alloc&) {
      Refuse({Code::kResourceExhausted, kOutOfMemory});
    }
  }

  void OnClosed() override {
    SetPhase(Phase::kEnded);
    is_closed_ = true;
    cancelled_ = true;
    if (!is_handed_out_) {
      delete this;
    }
  }

  // internal::CallState:

  const std::vector<Slice>& request() const override { return request_; }

  std::shared_ptr<const void> ShareRequest() override {
    return inflated_.empty() ? reader().Share() : nullptr;
  }

  std::chrono::system_clock::time_point deadline() const override {
    return head().deadline();
  }

  bool cancelled() const override { return cancelled_ || HasMissedDeadline(); }

  RequestMemory::Charge* charge() override { return &charge_; }

  std::string peer() const override { return PeerName(); }

  std::optional<std::string_view> metadata(
      std::string_view key) const override {
    return head().Find(key);
  }

  void Finish(int code, std::string message, Payload payload) override {
    if (code != Code::kOk) {
      if (shared().edit_error) {
        message = shared().edit_error(message);
      }
      Answer({code, std::move(message)}, {});
      return;
    }
    if (shared().max_send_bytes >= 0 &&
        payload.size() > static_cast<uint64_t>(shared().max_send_bytes)) {
      Answer({Code::kResourceExhausted,
              "the response has " + std::to_string(payload.size()) +
                  " bytes, more than the limit of " +
                  std::to_string(shared().max_send_bytes) +
                  " (grpc.max_send_message_length)"},
             {});
      return;
    }
    if (charge_.bytes() > kSmallCallBytes) {
      FreeRequest();
      charge_.ShrinkTo(static_cast<int64_t>(
          payload.size() + payload.bytes.capacity() - payload.bytes.size()));
    }
    CompressResponse(&payload);
    Answer({}, std::move(payload));
  }

  void RunOnWorker(Handler handler) override {
    RunTask([this, handler = std::move(handler)] {
      HandleSafely(handler, Call(this));
    });
  }

  void Drop() override {
    if (std::uncaught_exceptions() > 0) {
      RefuseHandedOut({Code::kResourceExhausted, kOutOfMemory});
    } else {
      RefuseHandedOut({Code::kInternal,
                       "the handler of the call returned without a response"});
    }
  }

 protected:
  // If no worker thread will take the call, the client need not send it.
  void OnMessageSize() override {
    if (reader().size() > kSmallRequestBytes && !method_.is_health_check &&
        shared().max_waiting > 0 &&
        shared().workers->num_waiting() >=
            static_cast<size_t>(shared().max_waiting)) {
      Refuse(CountQueueRefusal());
    }
  }

 private:
  ~UnaryCall() override = default;

  static const InflateLimits& LimitsOf(const UnaryMethod& method,
                                       const CallContext& shared) {
    return method.is_health_check ? kShortMessages : shared.inflate;
  }

  // Calls the handler, or refuses the call.
  void Receive() {
    if (!has_message_) {
      Refuse({Code::kInvalidArgument, OneMessageText("none")});
      return;
    }
    SetPhase(Phase::kHandling);
    if (shared().gate != nullptr && !method_.is_health_check) {
      pass_ = connection().is_ending() ? shared().gate->EnterLate()
                                       : shared().gate->Enter();
      if (!pass_) {
        Refuse({Code::kUnavailable,
                "this server is stopping; call another server"});
        return;
      }
    }
    const std::string_view message = reader().message();
    if (!message.empty()) {
      request_.push_back({message.data(), message.size()});
    }
    if (reader().is_compressed() && head().coding() == Coding::kIdentity) {
      Refuse({Code::kInternal,
              "the message is marked as compressed, but the call has no "
              "grpc-encoding"});
      return;
    }
    Hand();
    if (!reader().is_compressed() || message.empty()) {
      HandleSafely(method_.handler, Call(this));
    } else if (message.size() <= kSmallCompressedBytes) {
      HandleCompressed();
    } else {
      RunTask([this] { HandleCompressed(); });
    }
  }

  // Gives this object to the handler.
  void Hand() {
    is_handed_out_ = true;
    connection().AddCall();
  }

  std::string OneMessageText(const char* count) const {
    return head().path() + " takes one request message; it received " + count;
  }

  // Inflates the request and calls the handler.
  void HandleCompressed() {
    Inflated inflated;
    try {
      inflated = Inflate(request_, LimitsOf(method_, shared()), &charge_);
    } catch (const std::bad_alloc&) {
      RefuseHandedOut(NoMemoryStatus());
      return;
    }
    switch (inflated.error) {
      case InflateError::kNone:
        UseInflated(std::move(inflated.bytes));
        HandleSafely(method_.handler, Call(this));
        return;
      case InflateError::kInvalid:
        RefuseHandedOut(
            {Code::kInternal, "the message cannot be inflated; it is not " +
                                  std::string(NameOf(head().coding()))});
        return;
      case InflateError::kTooLong:
      case InflateError::kRatioTooHigh:
        RefuseHandedOut(
            {Code::kResourceExhausted, TooLargeMessage(inflated.error)});
        return;
    }
  }

  // Replaces the request by its inflated bytes, which are already charged.
  void UseInflated(std::string bytes) {
    FreeRequest();
    inflated_ = std::move(bytes);
    request_ = {{inflated_.data(), inflated_.size()}};
  }

  std::string TooLargeMessage(InflateError error) const {
    const std::string begin = "the message has " +
                              std::to_string(request_bytes()) +
                              " bytes and inflates to more than ";
    if (error == InflateError::kTooLong) {
      return begin + MessageLimitText(LimitsOf(method_, shared()).max_bytes);
    }
    return begin + std::to_string(shared().inflate.max_ratio) +
           " times as many (--max_inflate_ratio); send it in smaller parts or "
           "without compression";
  }

  // Frees the compressed and the inflated request. The charge of the inflated
  // one remains.
  void FreeRequest() override {
    request_.clear();
    CallStream::FreeRequest();
    inflated_ = std::string();
  }

  // Runs `task`, which must answer the call, on a worker thread. Refuses the
  // call if that is not possible.
  void RunTask(std::function<void()> task) {
    bool runs;
    try {
      runs = Enqueue(std::move(task));
    } catch (const std::bad_alloc&) {
      RefuseHandedOut({Code::kResourceExhausted, kOutOfMemory});
      return;
    }
    if (!runs) {
      RefuseHandedOut(CountQueueRefusal());
    }
  }

  // Counts a call for which the queue has no place, and returns its status.
  CallStatus CountQueueRefusal() {
    if (shared().counters != nullptr) {
      ++shared().counters->refused_by_queue;
    }
    return {Code::kResourceExhausted,
            "the limit of calls that wait for a thread, " +
                std::to_string(shared().max_waiting) +
                " (--max_waiting_requests), is reached; call again later, or "
                "call another server"};
  }

  // Returns false if too many calls wait.
  bool Enqueue(std::function<void()> response) {
    TransportCounters* const counters = shared().counters;
    std::function<void()> task = [counters, response = std::move(response)] {
      if (counters != nullptr) {
        --counters->waiting_requests;
      }
      response();
    };
    // Before the task can decrement it.
    if (counters != nullptr) {
      ++counters->waiting_requests;
    }
    try {
      if (shared().max_waiting == 0) {
        shared().workers->Run(std::move(task));
        return true;
      }
      if (shared().workers->TryRun(std::move(task), shared().max_waiting)) {
        return true;
      }
    } catch (const std::bad_alloc&) {
      if (counters != nullptr) {
        --counters->waiting_requests;
      }
      throw;
    }
    if (counters != nullptr) {
      --counters->waiting_requests;
    }
    return false;
  }

  // Answers a call that its handler has, but does not answer.
  void RefuseHandedOut(CallStatus status) {
    Report(status);
    FreeRequest();
    charge_.Reset();
    Answer(std::move(status), {});
  }

  void CompressResponse(Payload* payload) {
    const Coding coding = shared().response_coding;
    RequestMemory::Part copy(&charge_);
    if (coding == Coding::kIdentity || !head().Accepts(coding) ||
        !copy.TryGrow(static_cast<int64_t>(payload->size()))) {
      return;
    }
    if (!payload->pieces.empty() &&
        !copy.TryGrow(static_cast<int64_t>(payload->size()))) {
      return;
    }
    *payload = Joined(std::move(*payload));
    std::optional<std::string> compressed = Compress(payload->bytes, coding);
    if (compressed.has_value()) {
      *payload = *std::move(compressed);
      is_response_compressed_ = true;
    }
  }

  // Gives this object back to the thread of the connection, with the response.
  void Answer(CallStatus status, Payload payload) {
    status_ = std::move(status);
    payload_ = std::move(payload);
    if (connection().loop().io().get_executor().running_in_this_thread()) {
      Complete();
    } else {
      boost::asio::post(connection().loop().io(), [this] { Complete(); });
    }
  }

  void Complete() {
    net::http2::Connection& owner = connection();
    is_handed_out_ = false;
    if (is_closed_) {
      delete this;
    } else {
      Send();
      owner.FlushSoon();
    }
    owner.RemoveCall();
  }

  void Send() {
    if (HasMissedDeadline()) {
      status_ = {Code::kDeadlineExceeded, kDeadlineText};
    }
    if (status_.code == Code::kOk && phase() != Phase::kEnded) {
      std::unique_ptr<Held> held;
      if (payload_.size() > kSmallResponseBytes) {
        held = std::make_unique<Held>();
        held->charge = std::move(charge_);
        held->pass = std::move(pass_);
      }
      BeginSending(payload_.size());
      SendMessage(std::move(payload_), is_response_compressed_,
                  std::move(held));
    }
    SendStatus(std::move(status_));
  }

  const UnaryMethod& method_;
  RequestGate::Pass pass_;

  bool has_message_ = false;
  bool is_handed_out_ = false;
  bool is_closed_ = false;
  bool is_response_compressed_ = false;
  std::atomic<bool> cancelled_{false};
  std::string inflated_;
  std::vector<Slice> request_;
  CallStatus status_;
  Payload payload_;
};

}  // namespace

net::http2::Stream* NewUnaryCall(net::http2::Connection* connection,
                                 const CallContext& shared,
                                 const UnaryMethod& method, RequestHead head) {
  return new UnaryCall(connection, shared, method, std::move(head));
}

}  // namespace tfs3::grpc
