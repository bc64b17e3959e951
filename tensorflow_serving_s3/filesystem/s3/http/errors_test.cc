// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/errors.h"

#include <chrono>
#include <string>
#include <vector>

#include "aws/http/http.h"
#include "aws/io/io.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

RequestContext Context(const std::string& operation) {
  RequestContext context;
  context.uri = *ParseUri("s3://models/half/1");
  context.operation = operation;
  context.action =
      operation == "ListObjectsV2" ? "s3:ListBucket" : "s3:GetObject";
  context.endpoint.https = false;
  context.endpoint.host = "127.0.0.1";
  context.endpoint.port = 9000;
  context.endpoint_source = "S3_ENDPOINT";
  context.region = "us-east-1";
  context.region_source = "the default";
  context.credentials_source = "the profile \"ci\"";
  return context;
}

HttpError Answer(int status, const std::string& code,
                 const std::string& message = "") {
  HttpError error;
  error.status = status;
  error.code = code;
  error.message = message;
  return error;
}

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

TEST(ParseErrorBodyTest, ReadsErrorsInTheFormsOfOtherStores) {
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

TEST(ParseErrorBodyTest, AStatusInJsonIsNoCode) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  const std::string body = "{\"code\": 404, \"message\": \"page not found\"}";
  EXPECT_EQ(ParseErrorBody(body).code, "");
  EXPECT_EQ(ParseErrorBody(body).text, body);
}

TEST(HttpErrorTest, WhatAGatewaySaidIsQuoted) {
  HttpError error = ParseErrorBody("<html><h1>Forbidden by\nproxy</h1></html>");
  error.status = 403;
  const Status status = FromHttpError(Context("GetObject"), error);
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  EXPECT_THAT(status.message,
              HasSubstr("403 for GetObject: \"<html><h1>Forbidden by "
                        "proxy</h1></html>\". The credentials"));
}

TEST(ParseErrorBodyTest, KeepsTheTextOfAnythingElse) {
  for (const std::string body :
       {"", "Not Found", "<html><Code>no</Code></html>", "<Error><Code>x",
        "<Error></Error>"}) {
    const HttpError error = ParseErrorBody(body);
    EXPECT_EQ(error.code, "");
    EXPECT_EQ(error.text, body);
  }
}

TEST(ParseErrorBodyTest, TheCodeCountsAlsoWhereTheRestIsCut) {
  const HttpError error = ParseErrorBody(
      "<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code><Message>The "
      "spec");
  EXPECT_EQ(error.code, "NoSuchKey");
  EXPECT_FALSE(error.is_cut);
}

TEST(ParseErrorBodyTest, AnErrorThatIsCutBeforeItsCodeMayComeWholeNextTime) {
  for (const std::string body :
       {"<?xml vers", "<?xml version=\"1.0\"?>\n<Err", "<Error><Code>NoSuchK",
        "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Co"}) {
    HttpError error = ParseErrorBody(body);
    error.status = 404;
    EXPECT_TRUE(error.is_cut) << body;
    EXPECT_TRUE(IsRetryable(error)) << body;
  }
  for (const std::string body :
       {"", "Not Found", "<html><Code>no</Code></html>", "<Error></Error>",
        "<?xml version=\"1.0\"?><html><body>404"}) {
    HttpError error = ParseErrorBody(body);
    error.status = 404;
    EXPECT_FALSE(error.is_cut) << body;
    EXPECT_FALSE(IsRetryable(error)) << body;
  }
}

TEST(HttpErrorTest, DeniedListNamesActionResourceAndCredentials) {
  const Status status = FromHttpError(
      Context("ListObjectsV2"), Answer(403, "AccessDenied", "Access Denied."));
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  EXPECT_EQ(
      status.message,
      "s3://models/half/1: 403 AccessDenied for ListObjectsV2: Access "
      "Denied. The credentials came from the profile \"ci\"; their policy "
      "must allow s3:ListBucket on arn:aws:s3:::models. If the requester pays "
      "for the bucket, set AWS_REQUEST_PAYER=requester");
}

