// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_STREAM_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_STREAM_H_

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "tensorflow_serving_s3/model_servers/net/http2/byte_stream.h"
#include "tensorflow_serving_s3/model_servers/net/io_loop.h"
#include "tensorflow_serving_s3/model_servers/net/tls_session.h"

namespace tfs3::net {

// Returns the address of the client: "ipv4:127.0.0.1:40000", "ipv6:[::1]:40000"
// or "unix:"; empty if it is unknown.
std::string PeerOf(const StreamSocket& socket);

// The socket of one client, with or without TLS.
//
//   HttpStream stream(std::move(socket), tls_context);  // Null: no TLS.
//   stream.AsyncReadSome(buffer, [](error_code error, size_t size) { ... });
//   size_t sent = stream.WriteSome(buffers, error);
//
// Only one operation may run at a time, and one thread at a time may use it.
// Handlers run on the thread of the socket's loop. They must own the stream.
class HttpStream {
 public:
  using Buffers = std::array<boost::asio::const_buffer, 2>;

  // `tls` must outlive the stream.
  HttpStream(StreamSocket socket, const TlsContext* tls)
      : socket_(std::move(socket)), tls_context_(tls) {}

  const StreamSocket& socket() const { return socket_; }
  bool encrypted() const { return tls_context_ != nullptr; }

  // Sets the options of the socket. Must be called first.
  boost::system::error_code Open();

  // Returns true if TLS has chosen the protocol of the client (ALPN), and true
  // if that is HTTP/2.
  bool has_chosen_protocol() const {
    return tls_ != nullptr && !tls_->protocol().empty();
  }
  bool speaks_http2() const {
    return tls_ != nullptr && tls_->protocol() == "h2";
  }

  // Runs the TLS handshake. Call it once if encrypted().
  template <typename Handler>
  void AsyncHandshake(Handler handler);
  // Returns true if the handshake failed because the client uses HTTP without
  // TLS. The stream then continues without TLS.
  bool received_plain_http();

  template <typename Handler>
  void AsyncReadSome(boost::asio::mutable_buffer buffer, Handler handler);
  // Reads bytes without decrypting them.
  template <typename Handler>
  void AsyncDiscardSome(boost::asio::mutable_buffer buffer, Handler handler) {
    socket_.async_read_some(buffer, std::move(handler));
  }

  // Sends the bytes that the socket accepts and returns their number. The error
  // is would_block if it accepts none.
  size_t WriteSome(const Buffers& buffers, boost::system::error_code& error);
  // Waits until WriteSome can continue.
  template <typename Handler>
  void AsyncWaitToWrite(Handler handler) {
    socket_.async_wait(write_waits_for_, std::move(handler));
  }

  // Returns true if the client has closed its side of the connection. Reads
  // nothing; always false with TLS.
  bool ClosedByPeer();

  // Ends the pending operation: its handler gets an error, and its buffer is
  // not used any more.
  void Cancel();
  // Gives the socket away. This object must not be used after that.
  http2::ByteStream Release() { return {std::move(socket_), std::move(tls_)}; }
  // Closes the sending side of the connection.
  void ShutdownSend();
  void Close();

 private:
  size_t WriteEncrypted(const Buffers& buffers,
                        boost::system::error_code& error);

  // Calls `again` when the socket is ready for `progress`.
  template <typename Again, typename Handler>
  void AsyncWaitFor(TlsSession::Progress progress, Again again,
                    Handler handler);

  StreamSocket socket_;
  const TlsContext* tls_context_;
  std::unique_ptr<TlsSession> tls_;
  StreamSocket::wait_type write_waits_for_ = StreamSocket::wait_write;
  // Counts the calls of Cancel and Close. An operation that was started before
  // the last one has been cancelled.
  uint32_t cancels_ = 0;
};

template <typename Again, typename Handler>
void HttpStream::AsyncWaitFor(TlsSession::Progress progress, Again again,
                              Handler handler) {
  if (progress != TlsSession::Progress::kWantRead &&
      progress != TlsSession::Progress::kWantWrite) {
    boost::system::error_code error = boost::asio::error::eof;
    if (progress == TlsSession::Progress::kFailed) {
      error = boost::asio::error::connection_aborted;
    }
    boost::asio::post(
        socket_.get_executor(),
        [error, handler = std::move(handler)]() mutable { handler(error); });
    return;
  }
  socket_.async_wait(
      progress == TlsSession::Progress::kWantRead ? StreamSocket::wait_read
                                                  : StreamSocket::wait_write,
      [this, cancels = cancels_, again = std::move(again),
       handler = std::move(handler)](boost::system::error_code error) mutable {
        if (!error && cancels != cancels_) {
          error = boost::asio::error::operation_aborted;
        }
        if (error) {
          handler(error);
        } else {
          again(std::move(handler));
        }
      });
}

template <typename Handler>
void HttpStream::AsyncHandshake(Handler handler) {
  const TlsSession::Progress progress = tls_->Handshake();
  if (progress == TlsSession::Progress::kDone) {
    boost::asio::post(socket_.get_executor(),
                      [handler = std::move(handler)]() mutable {
                        handler(boost::system::error_code());
                      });
    return;
  }
  AsyncWaitFor(
      progress,
      [this](auto handler) { this->AsyncHandshake(std::move(handler)); },
      std::move(handler));
}

template <typename Handler>
void HttpStream::AsyncReadSome(boost::asio::mutable_buffer buffer,
                               Handler handler) {
  if (tls_ == nullptr) {
    socket_.async_read_some(buffer, std::move(handler));
    return;
  }
  size_t size = 0;
  const TlsSession::Progress progress =
      tls_->Read(buffer.data(), buffer.size(), &size);
  if (progress == TlsSession::Progress::kDone) {
    boost::asio::post(socket_.get_executor(),
                      [size, handler = std::move(handler)]() mutable {
                        handler(boost::system::error_code(), size);
                      });
    return;
  }
  // AsyncWaitFor calls handlers without a size.
  struct Adapter {
    Handler handler;
    void operator()(boost::system::error_code error) { handler(error, 0); }
  };
  AsyncWaitFor(
      progress,
      [this, buffer](Adapter adapter) {
        AsyncReadSome(buffer, std::move(adapter.handler));
      },
      Adapter{std::move(handler)});
}

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_HTTP_STREAM_H_
