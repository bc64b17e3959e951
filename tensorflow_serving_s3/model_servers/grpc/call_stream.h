// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_STREAM_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_STREAM_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/call_context.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_reader.h"
#include "tensorflow_serving_s3/model_servers/grpc/request_head.h"
#include "tensorflow_serving_s3/model_servers/net/http2/connection.h"
#include "tensorflow_serving_s3/model_servers/net/http2/stream.h"
#include "tensorflow_serving_s3/model_servers/net/http2/transfer_watch.h"

namespace tfs3::grpc {

inline constexpr char kDeadlineText[] = "the deadline of the call has passed";

// The part of a call that unary calls and streams share: headers, messages,
// statuses and timeouts. The functions run on the thread of the connection.
class CallStream : public net::http2::Stream {
 public:
  void OnBegin() override;
  void OnEnd() override;
  void OnSweep(Clock::time_point now,
               const net::http2::ConnectionProgress& progress) override;
  net::http2::Trailers MakeTrailers() override;

 protected:
  enum class Phase : uint8_t {
    kReceiving,
    kHandling,
    kSending,
    kIdle,   // A stream that waits for events of the server.
    kEnded,  // The response has ended, or the call is closed.
  };

  // `charge`: for the messages of the call; outlives this object.
  CallStream(net::http2::Connection* connection, const CallContext& shared,
             RequestHead head, uint64_t max_message_bytes,
             RequestMemory::Charge* charge);
  ~CallStream() override = default;

  // The client has sent all messages.
  virtual void OnHalfClose() = 0;

  // The size of a message that has not arrived wholly is in reader(). May
  // refuse the call.
  virtual void OnMessageSize() {}

  // Reads the next message from `data`; refuses the call after an error.
  // Returns true if there is a message.
  bool ReadMessage(std::string_view* data);

  // Starts a phase of the timeouts. `bytes`: of the response.
  void BeginReceiving();
  void BeginSending(uint64_t bytes);
  void SetPhase(Phase phase) { phase_ = phase; }
  Phase phase() const { return phase_; }

  // Answers a call that its handler does not answer, and reports that.
  // RST_STREAM ends what the client still sends: without it, some clients of
  // gRPC send their whole message before they take the status.
  void Refuse(CallStatus status);
  void Report(const CallStatus& status);
  // Sends a message of the response. `retained` may be null.
  void SendMessage(Payload message, bool is_compressed,
                   std::unique_ptr<net::http2::Retained> retained);
  // Ends the response. Does nothing if it has ended.
  void SendStatus(CallStatus status);

  bool HasMissedDeadline() const;

  // Frees the request.
  virtual void FreeRequest() { reader_.Next(); }

  // Returns the status of a call for which the budget has no room.
  CallStatus NoMemoryStatus() const;
  // Returns the end of the error message for a longer message.
  std::string MessageLimitText(uint64_t max_bytes) const;

  net::http2::Connection& connection() const { return *connection_; }
  const CallContext& shared() const { return shared_; }
  const RequestHead& head() const { return head_; }
  MessageReader& reader() { return reader_; }
  std::string PeerName() const;
  // The size of the request for reports.
  void set_request_bytes(size_t bytes) { request_bytes_ = bytes; }
  size_t request_bytes() const { return request_bytes_; }

 private:
  // Sends the headers of a response with messages.
  void SendHead(bool is_compressed);

  net::http2::Connection* const connection_;
  const CallContext& shared_;
  RequestHead head_;  // Empty after Refuse.
  RequestMemory::Charge head_charge_;
  MessageReader reader_;
  const Clock::time_point began_;

  Phase phase_ = Phase::kReceiving;
  net::http2::TransferWatch watch_;
  bool has_sent_head_ = false;
  size_t request_bytes_ = 0;
  // The trailers.
  std::string code_;
  std::string message_;
};

// A call that is answered by an error as soon as its headers have arrived.
net::http2::Stream* NewRefusedCall(net::http2::Connection* connection,
                                   const CallContext& shared, RequestHead head,
                                   CallStatus status);

// Answers a request that is not gRPC by an HTTP status and a text, which may be
// empty.
net::http2::Stream* NewHttpRefusal(net::http2::Connection* connection,
                                   const CallContext& shared, int http_status,
                                   std::string text);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_STREAM_H_
