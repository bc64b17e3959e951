// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/tls.h"

#include <string>

#include "aws/common/error.h"
#include "aws/io/tls_channel_handler.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

Status Failure(const Options& options) {
  const std::string cause = aws_error_str(aws_last_error());
  if (options.ca_file.empty() && options.ca_path.empty()) {
    return {
        TF_FAILED_PRECONDITION,
        "the trusted certificates of the system cannot be loaded: " + cause +
            "; install them (ca-certificates), or set AWS_CA_BUNDLE or "
            "S3_CA_FILE to a PEM file"};
  }
  return {TF_FAILED_PRECONDITION,
          "the trusted certificates in \"" +
              (options.ca_file.empty() ? options.ca_path : options.ca_file) +
              "\" cannot be loaded: " + cause +
              "; set AWS_CA_BUNDLE or S3_CA_FILE to a PEM file, or S3_CA_PATH "
              "to a folder of PEM files"};
}

}  // namespace

Result<TlsContextPtr> NewTlsContext(const Options& options) {
  aws_tls_ctx_options tls_options;
  aws_tls_ctx_options_init_default_client(&tls_options,
                                          AwsRuntime::allocator());
  aws_tls_ctx_options_set_verify_peer(&tls_options, options.verify_tls);
  aws_tls_ctx* context = nullptr;
  const bool own_trust = !options.ca_file.empty() || !options.ca_path.empty();
  if (!own_trust ||
      aws_tls_ctx_options_override_default_trust_store_from_path(
          &tls_options,
          options.ca_path.empty() ? nullptr : options.ca_path.c_str(),
          options.ca_file.empty() ? nullptr : options.ca_file.c_str()) ==
          AWS_OP_SUCCESS) {
    context = aws_tls_client_ctx_new(AwsRuntime::allocator(), &tls_options);
  }
  Result<TlsContextPtr> result =
      context == nullptr
          ? Result<TlsContextPtr>(Failure(options))
          : Result<TlsContextPtr>(TlsContextPtr(context, aws_tls_ctx_release));
  aws_tls_ctx_options_clean_up(&tls_options);
  return result;
}

}  // namespace s3
}  // namespace tfs3
