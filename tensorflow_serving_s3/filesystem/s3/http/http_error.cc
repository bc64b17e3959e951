// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/http_error.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string_view>

#include "tensorflow_serving_s3/filesystem/s3/aws/json.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/xml.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr uint64_t kMaxRetryAfterSeconds = 24 * 60 * 60;

// S3 refuses requests whose time differs by more than this.
constexpr int64_t kTolerableSkewNsec = int64_t{15} * 60 * 1000 * 1000 * 1000;

std::string NowAsText() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

bool IsSkewed(const std::string& date) {
  const int64_t theirs = ParseTime(date);
  if (theirs == 0) {
    return false;
  }
  const int64_t ours = ParseTime(NowAsText());
  return std::abs(theirs - ours) > kTolerableSkewNsec;
}

// Reads the elements of an <Error>, in any order.
bool ReadError(XmlNode& node, HttpError& error) {
  return node.Children([&](XmlNode& child) {
    const std::string& name = child.name();
    if (name == "Code") {
      if (!child.Text(error.code)) {
        return false;
      }
      error.code = Trimmed(error.code);
      return true;
    }
    if (name == "Message") {
      return child.Text(error.message);
    }
    if (name == "Region") {
      return child.Text(error.bucket_region);
    }
    if (name == "Endpoint") {
      return child.Text(error.endpoint);
    }
    if (name == "RequestId") {
      return child.Text(error.request_id);
    }
    if (name == "RequestTime") {
      return child.Text(error.request_time);
    }
    if (name == "ServerTime") {
      return child.Text(error.server_time);
    }
    if (name == "StorageClass") {
      return child.Text(error.storage_class);
    }
    return true;
  });
}

// Returns true for the elements into which some stores put the <Error>.
bool WrapsErrors(const std::string& name) {
  return name == "ErrorResponse" || name == "Errors" || name == "Response";
}

bool ReadErrorInside(XmlNode& node, HttpError& error) {
  return node.Children([&](XmlNode& child) {
    if (child.name() == "Error") {
      return ReadError(child, error);
    }
    return !WrapsErrors(child.name()) || ReadErrorInside(child, error);
  });
}

// Parses an error in JSON, as gateways send it: {"Code": ..., "Message": ...}.
// The names may be in lower case; the object may be nested in an "error".
HttpError ParseJsonError(const std::string& body) {
  HttpError error;
  const std::optional<FlatJson> json = FlattenJson(body);
  if (!json.has_value()) {
    return error;
  }
  for (const auto& [name, value] : *json) {
    const std::string field = Lowercase(name);
    const std::string key =
        field.compare(0, 6, "error.") == 0 ? field.substr(6) : field;
    // A number is the HTTP status, not an S3 error code.
    if (key == "code" && !ParseUnsigned(value).has_value()) {
      error.code = value;
    }
    if (key == "message") {
      error.message = value;
    }
  }
  return error.code.empty() ? HttpError() : error;
}

}  // namespace

HttpError ParseErrorBody(const std::string& body) {
  HttpError error;
  bool is_other = false;
  const bool well_formed = ParseXml(body, [&](XmlNode& root) {
    if (root.name() == "Error") {
      return ReadError(root, error);
    }
    is_other = !WrapsErrors(root.name());
    return !is_other && ReadErrorInside(root, error);
  });
  if (error.code.empty()) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    std::string_view start = body;
    if (start.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      start.remove_prefix(kByteOrderMark.size());
    }
    start = Trimmed(start);
    if (start.substr(0, 1) == "{") {
      error = ParseJsonError(std::string(start));
    }
    if (!error.code.empty()) {
      return error;
    }
    error = HttpError();
    error.text = body;
    error.is_cut =
        !well_formed && !is_other &&
        (start.substr(0, 5) == "<?xml" || start.substr(0, 6) == "<Error");
  }
  return error;
}

HttpError ErrorFrom(const HttpResponse& response) {
  HttpError error = ParseErrorBody(response.body);
  error.status = response.status;
  error.body_lost = response.body_lost;
  const std::string region = response.Header("x-amz-bucket-region");
  if (!region.empty()) {
    error.bucket_region = region;
  }
  const std::string request_id = response.Header("x-amz-request-id");
  if (!request_id.empty()) {
    error.request_id = request_id;
  }
  error.retry_after = response.Header("Retry-After");
  // The response to a HEAD has no body that could name the cause.
  const std::string date = response.Header("Date");
  if (error.status == 403 && error.code.empty() && IsSkewed(date)) {
    error.code = "RequestTimeTooSkewed";
    error.request_time = NowAsText();
    error.server_time = date;
  }
  return error;
}

std::chrono::milliseconds ParseRetryAfter(const std::string& retry_after) {
  if (const std::optional<uint64_t> seconds = ParseUnsigned(retry_after)) {
    return std::chrono::seconds(
        std::min<uint64_t>(*seconds, kMaxRetryAfterSeconds));
  }
  const int64_t time = ParseTime(retry_after);
  const int64_t now = ParseTime(NowAsText());
  if (time <= now) {
    return std::chrono::milliseconds(0);
  }
  return std::chrono::milliseconds((time - now) / 1000000);
}

}  // namespace s3
}  // namespace tfs3
