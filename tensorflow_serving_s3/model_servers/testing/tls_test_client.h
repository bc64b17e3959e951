// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_TLS_TEST_CLIENT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_TLS_TEST_CLIENT_H_

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"

// Certificates for tests, and a client of HTTP with TLS.
//
//   const Identity server("server");  // options.tls->server_key = ...
//   TlsClient client(server->port());
namespace tfs3::net {

// A key and its certificate.
class Identity {
 public:
  // Signs the certificate with the key of `issuer`, or with its own key.
  explicit Identity(const char* name, const Identity* issuer = nullptr)
      : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    const Identity& signer = issuer == nullptr ? *this : *issuer;
    X509_set_version(certificate_, 2);
    static int serial = 0;
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3600);
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(certificate_), "CN", MBSTRING_ASC,
        reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(certificate_,
                         X509_get_subject_name(signer.certificate_));
    X509_set_pubkey(certificate_, key_);
    if (issuer == nullptr) {
      X509_EXTENSION* const is_ca = X509V3_EXT_conf_nid(
          nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
      X509_add_ext(certificate_, is_ca, -1);
      X509_EXTENSION_free(is_ca);
    }
    X509_sign(certificate_, signer.key_, EVP_sha256());
  }
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;
  ~Identity() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }

  std::string KeyPem(const char* passphrase = nullptr) const {
    return Pem([&](BIO* out) {
      PEM_write_bio_PKCS8PrivateKey(
          out, key_, passphrase == nullptr ? nullptr : EVP_aes_128_cbc(),
          nullptr, 0, nullptr, const_cast<char*>(passphrase));
    });
  }

  std::string CertificatePem() const {
    return Pem([&](BIO* out) { PEM_write_bio_X509(out, certificate_); });
  }

  EVP_PKEY* key() const { return key_; }
  X509* certificate() const { return certificate_; }

 private:
  template <typename Write>
  static std::string Pem(Write write) {
    BIO* const out = BIO_new(BIO_s_mem());
    write(out);
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);  // NOLINT: OpenSSL's type
    std::string pem(data, size);
    BIO_free(out);
    return pem;
  }

  EVP_PKEY* const key_;
  X509* const certificate_;
};

// A client that accepts any certificate of the server.
class TlsClient {
 public:
  struct Options {
    const Identity* identity = nullptr;
    int version = 0;  // The only TLS version; 0: any.
    std::string protocols;
    int receive_buffer = 0;
  };

  TlsClient(int port, const Options& options)
      : client_(port, options.receive_buffer),
        context_(SSL_CTX_new(TLS_client_method())),
        ssl_(nullptr) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_min_proto_version(context_, options.version);
    SSL_CTX_set_max_proto_version(context_, options.version);
    if (options.identity != nullptr) {
      SSL_CTX_use_certificate(context_, options.identity->certificate());
      SSL_CTX_use_PrivateKey(context_, options.identity->key());
    }
    if (!options.protocols.empty()) {
      SSL_CTX_set_alpn_protos(
          context_,
          reinterpret_cast<const unsigned char*>(options.protocols.data()),
          options.protocols.size());
    }
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, client_.fd());
    connected_ = SSL_connect(ssl_) == 1;
    ERR_clear_error();
  }
  explicit TlsClient(int port) : TlsClient(port, Options()) {}
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }

  bool connected() const { return connected_; }
  SSL* ssl() const { return ssl_; }

  void Send(std::string_view bytes) const {
    SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  }

  // Returns the body of the next response; empty if the server closes first.
  std::string ReadBody() {
    size_t head;
    while ((head = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!Receive()) {
        return "";
      }
    }
    size_t length = 0;
    const size_t value = received_.find("Content-Length: ") + 16;
    EXPECT_TRUE(absl::SimpleAtoi(
        received_.substr(value, received_.find('\r', value) - value), &length));
    while (received_.size() < head + 4 + length) {
      if (!Receive()) {
        return "";
      }
    }
    std::string body = received_.substr(head + 4, length);
    received_.erase(0, head + 4 + length);
    return body;
  }

 private:
  bool Receive() {
    char buffer[64 << 10];
    const int size = SSL_read(ssl_, buffer, sizeof buffer);
    if (size > 0) {
      received_.append(buffer, size);
    }
    return size > 0;
  }

  Client client_;
  SSL_CTX* const context_;
  SSL* ssl_;
  bool connected_;
  std::string received_;
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_TLS_TEST_CLIENT_H_
