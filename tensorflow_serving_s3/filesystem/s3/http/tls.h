// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Loads the TLS settings of the options: S3_VERIFY_SSL, S3_CA_FILE, S3_CA_PATH
// and AWS_CA_BUNDLE.
//
//   Result<TlsContextPtr> tls = NewTlsContext(options);
//
// Reading the trusted certificates takes some milliseconds: share the context.
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_TLS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_TLS_H_

#include <memory>

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

struct aws_tls_ctx;

namespace tfs3 {
namespace s3 {

using TlsContextPtr = std::shared_ptr<aws_tls_ctx>;

// FAILED_PRECONDITION: the certificates cannot be loaded. The message names the
// file.
Result<TlsContextPtr> NewTlsContext(const Options& options);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_HTTP_TLS_H_