TEST(HttpErrorTest, CodesAndCures) {
  struct Case {
    std::string operation;
    HttpError error;
    TF_Code code;
    std::vector<std::string> parts;
  };
  HttpError wrong_region = Answer(301, "PermanentRedirect");
  wrong_region.bucket_region = "eu-west-1";
  HttpError wrong_region_head = Answer(400, "");
  wrong_region_head.bucket_region = "eu-west-1";
  HttpError tls = Answer(400, "");
  tls.text = "Client sent an HTTP request to an HTTPS server.\n";
  HttpError archived = ParseErrorBody(
      "<Error><Code>InvalidObjectState</Code><Message>The operation is not "
      "valid for the object's storage class</Message>"
      "<StorageClass>DEEP_ARCHIVE</StorageClass></Error>");
  archived.status = 403;
  HttpError html = Answer(404, "");
  html.text = "<html>\n404 page not found";
  const std::vector<Case> cases = {
      {"GetObject",
       Answer(403, "AccessDenied"),
       TF_PERMISSION_DENIED,
       {"s3:GetObject on arn:aws:s3:::models/half/1", "profile \"ci\""}},
      {"HeadObject",
       Answer(403, ""),
       TF_PERMISSION_DENIED,
       {"403 for HeadObject", "s3:GetObject"}},
      {"GetObject",
       Answer(403, "InvalidAccessKeyId"),
       TF_PERMISSION_DENIED,
       {"does not know their access key ID", "S3_ENDPOINT"}},
      {"GetObject",
       Answer(403, "SignatureDoesNotMatch"),
       TF_PERMISSION_DENIED,
       {"check the secret key", "us-east-1"}},
      {"GetObject",
       Answer(403, "RequestTimeTooSkewed"),
       TF_PERMISSION_DENIED,
       {"clock"}},
      {"GetObject",
       archived,
       TF_FAILED_PRECONDITION,
       {"403 InvalidObjectState", "in an archive (DEEP_ARCHIVE)",
        "restore it"}},
      {"CopyObject",
       Answer(403, "InvalidObjectState"),
       TF_FAILED_PRECONDITION,
       {"in an archive, from where"}},
      {"GetObject", Answer(400, "ExpiredToken"), TF_UNAUTHENTICATED, {"renew"}},
      {"GetObject",
       Answer(404, "NoSuchBucket"),
       TF_NOT_FOUND,
       {"bucket \"models\"", "http://127.0.0.1:9000, set by S3_ENDPOINT"}},
      {"GetObject", Answer(404, "NoSuchKey"), TF_NOT_FOUND, {"no such object"}},
      {"HeadObject", Answer(404, ""), TF_NOT_FOUND, {"no such object"}},
      {"ListObjectsV2",
       html,
       TF_UNAVAILABLE,
       {"not how an S3 store answers (\"<html> 404 page not found\")"}},
      {"ListObjectsV2",
       wrong_region,
       TF_FAILED_PRECONDITION,
       {"is in the region eu-west-1", "set AWS_REGION to eu-west-1"}},
      {"HeadObject",
       wrong_region_head,
       TF_FAILED_PRECONDITION,
       {"set AWS_REGION to eu-west-1"}},
      {"ListObjectsV2", tls, TF_UNAVAILABLE, {"https://", "S3_USE_HTTPS=1"}},
      {"GetObject",
       Answer(412, "PreconditionFailed"),
       TF_FAILED_PRECONDITION,
       {"replaced while it was being read"}},
      {"GetObject", Answer(416, "InvalidRange"), TF_OUT_OF_RANGE, {"shorter"}},
      {"GetObject", Answer(503, "SlowDown"), TF_UNAVAILABLE, {"SlowDown"}},
      {"GetObject", Answer(500, ""), TF_UNAVAILABLE, {"500 for GetObject"}},
      {"GetObject", Answer(429, ""), TF_UNAVAILABLE, {"429"}},
      {"GetObject", Answer(501, "NotImplemented"), TF_UNIMPLEMENTED, {"501"}},
      {"GetObject", Answer(400, "InvalidRequest"), TF_INVALID_ARGUMENT, {}},
      {"PutObject",
       Answer(409, "ExistingObjectIsDirectory"),
       TF_FAILED_PRECONDITION,
       {"in the way"}},
      {"PutObject",
       Answer(409, "OperationAborted"),
       TF_UNAVAILABLE,
       {"Another request was changing the same object", "try again"}},
      {"CompleteMultipartUpload",
       Answer(409, "ConditionalRequestConflict"),
       TF_UNAVAILABLE,
       {"try again"}},
      {"CopyObject",
       Answer(412, "PreconditionFailed"),
       TF_FAILED_PRECONDITION,
       {"replaced while it was being copied"}},
      {"PutObject",
       Answer(412, "PreconditionFailed"),
       TF_FAILED_PRECONDITION,
       {"changed by another program", "write it again"}},
      {"GetObject",
       Answer(403, "AllAccessDisabled", "All access has been disabled"),
       TF_PERMISSION_DENIED,
       {"AWS has disabled all access", "Check the name of the bucket"}},
      {"GetObject",
       Answer(403, "AccountProblem"),
       TF_PERMISSION_DENIED,
       {"AWS has stopped the account", "AWS Support"}},
      {"GetObject",
       Answer(403, "InvalidPayer"),
       TF_PERMISSION_DENIED,
       {"the account that pays for the bucket"}},
      {"ListObjectsV2",
       Answer(403, "NotSignedUp"),
       TF_PERMISSION_DENIED,
       {"not signed up for S3"}},
      {"GetObject",
       Answer(403, "AccessDenied", "Requester Pays bucket"),
       TF_PERMISSION_DENIED,
       {"the requester pays for this bucket: set AWS_REQUEST_PAYER=requester"}},
      {"DeleteObject",
       Answer(403, "AccessDenied",
              "Access Denied because object protected by object lock."),
       TF_PERMISSION_DENIED,
       {"the object is locked (S3 Object Lock)", "retention"}},
      {"GetObject",
       Answer(403, "AccessDenied",
              "The ciphertext refers to a customer master key that does not "
              "exist, does not exist in this region, or you are not allowed "
              "to access."),
       TF_PERMISSION_DENIED,
       {"must allow kms:Decrypt, on the key"}},
      {"GetObject",
       Answer(400, "KMS.DisabledException", "arn:aws:kms:k is disabled."),
       TF_FAILED_PRECONDITION,
       {"The KMS key cannot be used", "enabled"}},
      {"GetObject",
       Answer(400, "KMS.KMSInvalidStateException", "k is pending deletion."),
       TF_FAILED_PRECONDITION,
       {"deletion"}},
      {"GetObject",
       Answer(400, "InvalidRequest",
              "The object was stored using a form of Server Side Encryption. "
              "The correct parameters must be provided to retrieve the "
              "object."),
       TF_FAILED_PRECONDITION,
       {"(SSE-C)", "upload the object anew"}},
      {"HeadObject", Answer(400, ""), TF_INVALID_ARGUMENT, {"(SSE-C)"}},
      {"GetObject",
       Answer(400, "InvalidArgument",
              "Requests specifying Server Side Encryption with AWS KMS managed "
              "keys must be made over a secure connection."),
       TF_FAILED_PRECONDITION,
       {"by https only", "S3_USE_HTTPS=1"}},
      {"UploadPart",
       Answer(404, "NoSuchUpload"),
       TF_ABORTED,
       {"ended by somebody else"}},
      {"GetObject", Answer(405, "Strange"), TF_UNKNOWN, {"405 Strange"}},
  };
  for (const Case& c : cases) {
    const Status status = FromHttpError(Context(c.operation), c.error);
    EXPECT_EQ(status.code, c.code) << status.message;
    EXPECT_THAT(status.message, HasSubstr("s3://models/half/1: "));
    for (const std::string& part : c.parts) {
      EXPECT_THAT(status.message, HasSubstr(part));
    }
  }
}

