// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http_error.h"

#include <cstddef>

#include "tensorflow_serving_s3/model_servers/base/json_writer.h"

namespace tfs3::net {
namespace {

// Longer messages contain parts of the request.
constexpr size_t kMaxMessageBytes = 8192;

}  // namespace

int HttpStatusOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:
      return 500;
  }
}

std::string ErrorBody(std::string_view message) {
  std::string shortened;
  if (message.size() > kMaxMessageBytes) {
    size_t end = kMaxMessageBytes;
    // Does not split a UTF-8 character.
    while (end > 0 && (message[end] & 0xc0) == 0x80) {
      --end;
    }
    shortened = message.substr(0, end);
    shortened += "...";
    message = shortened;
  }
  std::string body = "{\"error\": ";
  AppendJsonString(message, &body);
  body += '}';
  return body;
}

HttpResponse ErrorResponse(const HttpError& error) {
  HttpResponse response = {error.status, kJsonContentType,
                           ErrorBody(error.message)};
  if (error.status == 429 || error.status == 503) {
    response.headers.emplace_back("Retry-After", "1");
  } else if (error.status == 415) {
    response.headers.emplace_back("Accept-Encoding", "gzip");
  }
  return response;
}

}  // namespace tfs3::net
