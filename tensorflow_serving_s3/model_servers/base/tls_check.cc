// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/tls_check.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace tfs3 {
namespace {

template <typename T, void (*kFree)(T*)>
struct Free {
  void operator()(T* object) const { kFree(object); }
};

void FreeBio(BIO* bio) { BIO_free_all(bio); }

using Bio = std::unique_ptr<BIO, Free<BIO, FreeBio>>;
using Certificate = std::unique_ptr<X509, Free<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY, EVP_PKEY_free>>;

Bio Open(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Replaces the prompt for the password of an encrypted key.
int NoPassword(char* /*buffer*/, int /*size*/, int /*for_writing*/,
               void* /*data*/) {
  return -1;
}

Certificate ReadCertificate(const std::string& text) {
  return Certificate(
      PEM_read_bio_X509(Open(text).get(), nullptr, NoPassword, nullptr));
}

Key ReadKey(const std::string& text) {
  return Key(
      PEM_read_bio_PrivateKey(Open(text).get(), nullptr, NoPassword, nullptr));
}

std::string TimeText(const ASN1_TIME* time) {
  const Bio out(BIO_new(BIO_s_mem()));
  if (ASN1_TIME_print(out.get(), time) != 1) {
    return "an invalid time";
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return std::string(data, size);
}

std::string NotPem(const std::string& field, const std::string& what) {
  return field + " is not a " + what +
         " in PEM format; set it to the content of the file, from -----BEGIN "
         "to "
         "-----END, not to its name";
}

std::string Check(const TlsOptions& options) {
  if (options.server_key.empty()) {
    return "server_key is not set";
  }
  if (options.server_cert.empty()) {
    return "server_cert is not set";
  }
  const Certificate certificate = ReadCertificate(options.server_cert);
  if (certificate == nullptr) {
    return NotPem("server_cert", "certificate");
  }
  const Key key = ReadKey(options.server_key);
  if (key == nullptr) {
    return NotPem("server_key", "private key without a password");
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return "server_key is not the key of server_cert; use the key of that "
           "certificate, and put the server's certificate first in server_cert";
  }
  const ASN1_TIME* const end = X509_get0_notAfter(certificate.get());
  if (X509_cmp_current_time(end) < 0) {
    return "server_cert expired at " + TimeText(end) + "; renew it";
  }
  if (options.client_verify && options.custom_ca.empty()) {
    return "client_verify needs custom_ca: the CA certificates for clients";
  }
  if (!options.custom_ca.empty() &&
      ReadCertificate(options.custom_ca) == nullptr) {
    return NotPem("custom_ca", "certificate");
  }
  return "";
}

}  // namespace

std::string CheckTls(const TlsOptions& options) {
  std::string error = Check(options);
  // The next user of the queue must not see these errors.
  ERR_clear_error();
  return error.empty() ? "" : "TLS: " + error;
}

}  // namespace tfs3
