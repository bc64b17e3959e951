// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_OPTIONS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_OPTIONS_H_

#include <string>

namespace tfs3 {

// What a server needs to speak TLS. A plain value; all of it is PEM text, not
// the names of files.
struct TlsOptions {
  std::string server_key;
  // The server's certificate, first its own, then those that lead to the root.
  std::string server_cert;
  // The certificates that a client's own must lead to.
  std::string custom_ca;
  // Whether a client has to have a certificate; needs custom_ca.
  bool client_verify = false;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_OPTIONS_H_
