// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/net/content_coding.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/net/gzip.h"

namespace tfs3::rest {

namespace {

// What `bytes` of gzip may become by their ratio.
uint64_t MostByRatio(uint64_t bytes, uint64_t max_ratio) {
  constexpr uint64_t kAny = std::numeric_limits<uint64_t>::max();
  if (max_ratio == 0 || bytes > kAny / max_ratio) return kAny;
  return std::max(kFreeInflatedBytes, bytes * max_ratio);
}

BodyError TooLargeError(const InflateLimits& limits, uint64_t bytes,
                        uint64_t most_by_ratio) {
  if (most_by_ratio >= limits.max_bytes) {
    return {413,
            absl::StrCat("The request's body is larger than the limit of ",
                         limits.max_bytes,
                         " bytes (--rest_api_max_inflated_bytes) when it is "
                         "inflated; send it in smaller parts")};
  }
  return {413, absl::StrCat("The request's body has ", bytes,
                            " bytes and inflates to more than ", most_by_ratio,
                            ", which is more than ", limits.max_ratio,
                            " times as many (--max_inflate_ratio); "
                            "send it in smaller parts or without compression")};
}

}  // namespace

std::optional<BodyError> InflateBody(const InflateLimits& limits,
                                     HttpRequest* request,
                                     PaddedBuffer* inflated) {
  if (request->body->empty()) return std::nullopt;
  const auto coding = request->FindHeader("Content-Encoding");
  if (!coding.has_value()) return std::nullopt;
  switch (ContentCodingOf(*coding)) {
    case ContentCoding::kIdentity:
      return std::nullopt;
    case ContentCoding::kGzip:
      break;
    case ContentCoding::kOther:
      return BodyError{
          415, absl::StrCat(
                   "Content-Encoding: ", *coding,
                   " is not understood; send the body as gzip or as it is")};
  }
  const uint64_t most_by_ratio =
      MostByRatio(request->body->size(), limits.max_ratio);
  switch (Gunzip(request->body->view(),
                 std::min(limits.max_bytes, most_by_ratio), inflated)) {
    case GunzipError::kNone:
      request->body = inflated;
      return std::nullopt;
    case GunzipError::kTooLarge:
      return TooLargeError(limits, request->body->size(), most_by_ratio);
    case GunzipError::kNotGzip:
      break;
  }
  return BodyError{400,
                   "The request's body is not valid gzip, as its "
                   "Content-Encoding says, or is cut short"};
}

void CompressAnswer(const HttpRequest& request, uint64_t min_bytes,
                    HttpResponse* response) {
  if (response->body.size() < min_bytes) return;
  for (const auto& [name, value] : response->headers) {
    if (EqualIgnoringCase(name, "Content-Encoding")) return;
  }
  response->headers.emplace_back("Vary", "Accept-Encoding");
  const auto accepted = request.FindHeader("Accept-Encoding");
  if (!accepted.has_value() || !AcceptsGzip(*accepted)) return;
  if (std::optional<std::string> gzip = Gzip(response->body)) {
    response->body = *std::move(gzip);
    response->headers.emplace_back("Content-Encoding", "gzip");
  }
}

}  // namespace tfs3::rest
