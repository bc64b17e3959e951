// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/byte_stream.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <boost/system/error_code.hpp>
#include <cerrno>
#include <utility>

namespace tfs3::net::http2 {
namespace {

using boost::system::error_code;

constexpr size_t kMaxParts = 64;
// The largest content of a TLS record.
constexpr size_t kRecordBytes = 16 << 10;

}  // namespace

ByteStream::ByteStream(StreamSocket socket, const TlsContext* tls)
    : socket_(std::move(socket)) {
  if (tls != nullptr) {
    tls_ = std::make_unique<TlsSession>(*tls, socket_.native_handle());
  }
}

size_t ByteStream::unacknowledged() const {
  int bytes = 0;
  // The native handle of a const socket is not available.
  const int fd = const_cast<StreamSocket&>(socket_).native_handle();
  return ioctl(fd, SIOCOUTQ, &bytes) == 0 && bytes > 0
             ? static_cast<size_t>(bytes)
             : 0;
}

ByteStream::Result ByteStream::Handshake() {
  return ResultOf(tls_->Handshake(), &read_waits_for_);
}

ByteStream::Result ByteStream::Read(char* to, size_t room, size_t* size) {
  if (tls_ != nullptr) {
    return ResultOf(tls_->Read(to, room, size), &read_waits_for_);
  }
  ssize_t got;
  do {
    got = recv(socket_.native_handle(), to, room, MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got > 0) {
    *size = static_cast<size_t>(got);
    return Result::kDone;
  }
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? Result::kWait
                                                              : Result::kClosed;
}

ByteStream::Result ByteStream::Write(OutputQueue* output) {
  return tls_ == nullptr ? WritePlain(output) : WriteEncrypted(output);
}

ByteStream::Result ByteStream::WritePlain(OutputQueue* output) {
  while (!output->empty()) {
    iovec parts[kMaxParts];
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = output->Peek(parts, kMaxParts);
    ssize_t sent;
    do {
      sent = sendmsg(socket_.native_handle(), &message,
                     MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) {
      return errno == EAGAIN || errno == EWOULDBLOCK ? Result::kWait
                                                     : Result::kClosed;
    }
    output->Consume(static_cast<size_t>(sent));
  }
  return Result::kDone;
}

ByteStream::Result ByteStream::WriteEncrypted(OutputQueue* output) {
  while (!output->empty()) {
    // OpenSSL accepts that a repeated record has more bytes than before.
    thread_local char record[kRecordBytes];
    const size_t size = output->Copy(record, kRecordBytes);
    size_t written = 0;
    const Result result =
        ResultOf(tls_->Write(record, size, &written), &write_waits_for_);
    if (result != Result::kDone) {
      return result;
    }
    output->Consume(written);
  }
  return Result::kDone;
}

ByteStream::Result ByteStream::ResultOf(TlsSession::Progress progress,
                                        StreamSocket::wait_type* waits_for) {
  switch (progress) {
    case TlsSession::Progress::kDone:
      return Result::kDone;
    case TlsSession::Progress::kWantRead:
      *waits_for = StreamSocket::wait_read;
      return Result::kWait;
    case TlsSession::Progress::kWantWrite:
      *waits_for = StreamSocket::wait_write;
      return Result::kWait;
    case TlsSession::Progress::kEnd:
    case TlsSession::Progress::kFailed:
      return Result::kClosed;
  }
  return Result::kClosed;
}

void ByteStream::ShutdownSend() {
  if (tls_ != nullptr) {
    tls_->SendEnd();
  }
  error_code ignored;  // The next read returns the error.
  socket_.shutdown(StreamSocket::shutdown_send, ignored);
}

void ByteStream::Close() {
  if (tls_ != nullptr && socket_.is_open()) {
    tls_->SendEnd();
  }
  error_code ignored;  // The socket is not used again.
  socket_.close(ignored);
}

}  // namespace tfs3::net::http2