TEST(HttpErrorTest, ClockSkewIsToldWithBothTimes) {
  HttpError error = ParseErrorBody(
      "<Error><Code>RequestTimeTooSkewed</Code><Message>too far</Message>"
      "<RequestTime>20260131T120000Z</RequestTime>"
      "<ServerTime>2026-01-31T13:00:00Z</ServerTime></Error>");
  error.status = 403;
  EXPECT_EQ(FromHttpError(Context("GetObject"), error).message,
            "s3://models/half/1: 403 RequestTimeTooSkewed for GetObject: too "
            "far. The clocks of this machine and of the store differ by too "
            "much: it is 20260131T120000Z here and 2026-01-31T13:00:00Z there; "
            "set this machine's clock (NTP)");
}

TEST(HttpErrorTest, ThePolicyIsToldItsResource) {
  const std::string point = "arn:aws:s3:us-west-2:123456789012:accesspoint";
  const std::string alias = "models-abc123-s3alias";
  const std::string of_alias =
      ", with the account and the name of the access point whose alias is " +
      alias;
  struct Case {
    std::string bucket;
    std::string key;
    std::string action;
    std::string region;
    std::string resource;
  };
  const std::vector<Case> cases = {
      {"models", "half/1", "s3:GetObject", "us-east-1",
       "arn:aws:s3:::models/half/1 "},
      {"models", "half/1", "s3:GetObject", "cn-north-1",
       "arn:aws-cn:s3:::models/half/1 "},
      {"models", "half/", "s3:ListBucket", "us-east-1", "arn:aws:s3:::models"},
      {"models", "", "s3:DeleteObject", "us-east-1", "arn:aws:s3:::models/*"},
      {point + "/models", "half/1", "s3:GetObject", "us-west-2",
       point + "/models/object/half/1 "},
      {point + ":models", "half/1", "s3:PutObject", "us-west-2",
       point + "/models/object/half/1"},
      {point + ":models", "half/", "s3:ListBucket", "us-west-2",
       point + "/models"},
      {point + "/models", "", "s3:DeleteObject", "us-west-2",
       point + "/models/object/*"},
      {alias, "half/1", "s3:PutObject", "eu-west-1",
       "arn:aws:s3:eu-west-1:ACCOUNT:accesspoint/NAME/object/half/1" +
           of_alias},
      {alias, "half/", "s3:ListBucket", "eu-west-1",
       "arn:aws:s3:eu-west-1:ACCOUNT:accesspoint/NAME" + of_alias},
  };
  for (const Case& c : cases) {
    RequestContext context = Context("AnOperation");
    context.uri.bucket = c.bucket;
    context.uri.key = c.key;
    context.action = c.action;
    context.region = c.region;
    // So that nothing is said of it.
    context.requester_pays = true;
    const std::string message =
        FromHttpError(context, Answer(403, "AccessDenied")).message + " ";
    EXPECT_THAT(message,
                HasSubstr("must allow " + c.action + " on " + c.resource));
    if (c.resource.back() != ' ') {
      EXPECT_THAT(message, testing::EndsWith(c.resource + " "));
    }
  }
}

