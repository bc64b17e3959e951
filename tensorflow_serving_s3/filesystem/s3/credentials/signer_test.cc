// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// live_test.cc tests the signatures with a real store.
#include "tensorflow_serving_s3/filesystem/s3/credentials/signer.h"

#include <map>
#include <string>

#include "aws/auth/credentials.h"
#include "aws/common/byte_buf.h"
#include "aws/http/request_response.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;

std::string Text(aws_byte_cursor cursor) {
  return std::string(reinterpret_cast<const char*>(cursor.ptr), cursor.len);
}

std::map<std::string, std::string> Headers(aws_http_message* message) {
  std::map<std::string, std::string> headers;
  for (size_t i = 0; i < aws_http_message_get_header_count(message); ++i) {
    aws_http_header header;
    aws_http_message_get_header(message, &header, i);
    headers[Text(header.name)] = Text(header.value);
  }
  return headers;
}

Credentials MakeCredentials(const std::string& token) {
  const auto cursor = [](const std::string& text) {
    return aws_byte_cursor_from_array(text.data(), text.size());
  };
  const std::string id = "AKID";
  const std::string secret = "geheim";
  Credentials credentials;
  credentials.value.reset(
      aws_credentials_new(AwsRuntime::allocator(), cursor(id), cursor(secret),
                          cursor(token), UINT64_MAX),
      aws_credentials_release);
  return credentials;
}

TEST(SignerTest, AddsTheHeadersOfASignature) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  HttpMessagePtr message = NewMessage("GET", "/models/a%20b");
  AddHeader(message.get(), "Host", "127.0.0.1:9000");
  const Status status =
      SignRequest(message.get(), MakeCredentials("tok"), "eu-west-1");
  ASSERT_TRUE(status.ok()) << status.message;
  const auto headers = Headers(message.get());
  EXPECT_THAT(
      headers,
      ElementsAre(Key("Authorization"), Key("Host"), Key("X-Amz-Date"),
                  Key("X-Amz-Security-Token"), Key("x-amz-content-sha256")));
  EXPECT_THAT(headers.at("Authorization"),
              HasSubstr("/eu-west-1/s3/aws4_request"));
  EXPECT_EQ(headers.at("X-Amz-Security-Token"), "tok");
}

TEST(SignerTest, TheTokenOfASessionHasItsOwnHeader) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  HttpMessagePtr message = NewMessage("GET", "/a");
  AddHeader(message.get(), "Host", "h");
  const Status status =
      SignRequest(message.get(), MakeCredentials("tok"), "us-west-2", {},
                  "s3express", /*express_session=*/true);
  ASSERT_TRUE(status.ok()) << status.message;
  const auto headers = Headers(message.get());
  EXPECT_THAT(
      headers,
      ElementsAre(Key("Authorization"), Key("Host"), Key("X-Amz-Date"),
                  Key("X-Amz-S3session-Token"), Key("x-amz-content-sha256")));
  EXPECT_THAT(headers.at("Authorization"),
              AllOf(HasSubstr("/us-west-2/s3express/aws4_request"),
                    HasSubstr("x-amz-s3session-token")));
  EXPECT_EQ(headers.at("X-Amz-S3session-Token"), "tok");
}

TEST(SignerTest, AnonymousAddsNothing) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  HttpMessagePtr message = NewMessage("GET", "/models/a");
  AddHeader(message.get(), "Host", "h");
  ASSERT_TRUE(SignRequest(message.get(), Credentials(), "eu-west-1").ok());
  EXPECT_THAT(Headers(message.get()), ElementsAre(Key("Host")));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
