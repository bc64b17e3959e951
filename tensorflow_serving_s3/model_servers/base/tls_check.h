// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_CHECK_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_CHECK_H_

#include <string>

#include "tensorflow_serving_s3/model_servers/base/tls_options.h"

namespace tfs3 {

// What is wrong with `options`, as a sentence that names the field and the
// cure; empty if a server can speak TLS with them. A key that does not belong
// to the certificate, a certificate that is over, text that is no PEM: a
// server's library would say little of it, or nothing before the first client.
//
//   std::string error = CheckTls(options);
//   if (!error.empty()) return Fail(error);
//
// Plain C++ beside OpenSSL, for what must not see absl. Thread-safe.
std::string CheckTls(const TlsOptions& options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_CHECK_H_
