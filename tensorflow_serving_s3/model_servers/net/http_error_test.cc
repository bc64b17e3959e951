// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http_error.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace tfs3::net {
namespace {

TEST(HttpStatusTest, EachStatusCodeHasAnHttpStatus) {
  struct Case {
    absl::StatusCode code;
    int http_status;
  };
  const Case cases[] = {
      {absl::StatusCode::kOk, 200},
      {absl::StatusCode::kCancelled, 499},
      {absl::StatusCode::kUnknown, 500},
      {absl::StatusCode::kInvalidArgument, 400},
      {absl::StatusCode::kDeadlineExceeded, 504},
      {absl::StatusCode::kNotFound, 404},
      {absl::StatusCode::kAlreadyExists, 409},
      {absl::StatusCode::kPermissionDenied, 403},
      {absl::StatusCode::kResourceExhausted, 429},
      {absl::StatusCode::kFailedPrecondition, 400},
      {absl::StatusCode::kAborted, 409},
      {absl::StatusCode::kOutOfRange, 400},
      {absl::StatusCode::kUnimplemented, 501},
      {absl::StatusCode::kInternal, 500},
      {absl::StatusCode::kUnavailable, 503},
      {absl::StatusCode::kDataLoss, 500},
      {absl::StatusCode::kUnauthenticated, 401},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(HttpStatusOf(absl::Status(c.code, "message")), c.http_status)
        << absl::StatusCodeToString(c.code);
  }
}

TEST(ErrorBodyTest, HasTheMessageAsJson) {
  EXPECT_EQ(ErrorBody("no model named \"half\"\n"),
            R"({"error": "no model named \"half\"\n"})");
}

TEST(ErrorBodyTest, IsValidUtf8ForAnyMessage) {
  EXPECT_EQ(ErrorBody("bad \xff"), "{\"error\": \"bad \xef\xbf\xbd\"}");
}

TEST(ErrorBodyTest, CutsALongMessageBetweenCharacters) {
  std::string message = "x";
  for (int i = 0; i < 100000; ++i) {
    message += "\u00e9";
  }

  const std::string body = ErrorBody(message);

  EXPECT_LT(body.size(), 9000);
  EXPECT_EQ(body.substr(body.size() - 7), "\u00e9...\"}");
  EXPECT_EQ(body.find("\xef\xbf\xbd"), std::string::npos);
}

TEST(ErrorResponseTest, HasTheHeadersOfItsStatus) {
  using Headers = std::vector<std::pair<std::string, std::string>>;
  const Headers retry = {{"Retry-After", "1"}};
  EXPECT_EQ(ErrorResponse({400, "no"}).headers, Headers());
  EXPECT_EQ(ErrorResponse({415, "no"}).headers,
            (Headers{{"Accept-Encoding", "gzip"}}));
  EXPECT_EQ(ErrorResponse({429, "no"}).headers, retry);
  EXPECT_EQ(ErrorResponse({503, "no"}).headers, retry);
  EXPECT_EQ(ErrorResponse({503, "no"}).body, "{\"error\": \"no\"}");
}

}  // namespace
}  // namespace tfs3::net
