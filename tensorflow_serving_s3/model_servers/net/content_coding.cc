// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/content_coding.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/net/gzip.h"

namespace tfs3::net {
namespace {

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

// Removes the part before the next `separator` from `text` and returns it.
std::string_view ConsumePart(char separator, std::string_view* text) {
  const size_t end = std::min(text->find(separator), text->size());
  const std::string_view part = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return Trim(part);
}

bool IsGzip(std::string_view coding) {
  return EqualIgnoringCase(coding, "gzip") ||
         EqualIgnoringCase(coding, "x-gzip");
}

HttpError InflateFailure(InflateError error, const InflateLimits& limits,
                         uint64_t bytes) {
  switch (error) {
    case InflateError::kTooLong:
      return {413,
              absl::StrCat("The request's body is larger than the limit of ",
                           limits.max_bytes,
                           " bytes (--rest_api_max_inflated_bytes) when it is "
                           "inflated; send it in smaller parts")};
    case InflateError::kRatioTooHigh:
      return {413,
              absl::StrCat("The request's body has ", bytes,
                           " bytes and inflates to more than ",
                           BoundOf(bytes, limits).max_bytes,
                           ", which is more than ", limits.max_ratio,
                           " times as many (--max_inflate_ratio); "
                           "send it in smaller parts or without compression")};
    case InflateError::kInvalid:
    case InflateError::kNone:
      break;
  }
  return {400,
          "The request's body is not valid gzip, as its Content-Encoding says, "
          "or is cut short"};
}

}  // namespace

std::optional<HttpError> InflateBody(const InflateLimits& limits,
                                     HttpRequest* request,
                                     PaddedBuffer* inflated) {
  if (request->body->empty()) {
    return std::nullopt;
  }
  const auto coding = request->FindHeader("Content-Encoding");
  if (!coding.has_value()) {
    return std::nullopt;
  }
  switch (ContentCodingOf(*coding)) {
    case ContentCoding::kIdentity:
      return std::nullopt;
    case ContentCoding::kGzip:
      break;
    case ContentCoding::kOther:
      return HttpError{415, absl::StrCat("Content-Encoding: ", *coding,
                                         " is not supported; send the body "
                                         "with gzip or without compression")};
  }
  const InflateError error = Gunzip(request->body->view(), limits, inflated);
  if (error != InflateError::kNone) {
    return InflateFailure(error, limits, request->body->size());
  }
  request->body = inflated;
  return std::nullopt;
}

void CompressResponse(const HttpRequest& request, uint64_t min_bytes,
                      HttpResponse* response) {
  if (response->body.size() < min_bytes) {
    return;
  }
  for (const auto& [name, value] : response->headers) {
    if (EqualIgnoringCase(name, "Content-Encoding")) {
      return;
    }
  }
  response->headers.emplace_back("Vary", "Accept-Encoding");
  const auto accepted = request.FindHeader("Accept-Encoding");
  if (!accepted.has_value() || !AcceptsGzip(*accepted)) {
    return;
  }
  if (std::optional<std::string> gzip = Gzip(response->body)) {
    response->body = *std::move(gzip);
    response->headers.emplace_back("Content-Encoding", "gzip");
  }
}

bool AcceptsGzip(std::string_view accept_encoding) {
  bool accepts_any = false;
  while (!accept_encoding.empty()) {
    std::string_view part = ConsumePart(',', &accept_encoding);
    const std::string_view coding = ConsumePart(';', &part);
    // A quality of 0, such as "q=0" or "q=0.000", refuses the coding.
    const bool refused =
        EqualIgnoringCase(part.substr(0, 2), "q=") &&
        part.substr(2).find_first_not_of("0.") == std::string_view::npos;
    if (IsGzip(coding)) {
      return !refused;
    }
    if (coding == "*") {
      accepts_any = !refused;
    }
  }
  return accepts_any;
}

ContentCoding ContentCodingOf(std::string_view content_encoding) {
  ContentCoding coding = ContentCoding::kIdentity;
  while (!content_encoding.empty()) {
    const std::string_view part = ConsumePart(',', &content_encoding);
    if (part.empty() || EqualIgnoringCase(part, "identity")) {
      continue;
    }
    if (coding != ContentCoding::kIdentity || !IsGzip(part)) {
      return ContentCoding::kOther;
    }
    coding = ContentCoding::kGzip;
  }
  return coding;
}

}  // namespace tfs3::net
