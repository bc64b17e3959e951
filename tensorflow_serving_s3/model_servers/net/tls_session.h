// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_TLS_SESSION_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_TLS_SESSION_H_

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"

namespace tfs3::net {

// The TLS settings of a server: TLS 1.2 and 1.3 with forward secrecy, and the
// application protocols (ALPN). Thread-safe. Must outlive its sessions.
class TlsContext {
 public:
  // "h2", and for the second one also "http/1.1".
  enum class Protocols : uint8_t { kHttp2, kHttp2OrHttp1 };

  // Returns InvalidArgument with the name of the invalid option, the cause and
  // the cure.
  static absl::StatusOr<std::unique_ptr<TlsContext>> Create(
      const TlsOptions& options, Protocols protocols);

  SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  explicit TlsContext(SSL_CTX* context) : context_(context) {}

  std::unique_ptr<SSL_CTX, Free> context_;
};

// The server's side of TLS on one non-blocking socket.
//
//   absl::StatusOr<std::unique_ptr<TlsContext>> context =
//       TlsContext::Create(tls_options, protocols);
//   TlsSession session(**context, socket);
//   switch (session.Handshake()) {
//     case TlsSession::Progress::kWantRead:
//       ...  // Call Handshake again when the socket has input.
//
// One thread at a time may use a session and its socket.
class TlsSession {
 public:
  enum class Progress : uint8_t {
    kDone,
    kWantRead,   // Call again when the socket has input.
    kWantWrite,  // Call again when the socket accepts output.
    kEnd,        // The client has ended the session.
    kFailed,     // The session cannot be used any more.
  };

  TlsSession(const TlsContext& context, int socket);

  Progress Handshake();
  // Returns the application protocol that the handshake has chosen, such as
  // "h2"; empty if the client named none.
  std::string_view protocol() const;
  // Returns true if the handshake failed because the client uses HTTP without
  // TLS.
  bool received_plain_http() const { return spoke_http_; }

  // Reads or writes up to `room` or `size` bytes, and at least one if the
  // result is kDone. A repeated Write must have the same bytes; their address
  // may differ.
  Progress Read(void* to, size_t room, size_t* size);
  Progress Write(const void* from, size_t size, size_t* written);

  // Sends the end of the session (close_notify), if the socket accepts it.
  void SendEnd();

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  Progress ProgressOf(int result);

  std::unique_ptr<SSL, Free> ssl_;
  bool failed_ = false;
  bool spoke_http_ = false;
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_TLS_SESSION_H_
