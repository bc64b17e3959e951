// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/signer.h"

#include "aws/auth/credentials.h"
#include "aws/auth/signable.h"
#include "aws/auth/signing.h"
#include "aws/auth/signing_config.h"
#include "aws/auth/signing_result.h"
#include "aws/common/byte_buf.h"
#include "aws/common/date_time.h"
#include "aws/common/error.h"
#include "aws/http/request_response.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/hash.h"

namespace tfs3 {
namespace s3 {
namespace {

aws_byte_cursor Cursor(std::string_view text) {
  return aws_byte_cursor_from_array(text.data(), text.size());
}

struct Signing {
  aws_http_message* message;
  int error;
};

void OnSigned(aws_signing_result* result, int error, void* user_data) {
  Signing& signing = *static_cast<Signing*>(user_data);
  signing.error = error;
  if (error == AWS_ERROR_SUCCESS &&
      aws_apply_signing_result_to_http_request(
          signing.message, AwsRuntime::allocator(), result) != AWS_OP_SUCCESS) {
    signing.error = aws_last_error();
  }
}

}  // namespace

Status SignRequest(aws_http_message* message, const Credentials& credentials,
                   const std::string& region, std::string_view body,
                   const std::string& service, bool express_session) {
  if (credentials.value == nullptr) {
    return {};
  }
  aws_signing_config_aws config = {};
  config.config_type = AWS_SIGNING_CONFIG_AWS;
  config.algorithm = express_session ? AWS_SIGNING_ALGORITHM_V4_S3EXPRESS
                                     : AWS_SIGNING_ALGORITHM_V4;
  config.signature_type = AWS_ST_HTTP_REQUEST_HEADERS;
  config.region = Cursor(region);
  config.service = Cursor(service);
  aws_date_time_init_now(&config.date);
  config.flags.use_double_uri_encode = false;
  config.flags.should_normalize_uri_path = false;
  const std::string body_hash = body.empty() ? "" : Sha256InHex(body);
  config.signed_body_value =
      body.empty() ? g_aws_signed_body_value_empty_sha256 : Cursor(body_hash);
  config.signed_body_header = AWS_SBHT_X_AMZ_CONTENT_SHA256;
  config.credentials = credentials.value.get();

  Signing signing = {message, AWS_ERROR_SUCCESS};
  aws_signable* signable =
      aws_signable_new_http_request(AwsRuntime::allocator(), message);
  // With the credentials available, the CRT signs synchronously.
  if (aws_sign_request_aws(
          AwsRuntime::allocator(), signable,
          reinterpret_cast<const aws_signing_config_base*>(&config), OnSigned,
          &signing) != AWS_OP_SUCCESS) {
    signing.error = aws_last_error();
  }
  aws_signable_destroy(signable);
  if (signing.error == AWS_ERROR_SUCCESS) {
    return {};
  }
  return {TF_UNAUTHENTICATED, std::string("the request cannot be signed: ") +
                                  aws_error_str(signing.error) +
                                  "; the credentials came from " +
                                  credentials.source};
}

}  // namespace s3
}  // namespace tfs3
