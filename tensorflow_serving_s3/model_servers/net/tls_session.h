// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The server's side of TLS on sockets that do not block.
//
//   absl::StatusOr<std::unique_ptr<TlsContext>> context =
//       TlsContext::Create(tls_options);
//   TlsSession session(**context, socket);
//   switch (session.Handshake()) {
//     case TlsSession::Progress::kWantRead:  // again when there is input
//     ...
//
// TLS 1.2 and 1.3 with forward secrecy; of application protocols "http/1.1".
// A context is thread-safe and outlives its sessions; a session is used by one
// thread at a time, and so is its socket.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_TLS_SESSION_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_TLS_SESSION_H_

#include <openssl/ssl.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"

namespace tfs3::rest {

class TlsContext {
 public:
  // InvalidArgument naming the part of the options, what is wrong with it and
  // what to do.
  static absl::StatusOr<std::unique_ptr<TlsContext>> Create(
      const TlsOptions& options);

  SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };

  explicit TlsContext(SSL_CTX* context) : context_(context) {}

  std::unique_ptr<SSL_CTX, Free> context_;
};

class TlsSession {
 public:
  enum class Progress : uint8_t {
    kDone,
    kWantRead,   // again when the socket has input
    kWantWrite,  // again when the socket has room
    kEnd,        // the client has ended the session
    kFailed,     // nothing more can be said on this connection
  };

  TlsSession(const TlsContext& context, int socket);

  Progress Handshake();
  // Whether the handshake failed because the client speaks HTTP without TLS.
  bool SpokeHttp() const { return spoke_http_; }

  // Reads or writes up to `size` bytes, one at least if kDone. A Write that
  // must be done again gets the same bytes again, from wherever they are.
  Progress Read(void* to, size_t room, size_t* size);
  Progress Write(const void* from, size_t size, size_t* written);

  // Tells the client that nothing more comes, if there is room for that.
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

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_TLS_SESSION_H_
