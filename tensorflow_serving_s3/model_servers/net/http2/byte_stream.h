// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_BYTE_STREAM_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_BYTE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "tensorflow_serving_s3/model_servers/net/http2/output_queue.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"
#include "tensorflow_serving_s3/model_servers/net/tls_session.h"

namespace tfs3::net::http2 {

// The non-blocking socket of one client, with or without TLS.
//
//   ByteStream stream(std::move(socket), tls);  // Null: no TLS.
//   size_t size = 0;
//   switch (stream.Read(buffer, sizeof buffer, &size)) {
//     case ByteStream::Result::kWait:  // Wait for stream.read_waits_for().
//
// One thread at a time may use it.
class ByteStream {
 public:
  enum class Result : uint8_t {
    kDone,
    kWait,    // Call again when the socket is ready.
    kClosed,  // The client has closed the connection, or it has failed.
  };

  // `tls` must outlive this object.
  ByteStream(StreamSocket socket, const TlsContext* tls);
  // Continues a connection; `tls` is null without TLS.
  ByteStream(StreamSocket socket, std::unique_ptr<TlsSession> tls)
      : socket_(std::move(socket)), tls_(std::move(tls)) {}

  StreamSocket& socket() { return socket_; }
  bool encrypted() const { return tls_ != nullptr; }
  // Returns the bytes that were written but are still in the kernel's buffer.
  size_t unacknowledged() const;

  Result Handshake();
  // Reads at least one byte if the result is kDone.
  Result Read(char* to, size_t room, size_t* size);
  // Writes all of `output` if the result is kDone.
  Result Write(OutputQueue* output);
  StreamSocket::wait_type read_waits_for() const { return read_waits_for_; }
  StreamSocket::wait_type write_waits_for() const { return write_waits_for_; }

  // Closes the sending side of the connection.
  void ShutdownSend();
  void Close();

 private:
  Result WritePlain(OutputQueue* output);
  Result WriteEncrypted(OutputQueue* output);
  static Result ResultOf(TlsSession::Progress progress,
                         StreamSocket::wait_type* waits_for);

  StreamSocket socket_;
  std::unique_ptr<TlsSession> tls_;
  StreamSocket::wait_type read_waits_for_ = StreamSocket::wait_read;
  StreamSocket::wait_type write_waits_for_ = StreamSocket::wait_write;
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_BYTE_STREAM_H_
