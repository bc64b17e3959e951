// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/http_error.h"

#include <string>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(ParseErrorBodyTest, ReadsAnS3Error) {
  const HttpError error = ParseErrorBody(
      "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>"
      "<Message>Access &lt;Denied&gt;</Message><Region>eu-west-1</Region>"
      "<RequestId>r1</RequestId><HostId>h</HostId></Error>");
  EXPECT_EQ(error.code, "AccessDenied");
  EXPECT_EQ(error.message, "Access <Denied>");
  EXPECT_EQ(error.bucket_region, "eu-west-1");
  EXPECT_EQ(error.request_id, "r1");
  EXPECT_EQ(error.text, "");
}

TEST(ParseErrorBodyTest, ReadsTheFormatsOfOtherStores) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  for (const std::string body :
       {"<Error><Message>no</Message><Code>AccessDenied</Code></Error>",
        "<Error>\n  <Code>\n    AccessDenied\n  </Code>\n"
        "  <Message>no</Message>\n</Error>",
        "\xef\xbb\xbf<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>"
        "<Message>no</Message></Error>",
        "<s3:Error xmlns:s3=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<s3:Code>AccessDenied</s3:Code><s3:Message>no</s3:Message>"
        "</s3:Error>",
        "<Error xmlns=\"u\"><Code><![CDATA[AccessDenied]]></Code><Message>n"
        "<!-- -->o</Message></Error>",
        "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message>"
        "</Error><RequestId>1</RequestId></ErrorResponse>",
        "<Response><Errors><Error><Code>AccessDenied</Code><Message>no"
        "</Message></Error></Errors></Response>",
        "{\"Code\": \"AccessDenied\", \"Message\": \"no\"}",
        " {\"message\": \"no\", \"code\": \"AccessDenied\", \"status\": 403}",
        "{\"error\": {\"code\": \"AccessDenied\", \"message\": \"no\"}}",
        "{\"Error\": {\"Message\": \"no\", \"Code\": \"AccessDenied\"}}"}) {
    const HttpError error = ParseErrorBody(body);
    EXPECT_EQ(error.code, "AccessDenied") << body;
    EXPECT_EQ(error.message, "no") << body;
    EXPECT_EQ(error.text, "") << body;
  }
}

TEST(ParseErrorBodyTest, AStatusInJsonIsNotACode) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  const std::string body = "{\"code\": 404, \"message\": \"page not found\"}";
  EXPECT_EQ(ParseErrorBody(body).code, "");
  EXPECT_EQ(ParseErrorBody(body).text, body);
}

TEST(ParseErrorBodyTest, KeepsTheTextOfOtherBodies) {
  for (const std::string body :
       {"", "Not Found", "<html><Code>no</Code></html>", "<Error><Code>x",
        "<Error></Error>"}) {
    const HttpError error = ParseErrorBody(body);
    EXPECT_EQ(error.code, "");
    EXPECT_EQ(error.text, body);
  }
}

TEST(ParseErrorBodyTest, ReadsTheCodeOfACutError) {
  const HttpError error = ParseErrorBody(
      "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code><Message>The "
      "spec");
  EXPECT_EQ(error.code, "NoSuchKey");
  EXPECT_FALSE(error.is_cut);
}

TEST(ParseErrorBodyTest, RecognizesAnErrorThatIsCutBeforeItsCode) {
  for (const std::string body :
       {"<?xml vers", "<?xml version=\"1.0\"?>\n<Err", "<Error><Code>NoSuchK",
        "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Co"}) {
    EXPECT_TRUE(ParseErrorBody(body).is_cut) << body;
  }
  for (const std::string body :
       {"", "Not Found", "<html><Code>no</Code></html>", "<Error></Error>",
        "<?xml version=\"1.0\"?><html><body>404"}) {
    EXPECT_FALSE(ParseErrorBody(body).is_cut) << body;
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
