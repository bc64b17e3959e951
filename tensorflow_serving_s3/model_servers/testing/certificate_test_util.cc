// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/testing/certificate_test_util.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

namespace tfs3 {
namespace {

void Check(bool good, const char* what) {
  if (!good) {
    throw std::runtime_error(what);
  }
}

template <typename Write>
std::string ToPem(Write write) {
  BIO* const out = BIO_new(BIO_s_mem());
  Check(write(out) == 1, "cannot write PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  const std::string text(data, size);
  BIO_free_all(out);
  return text;
}

}  // namespace

TestingCertificate MakeTestingCertificate(long valid_seconds) {
  static std::atomic<long> serial{1};
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  Check(key != nullptr && certificate != nullptr, "out of memory");
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate),
                  std::min(0L, valid_seconds - 3600));
  X509_gmtime_adj(X509_getm_notAfter(certificate), valid_seconds);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  const auto add = [&](int kind, const char* value) {
    X509_EXTENSION* const extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    Check(extension != nullptr, "cannot make an extension");
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  };
  add(NID_basic_constraints, "critical,CA:TRUE");
  add(NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  Check(X509_sign(certificate, key, EVP_sha256()) > 0, "cannot sign");

  TestingCertificate made;
  made.key = ToPem([&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr,
                                    nullptr);
  });
  made.certificate =
      ToPem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

}  // namespace tfs3
