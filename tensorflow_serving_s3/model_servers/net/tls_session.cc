// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tfs3::net {
namespace {

// The cipher suites of TLS 1.2. TLS 1.3 uses OpenSSL's default.
constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

// The application protocols of TlsContext::Protocols in the order of
// preference, in the format of ALPN.
constexpr std::string_view kProtocols[] = {"\x02h2", "\x02h2\x08http/1.1"};

// Returns the text of OpenSSL's last error and clears its error queue.
std::string Reason() {
  const unsigned long error = ERR_peek_last_error();  // NOLINT: OpenSSL's type
  ERR_clear_error();
  const char* const reason = ERR_reason_error_string(error);
  return reason == nullptr ? "the text is damaged" : reason;
}

template <auto kFree>
struct FreeBy {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, FreeBy<BIO_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeBy<X509_free>>;

Bio Reader(const std::string& text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (bio == nullptr) {
    throw std::bad_alloc();
  }
  return bio;
}

// Replaces OpenSSL's prompt for a passphrase. Sets the bool `is_encrypted`.
int NoPassword(char* /*buffer*/, int /*size*/, int /*writes*/,
               void* is_encrypted) {
  *static_cast<bool*>(is_encrypted) = true;
  return -1;
}

absl::Status UseKey(const std::string& pem, SSL_CTX* context) {
  bool is_encrypted = false;
  const Key key(PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, NoPassword,
                                        &is_encrypted));
  if (is_encrypted) {
    ERR_clear_error();
    return absl::InvalidArgumentError(
        "server_key is protected by a passphrase; remove it with `openssl pkey "
        "-in KEY -out NEW_KEY`");
  }
  if (key == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "server_key is not a private key in PEM (-----BEGIN PRIVATE "
        "KEY-----): ",
        Reason()));
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) == 1) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "server_key does not belong to server_cert, or cannot be used: ",
      Reason(), ". Set server_key to the key of the certificate."));
}

// Calls `take` with each certificate of `pem`. Returns their number, or an
// error if one cannot be read or `take` returns false.
template <typename Take>
absl::StatusOr<int> ForEachCertificate(std::string_view name,
                                       const std::string& pem, Take take) {
  const Bio reader = Reader(pem);
  for (int count = 0;; ++count) {
    const Certificate certificate(
        PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
    if (certificate != nullptr) {
      if (take(certificate.get())) {
        continue;
      }
    } else if (count > 0 &&
               ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) {
      ERR_clear_error();
      return count;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "certificate ", count + 1, " of ", name,
        " cannot be used; it must be PEM (-----BEGIN CERTIFICATE-----): ",
        Reason()));
  }
}

absl::Status UseCertificates(const std::string& pem, SSL_CTX* context) {
  bool is_first = true;
  return ForEachCertificate(
             "server_cert", pem,
             [&](X509* certificate) {
               const bool own = is_first;
               is_first = false;
               return own ? SSL_CTX_use_certificate(context, certificate) == 1
                          : SSL_CTX_add1_chain_cert(context, certificate) == 1;
             })
      .status();
}

absl::Status VerifyClients(const std::string& pem, SSL_CTX* context) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                     nullptr);
  if (pem.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) == 1) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "custom_ca is empty, and the system's certificates cannot be loaded: ",
        Reason(), ". Set custom_ca to the certificates that verify clients."));
  }
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  return ForEachCertificate(
             "custom_ca", pem,
             [&](X509* certificate) {
               return X509_STORE_add_cert(store, certificate) == 1 &&
                      SSL_CTX_add_client_CA(context, certificate) == 1;
             })
      .status();
}

