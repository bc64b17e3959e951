// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/error_classes.h"

#include "aws/common/error.h"
#include "aws/http/http.h"
#include "aws/io/io.h"

namespace tfs3 {
namespace s3 {

bool IsTlsFailure(int crt_error) {
  switch (crt_error) {
    case AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE:
    case AWS_IO_TLS_ERROR_NOT_NEGOTIATED:
    case AWS_IO_TLS_CTX_ERROR:
    case AWS_IO_TLS_UNKNOWN_ROOT_CERTIFICATE:
    case AWS_IO_TLS_NO_ROOT_CERTIFICATE_FOUND:
    case AWS_IO_TLS_CERTIFICATE_EXPIRED:
    case AWS_IO_TLS_CERTIFICATE_NOT_YET_VALID:
    case AWS_IO_TLS_BAD_CERTIFICATE:
    case AWS_IO_TLS_PEER_CERTIFICATE_EXPIRED:
    case AWS_IO_TLS_BAD_PEER_CERTIFICATE:
    case AWS_IO_TLS_PEER_CERTIFICATE_REVOKED:
    case AWS_IO_TLS_PEER_CERTIFICATE_UNKNOWN:
    case AWS_IO_TLS_INVALID_CERTIFICATE_CHAIN:
    case AWS_IO_TLS_HOST_NAME_MISMATCH:
    case AWS_IO_TLS_ERROR_DEFAULT_TRUST_STORE_NOT_FOUND:
      return true;
    default:
      return false;
  }
}

bool IsClosed(int crt_error) {
  return crt_error == AWS_ERROR_HTTP_CONNECTION_CLOSED ||
         crt_error == AWS_ERROR_HTTP_SERVER_CLOSED ||
         crt_error == AWS_IO_SOCKET_CLOSED || crt_error == AWS_IO_BROKEN_PIPE;
}

bool IsDnsFailure(int crt_error) {
  return crt_error == AWS_IO_DNS_QUERY_FAILED ||
         crt_error == AWS_IO_DNS_INVALID_NAME ||
         crt_error == AWS_IO_DNS_NO_ADDRESS_FOR_HOST ||
         crt_error == AWS_IO_DNS_QUERY_AGAIN;
}

bool IsRetryable(const HttpError& error) {
  for (const char* code :
       {"RequestTimeout", "SlowDown", "InternalError", "OperationAborted",
        "ConditionalRequestConflict", "KMS.ThrottlingException"}) {
    if (error.code == code) {
      return true;
    }
  }
  return error.status == 408 || error.status == 429 ||
         (error.status >= 500 && error.status != 501) || error.is_cut;
}

bool IsStaleToken(const HttpError& error) {
  return error.code == "ExpiredToken" || error.code == "InvalidToken" ||
         error.code == "TokenRefreshRequired";
}

bool NamesAnotherRegion(const HttpError& error, const std::string& region) {
  if (error.code == "PermanentRedirect" || error.code == "TemporaryRedirect" ||
      error.code == "AuthorizationHeaderMalformed" ||
      error.code == "IllegalLocationConstraintException") {
    return true;
  }
  // The response to a HEAD has no body that could name the code.
  return (error.status == 301 || error.status == 307 || error.status == 400) &&
         !error.bucket_region.empty() && error.bucket_region != region;
}

bool IsRetryableTransportError(int crt_error) {
  return !IsTlsFailure(crt_error) && crt_error != AWS_IO_DNS_INVALID_NAME &&
         crt_error != AWS_ERROR_HTTP_STREAM_CANCELLED;
}

bool IsUnreachable(int crt_error, int attempts) {
  return (IsClosed(crt_error) && attempts > 1) || IsDnsFailure(crt_error) ||
         crt_error == AWS_IO_SOCKET_CONNECTION_REFUSED ||
         crt_error == AWS_IO_SOCKET_TIMEOUT ||
         crt_error == AWS_IO_SOCKET_NO_ROUTE_TO_HOST ||
         crt_error == AWS_IO_SOCKET_NETWORK_DOWN;
}

bool IsRetryableResponse(const HttpResponse& response) {
  if (response.crt_error != 0) {
    return IsRetryableTransportError(response.crt_error);
  }
  return response.status >= 400 && IsRetryable(ErrorFrom(response));
}

bool MayRefuseHeader(const HttpResponse& response) {
  if (response.crt_error != 0) {
    return false;
  }
  // An expired token and another region are other causes of these statuses.
  const HttpError error = ErrorFrom(response);
  return (error.status == 400 || error.status == 501) && !IsStaleToken(error) &&
         error.bucket_region.empty();
}

}  // namespace s3
}  // namespace tfs3
