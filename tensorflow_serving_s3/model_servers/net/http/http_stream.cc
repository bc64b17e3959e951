// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/http_stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>

namespace tfs3::net {
namespace {

using boost::system::error_code;

// The largest content of a TLS record.
constexpr size_t kRecordSize = 16 << 10;

bool IsTcp(const StreamSocket& socket) {
  error_code error;
  const auto local = socket.local_endpoint(error);
  return !error && local.protocol().family() != AF_UNIX;
}

}  // namespace

std::string PeerOf(const StreamSocket& socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) {
    return "";
  }
  char text[INET6_ADDRSTRLEN];
  const sockaddr* const address = peer.data();
  switch (address->sa_family) {
    case AF_INET: {
      const auto* const in = reinterpret_cast<const sockaddr_in*>(address);
      inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
      return std::string("ipv4:") + text + ":" +
             std::to_string(ntohs(in->sin_port));
    }
    case AF_INET6: {
      const auto* const in = reinterpret_cast<const sockaddr_in6*>(address);
      inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof text);
      return std::string("ipv6:[") + text +
             "]:" + std::to_string(ntohs(in->sin6_port));
    }
    case AF_UNIX:
      return "unix:";
    default:
      return "";
  }
}

error_code HttpStream::Open() {
  error_code error;
  if (IsTcp(socket_)) {
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), error);
  }
  if (!error) {
    socket_.non_blocking(true, error);
  }
  if (!error && tls_context_ != nullptr) {
    tls_ = std::make_unique<TlsSession>(*tls_context_, socket_.native_handle());
  }
  return error;
}

bool HttpStream::received_plain_http() {
  if (!tls_->received_plain_http()) {
    return false;
  }
  tls_.reset();
  return true;
}

size_t HttpStream::WriteSome(const Buffers& buffers, error_code& error) {
  return tls_ == nullptr ? socket_.write_some(buffers, error)
                         : WriteEncrypted(buffers, error);
}

size_t HttpStream::WriteEncrypted(const Buffers& buffers, error_code& error) {
  error = {};
  const boost::asio::const_buffer* next = &buffers[0];
  boost::asio::const_buffer joined;
  if (buffers[0].size() == 0) {
    next = &buffers[1];
  } else if (buffers[1].size() > 0 && buffers[0].size() < kRecordSize) {
    // Sends the head and a small body in one record.
    thread_local char record[kRecordSize];
    const size_t more =
        std::min(kRecordSize - buffers[0].size(), buffers[1].size());
    std::memcpy(record, buffers[0].data(), buffers[0].size());
    std::memcpy(record + buffers[0].size(), buffers[1].data(), more);
    joined = boost::asio::buffer(record, buffers[0].size() + more);
    next = &joined;
  }
  size_t written = 0;
  switch (tls_->Write(next->data(), next->size(), &written)) {
    case TlsSession::Progress::kDone:
      return written;
    case TlsSession::Progress::kWantRead:
      write_waits_for_ = StreamSocket::wait_read;
      error = boost::asio::error::would_block;
      return 0;
    case TlsSession::Progress::kWantWrite:
      write_waits_for_ = StreamSocket::wait_write;
      error = boost::asio::error::would_block;
      return 0;
    case TlsSession::Progress::kEnd:
    case TlsSession::Progress::kFailed:
      break;
  }
  error = boost::asio::error::connection_aborted;
  return 0;
}

bool HttpStream::ClosedByPeer() {
  if (encrypted()) {
    return false;
  }
  char byte;
  const ssize_t received =
      recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return received == 0 ||
         (received < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
}

void HttpStream::Cancel() {
  ++cancels_;
  error_code ignored;  // cancels_ ends the operation in any case.
  socket_.cancel(ignored);
}

void HttpStream::ShutdownSend() {
  if (tls_ != nullptr) {
    tls_->SendEnd();
  }
  error_code ignored;  // The next read returns the error.
  socket_.shutdown(StreamSocket::shutdown_send, ignored);
}

void HttpStream::Close() {
  ++cancels_;
  if (tls_ != nullptr && socket_.is_open()) {
    tls_->SendEnd();
  }
  error_code ignored;  // The socket is not used again.
  socket_.close(ignored);
}

}  // namespace tfs3::net