TEST(HttpErrorTest, SaysHowLongTheStoreAsksToBeLeftAlone) {
  HttpError error = Answer(503, "SlowDown");
  error.retry_after = "30";
  EXPECT_THAT(FromHttpError(Context("GetObject"), error).message,
              HasSubstr("it asks to be left alone for 30 s (Retry-After)"));
}

TEST(HttpErrorTest, AnonymousIsSaid) {
  RequestContext context = Context("GetObject");
  context.anonymous = true;
  context.credentials_source = "AWS_NO_SIGN_REQUEST";
  EXPECT_THAT(
      FromHttpError(context, Answer(403, "AccessDenied")).message,
      HasSubstr("anonymous, as AWS_NO_SIGN_REQUEST asks; the bucket must allow "
                "everyone s3:GetObject"));
}

TEST(HttpErrorTest, RetriesWhatMayPass) {
  for (int status : {408, 429, 500, 502, 503, 504}) {
    EXPECT_TRUE(IsRetryable(Answer(status, ""))) << status;
  }
  EXPECT_TRUE(IsRetryable(Answer(400, "RequestTimeout")));
  EXPECT_TRUE(IsRetryable(Answer(409, "OperationAborted")));
  EXPECT_FALSE(IsRetryable(Answer(409, "ExistingObjectIsDirectory")));
  for (int status : {301, 400, 403, 404, 412, 416, 501}) {
    EXPECT_FALSE(IsRetryable(Answer(status, ""))) << status;
  }
}

