// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_CHECK_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_CHECK_H_

#include <string>

#include "tensorflow_serving_s3/model_servers/base/tls_options.h"

namespace tfs3 {

// Checks `options` before a server uses them. Returns an empty string, or a
// sentence with the field and the cure if
//
//  - the text of a field is not PEM
//  - the key does not belong to the certificate
//  - the certificate has expired
//
// TLS libraries explain these errors badly, or only after the first client.
//
//   std::string error = CheckTls(options);
//   if (!error.empty()) return Fail(error);
//
// Thread-safe.
std::string CheckTls(const TlsOptions& options);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_TLS_CHECK_H_
