// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_OPTIONS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_OPTIONS_H_

#include <string>

namespace tfs3 {

// The TLS settings of a server. The fields have PEM text, not file names.
struct TlsOptions {
  std::string server_key;
  // The certificate chain, with the server's certificate first.
  std::string server_cert;
  // The CA certificates for clients.
  std::string custom_ca;
  // Whether clients need a certificate; requires custom_ca.
  bool client_verify = false;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_OPTIONS_H_