TEST(TransportErrorTest, NamesEndpointAttemptsCauseAndCure) {
  ASSERT_TRUE(AwsRuntime::Get().ok());  // Registers the texts of the errors.
  struct Case {
    int error;
    bool retryable;
    std::string part;
  };
  const std::vector<Case> cases = {
      {AWS_IO_SOCKET_CONNECTION_REFUSED, true, "connection refused"},
      {AWS_IO_DNS_QUERY_FAILED, true, "127.0.0.1 cannot be resolved"},
      {AWS_IO_DNS_INVALID_NAME, false, "cannot be resolved"},
      {AWS_IO_SOCKET_TIMEOUT, true, "S3_CONNECT_TIMEOUT_MSEC"},
      {AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT, true,
       "S3_REQUEST_TIMEOUT_MSEC"},
      {AWS_IO_TLS_UNKNOWN_ROOT_CERTIFICATE, false, "AWS_CA_BUNDLE"},
      {AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE, false, "S3_USE_HTTPS=0"},
      {AWS_ERROR_HTTP_PROTOCOL_ERROR, true, "S3_USE_HTTPS=1"},
      {AWS_ERROR_HTTP_CONNECTION_CLOSED, true, "closed before"},
      {AWS_ERROR_HTTP_INVALID_PATH, true, "AWS_ERROR_HTTP_INVALID_PATH"},
  };
  for (const Case& c : cases) {
    const Status status = FromTransportError(Context("GetObject"), c.error, 2,
                                             std::chrono::milliseconds(1500));
    EXPECT_EQ(status.code, TF_UNAVAILABLE);
    EXPECT_THAT(
        status.message,
        AllOf(HasSubstr("s3://models/half/1: GetObject got no answer from "
                        "http://127.0.0.1:9000, set by S3_ENDPOINT, in 2 "
                        "attempts over 1500 ms: "),
              HasSubstr(c.part)));
    EXPECT_EQ(IsRetryableTransportError(c.error), c.retryable);
  }
}

TEST(TransportErrorTest, AClosedTlsConnectionMayMeanPlainHttp) {
  RequestContext context = Context("GetObject");
  context.endpoint.https = true;
  EXPECT_THAT(FromTransportError(context, AWS_IO_SOCKET_CLOSED, 1,
                                 std::chrono::milliseconds(1))
                  .message,
              HasSubstr("S3_USE_HTTPS=0"));
}

TEST(TransportErrorTest, AwsItselfIsNamedByItsRegion) {
  RequestContext context = Context("GetObject");
  context.endpoint_source = "";
  EXPECT_THAT(
      FromTransportError(context, AWS_IO_SOCKET_TIMEOUT, 1,
                         std::chrono::milliseconds(1))
          .message,
      AllOf(HasSubstr("for the region us-east-1, set by the default"),
            HasSubstr("set S3_ENDPOINT or AWS_ENDPOINT_URL"),
            HasSubstr("in 1 attempt over"), Not(HasSubstr("1 attempts"))));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