int ChooseProtocol(SSL* /*ssl*/, const unsigned char** chosen,
                   unsigned char* chosen_size, const unsigned char* offered,
                   unsigned int offered_size, void* protocols) {
  const auto& own = *static_cast<const std::string_view*>(protocols);
  unsigned char* out = nullptr;
  const int result = SSL_select_next_proto(
      &out, chosen_size, reinterpret_cast<const unsigned char*>(own.data()),
      own.size(), offered, offered_size);
  *chosen = out;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK
                                          : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// A BIO that uses MSG_NOSIGNAL. OpenSSL's own BIO for sockets may raise
// SIGPIPE.
int SocketOf(BIO* bio) {
  return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio)));
}

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

int SocketWrite(BIO* bio, const char* from, int size) {
  BIO_clear_retry_flags(bio);
  ssize_t sent;
  do {
    sent = send(SocketOf(bio), from, size, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0 && WouldBlock()) {
    BIO_set_retry_write(bio);
  }
  return static_cast<int>(sent);
}

int SocketRead(BIO* bio, char* to, int room) {
  BIO_clear_retry_flags(bio);
  ssize_t size;
  do {
    size = recv(SocketOf(bio), to, room, 0);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && WouldBlock()) {
    BIO_set_retry_read(bio);
  }
  return static_cast<int>(size);
}

long SocketControl(BIO* /*bio*/, int command, long /*number*/,  // NOLINT
                   void* /*argument*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* SocketMethod() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* const method = BIO_meth_new(
        BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
    if (method == nullptr) {
      throw std::bad_alloc();
    }
    BIO_meth_set_write(method, SocketWrite);
    BIO_meth_set_read(method, SocketRead);
    BIO_meth_set_ctrl(method, SocketControl);
    return method;
  }();
  return kMethod;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsContext>> TlsContext::Create(
    const TlsOptions& options, Protocols protocols) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) {
    return absl::InternalError(
        absl::StrCat("Cannot initialise OpenSSL: ", Reason()));
  }
  std::unique_ptr<TlsContext> owner(new TlsContext(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set_alpn_select_cb(
      context, ChooseProtocol,
      const_cast<std::string_view*>(&kProtocols[static_cast<int>(protocols)]));
  // OpenSSL resumes sessions of clients with certificates only if this is set.
  constexpr unsigned char kName[] = {'t', 'f', 's', '3'};
  SSL_CTX_set_session_id_context(context, kName, sizeof kName);

  absl::Status status = UseCertificates(options.server_cert, context);
  if (status.ok()) {
    status = UseKey(options.server_key, context);
  }
  if (status.ok() && options.client_verify) {
    status = VerifyClients(options.custom_ca, context);
  }
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Cannot use TLS: ", status.message()));
  }
  return owner;
}

TlsSession::TlsSession(const TlsContext& context, int socket)
    : ssl_(SSL_new(context.get())) {
  BIO* const bio = BIO_new(SocketMethod());
  if (ssl_ == nullptr || bio == nullptr) {
    BIO_free(bio);
    throw std::bad_alloc();
  }
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(socket)));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

TlsSession::Progress TlsSession::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1 && ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST) {
    spoke_http_ = true;
  }
  return ProgressOf(result);
}

std::string_view TlsSession::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

TlsSession::Progress TlsSession::Read(void* to, size_t room, size_t* size) {
  ERR_clear_error();
  return ProgressOf(SSL_read_ex(ssl_.get(), to, room, size));
}

TlsSession::Progress TlsSession::Write(const void* from, size_t size,
                                       size_t* written) {
  ERR_clear_error();
  return ProgressOf(SSL_write_ex(ssl_.get(), from, size, written));
}

void TlsSession::SendEnd() {
  if (failed_ || SSL_in_init(ssl_.get())) {
    return;
  }
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

TlsSession::Progress TlsSession::ProgressOf(int result) {
  if (result == 1) {
    return Progress::kDone;
  }
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Progress::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Progress::kWantWrite;
    case SSL_ERROR_ZERO_RETURN:
      return Progress::kEnd;
    default:
      failed_ = true;
      ERR_clear_error();
      return Progress::kFailed;
  }
}

}  // namespace tfs3::net
