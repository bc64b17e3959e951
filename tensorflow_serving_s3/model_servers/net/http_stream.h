// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The bytes of one client's connection, with TLS or without; the inside of
// HttpServer.
//
//   HttpStream stream(std::move(socket), tls_context);  // null: without TLS
//   stream.AsyncReadSome(buffer, [](error_code error, size_t size) { ... });
//   size_t sent = stream.WriteSome(buffers, error);  // would_block: none sent
//
// One operation at a time, on one thread at a time. Handlers run on the thread
// of the socket's loop and must keep the stream alive.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_STREAM_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_STREAM_H_

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

#include "tensorflow_serving_s3/model_servers/net/io_loop.h"
#include "tensorflow_serving_s3/model_servers/net/tls_session.h"

namespace tfs3::rest {

// The address at the other end: "ipv4:127.0.0.1:40000", "ipv6:[::1]:40000",
// "unix:", or nothing when it cannot be told.
std::string PeerOf(const StreamSocket& socket);

class HttpStream {
 public:
  using Buffers = std::array<boost::asio::const_buffer, 2>;

  // The context must outlive the stream.
  HttpStream(StreamSocket socket, const TlsContext* tls)
      : socket_(std::move(socket)), tls_context_(tls) {}

  const StreamSocket& socket() const { return socket_; }
  bool encrypted() const { return tls_context_ != nullptr; }

  // Before anything else: sets the socket up.
  boost::system::error_code Open();

  // Agrees on keys with the client; called once, when encrypted.
  template <typename Handler>
  void AsyncHandshake(Handler handler);
  // After a handshake that failed: whether the client speaks HTTP without TLS.
  // If so, the stream goes on without it.
  bool FellBackToHttp();

  template <typename Handler>
  void AsyncReadSome(boost::asio::mutable_buffer buffer, Handler handler);
  // Reads what comes without looking at it.
  template <typename Handler>
  void AsyncDiscardSome(boost::asio::mutable_buffer buffer, Handler handler) {
    socket_.async_read_some(buffer, std::move(handler));
  }

  // Sends what there is room for, and says how much it was; would_block when
  // there is none.
  size_t WriteSome(const Buffers& buffers, boost::system::error_code& error);
  // Waits until WriteSome may get further.
  template <typename Handler>
  void AsyncWaitToWrite(Handler handler) {
    socket_.async_wait(write_waits_for_, std::move(handler));
  }

  // Whether the client has closed its side of the connection, as far as can be
  // seen without reading: never with TLS.
  bool ClosedByPeer();

  // Ends what is under way: its handler is called with an error, and its buffer
  // not touched any more.
  void Cancel();
  // Tells the client that nothing more comes.
  void ShutdownSend();
  void Close();

 private:
  size_t WriteEncrypted(const Buffers& buffers,
                        boost::system::error_code& error);

  // Calls `again` when the socket is ready for what `progress` waits for.
  template <typename Again, typename Handler>
  void AsyncWaitFor(TlsSession::Progress progress, Again again,
                    Handler handler);

  StreamSocket socket_;
  const TlsContext* tls_context_;
  std::unique_ptr<TlsSession> tls_;
  StreamSocket::wait_type write_waits_for_ = StreamSocket::wait_write;
  // How often Cancel has been called: what was begun before it has ended.
  uint32_t cancels_ = 0;
};

template <typename Again, typename Handler>
void HttpStream::AsyncWaitFor(TlsSession::Progress progress, Again again,
                              Handler handler) {
  if (progress != TlsSession::Progress::kWantRead &&
      progress != TlsSession::Progress::kWantWrite) {
    boost::system::error_code error = boost::asio::error::eof;
    if (progress == TlsSession::Progress::kFailed)
      error = boost::asio::error::connection_aborted;
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
        if (!error && cancels != cancels_)
          error = boost::asio::error::operation_aborted;
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
      progress, [this](auto handler) { AsyncHandshake(std::move(handler)); },
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
  // Between waiting and reading, the handler takes a size that it need not
  // look at.
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

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_STREAM_H_
