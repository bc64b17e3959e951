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
#include "tensorflow_serving_s3/filesystem/s3/http/error_classes.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_error.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/errors_test_util.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ErrorsTest, QuotesTheTextOfAGateway) {
  HttpError error = ParseErrorBody("<html><h1>Forbidden by\nproxy</h1></html>");
  error.status = 403;
  const Status status = FromHttpError(TestContext("GetObject"), error);
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  EXPECT_THAT(status.message,
              HasSubstr("403 for GetObject: \"<html><h1>Forbidden by "
                        "proxy</h1></html>\". The credentials"));
}

TEST(ErrorsTest, DeniedListNamesActionResourceAndCredentials) {
  const Status status =
      FromHttpError(TestContext("ListObjectsV2"),
                    TestError(403, "AccessDenied", "Access Denied."));
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  EXPECT_EQ(
      status.message,
      "s3://models/half/1: 403 AccessDenied for ListObjectsV2: Access "
      "Denied. The credentials came from the profile \"ci\"; their policy "
      "must allow s3:ListBucket on arn:aws:s3:::models. If the requester pays "
      "for the bucket, set AWS_REQUEST_PAYER=requester");
}

TEST(ErrorsTest, CodesAndCures) {
  struct Case {
    std::string operation;
    HttpError error;
    TF_Code code;
    std::vector<std::string> parts;
  };
  HttpError wrong_region = TestError(301, "PermanentRedirect");
  wrong_region.bucket_region = "eu-west-1";
  HttpError wrong_region_head = TestError(400, "");
  wrong_region_head.bucket_region = "eu-west-1";
  HttpError tls = TestError(400, "");
  tls.text = "Client sent an HTTP request to an HTTPS server.\n";
  HttpError archived = ParseErrorBody(
      "<Error><Code>InvalidObjectState</Code><Message>The operation is not "
      "valid for the object's storage class</Message>"
      "<StorageClass>DEEP_ARCHIVE</StorageClass></Error>");
  archived.status = 403;
  HttpError html = TestError(404, "");
  html.text = "<html>\n404 page not found";
  const std::vector<Case> cases = {
      {"GetObject",
       TestError(403, "AccessDenied"),
       TF_PERMISSION_DENIED,
       {"s3:GetObject on arn:aws:s3:::models/half/1", "profile \"ci\""}},
      {"HeadObject",
       TestError(403, ""),
       TF_PERMISSION_DENIED,
       {"403 for HeadObject", "s3:GetObject"}},
      {"GetObject",
       TestError(403, "InvalidAccessKeyId"),
       TF_PERMISSION_DENIED,
       {"does not know their access key ID", "S3_ENDPOINT"}},
      {"GetObject",
       TestError(403, "SignatureDoesNotMatch"),
       TF_PERMISSION_DENIED,
       {"check the secret key", "us-east-1"}},
      {"GetObject",
       TestError(403, "RequestTimeTooSkewed"),
       TF_PERMISSION_DENIED,
       {"clock"}},
      {"GetObject",
       archived,
       TF_FAILED_PRECONDITION,
       {"403 InvalidObjectState", "in an archive (DEEP_ARCHIVE)",
        "restore it"}},
      {"CopyObject",
       TestError(403, "InvalidObjectState"),
       TF_FAILED_PRECONDITION,
       {"in an archive, and S3 does not"}},
      {"GetObject",
       TestError(400, "ExpiredToken"),
       TF_UNAUTHENTICATED,
       {"renew"}},
      {"GetObject",
       TestError(404, "NoSuchBucket"),
       TF_NOT_FOUND,
       {"bucket \"models\"", "http://127.0.0.1:9000, set by S3_ENDPOINT"}},
      {"GetObject",
       TestError(404, "NoSuchKey"),
       TF_NOT_FOUND,
       {"does not exist"}},
      {"HeadObject", TestError(404, ""), TF_NOT_FOUND, {"does not exist"}},
      {"ListObjectsV2",
       html,
       TF_UNAVAILABLE,
       {"not the response of an S3 store (\"<html> 404 page not found\")"}},
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
       TestError(412, "PreconditionFailed"),
       TF_FAILED_PRECONDITION,
       {"replaced while it was being read"}},
      {"GetObject",
       TestError(416, "InvalidRange"),
       TF_OUT_OF_RANGE,
       {"after the end of the object"}},
      {"GetObject", TestError(503, "SlowDown"), TF_UNAVAILABLE, {"SlowDown"}},
      {"GetObject", TestError(500, ""), TF_UNAVAILABLE, {"500 for GetObject"}},
      {"GetObject", TestError(429, ""), TF_UNAVAILABLE, {"429"}},
      {"GetObject",
       TestError(501, "NotImplemented"),
       TF_UNIMPLEMENTED,
       {"501"}},
      {"GetObject", TestError(400, "InvalidRequest"), TF_INVALID_ARGUMENT, {}},
      {"PutObject",
       TestError(409, "ExistingObjectIsDirectory"),
       TF_FAILED_PRECONDITION,
       {"in the way"}},
      {"PutObject",
       TestError(409, "OperationAborted"),
       TF_UNAVAILABLE,
       {"Another request changed the same object", "try again"}},
      {"CompleteMultipartUpload",
       TestError(409, "ConditionalRequestConflict"),
       TF_UNAVAILABLE,
       {"try again"}},
      {"CopyObject",
       TestError(412, "PreconditionFailed"),
       TF_FAILED_PRECONDITION,
       {"replaced during the copy"}},
      {"PutObject",
       TestError(412, "PreconditionFailed"),
       TF_FAILED_PRECONDITION,
       {"Another program changed", "write it again"}},
      {"GetObject",
       TestError(403, "AllAccessDisabled", "All access has been disabled"),
       TF_PERMISSION_DENIED,
       {"AWS has disabled all access", "Check the name of the bucket"}},
      {"GetObject",
       TestError(403, "AccountProblem"),
       TF_PERMISSION_DENIED,
       {"AWS has suspended the account", "AWS Support"}},
      {"GetObject",
       TestError(403, "InvalidPayer"),
       TF_PERMISSION_DENIED,
       {"the account that pays for the bucket"}},
      {"ListObjectsV2",
       TestError(403, "NotSignedUp"),
       TF_PERMISSION_DENIED,
       {"not signed up for S3"}},
      {"GetObject",
       TestError(403, "AccessDenied", "Requester Pays bucket"),
       TF_PERMISSION_DENIED,
       {"the requester pays for this bucket: set AWS_REQUEST_PAYER=requester"}},
      {"DeleteObject",
       TestError(403, "AccessDenied",
                 "Access Denied because object protected by object lock."),
       TF_PERMISSION_DENIED,
       {"the object is locked (S3 Object Lock)", "retention"}},
      {"GetObject",
       TestError(403, "AccessDenied",
                 "The ciphertext refers to a customer master key that does not "
                 "exist, does not exist in this region, or you are not allowed "
                 "to access."),
       TF_PERMISSION_DENIED,
       {"must allow kms:Decrypt, on the key"}},
      {"GetObject",
       TestError(400, "KMS.DisabledException", "arn:aws:kms:k is disabled."),
       TF_FAILED_PRECONDITION,
       {"The KMS key cannot be used", "enabled"}},
      {"GetObject",
       TestError(400, "KMS.KMSInvalidStateException", "k is pending deletion."),
       TF_FAILED_PRECONDITION,
       {"deletion"}},
      {"GetObject",
       TestError(
           400, "InvalidRequest",
           "The object was stored using a form of Server Side Encryption. "
           "The correct parameters must be provided to retrieve the "
           "object."),
       TF_FAILED_PRECONDITION,
       {"(SSE-C)", "upload the object again"}},
      {"HeadObject", TestError(400, ""), TF_INVALID_ARGUMENT, {"(SSE-C)"}},
      {"GetObject",
       TestError(
           400, "InvalidArgument",
           "Requests specifying Server Side Encryption with AWS KMS managed "
           "keys must be made over a secure connection."),
       TF_FAILED_PRECONDITION,
       {"by https only", "S3_USE_HTTPS=1"}},
      {"UploadPart",
       TestError(404, "NoSuchUpload"),
       TF_ABORTED,
       {"ended the upload"}},
      {"GetObject", TestError(405, "Strange"), TF_UNKNOWN, {"405 Strange"}},
  };
  for (const Case& c : cases) {
    const Status status = FromHttpError(TestContext(c.operation), c.error);
    EXPECT_EQ(status.code, c.code) << status.message;
    EXPECT_THAT(status.message, HasSubstr("s3://models/half/1: "));
    for (const std::string& part : c.parts) {
      EXPECT_THAT(status.message, HasSubstr(part));
    }
  }
}

TEST(ErrorsTest, ClockSkewIsReportedWithBothTimes) {
  HttpError error = ParseErrorBody(
      "<Error><Code>RequestTimeTooSkewed</Code><Message>too far</Message>"
      "<RequestTime>20260131T120000Z</RequestTime>"
      "<ServerTime>2026-01-31T13:00:00Z</ServerTime></Error>");
  error.status = 403;
  EXPECT_EQ(FromHttpError(TestContext("GetObject"), error).message,
            "s3://models/half/1: 403 RequestTimeTooSkewed for GetObject: too "
            "far. The clocks of this machine and of the store differ too much: "
            "this machine has 20260131T120000Z, the store has "
            "2026-01-31T13:00:00Z; set this machine's clock (NTP)");
}

TEST(ErrorsTest, NamesTheResourceThatThePolicyMustAllow) {
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
    RequestContext context = TestContext("AnOperation");
    context.uri.bucket = c.bucket;
    context.uri.key = c.key;
    context.action = c.action;
    context.region = c.region;
    context.requester_pays = true;  // Not mentioned in the message.
    const std::string message =
        FromHttpError(context, TestError(403, "AccessDenied")).message + " ";
    EXPECT_THAT(message,
                HasSubstr("must allow " + c.action + " on " + c.resource));
    if (c.resource.back() != ' ') {
      EXPECT_THAT(message, testing::EndsWith(c.resource + " "));
    }
  }
}

TEST(ErrorsTest, QuotesRetryAfter) {
  HttpError error = TestError(503, "SlowDown");
  error.retry_after = "30";
  EXPECT_THAT(FromHttpError(TestContext("GetObject"), error).message,
              HasSubstr("it asks for a pause of 30 s (Retry-After)"));
}

TEST(ErrorsTest, SaysThatARequestWasAnonymous) {
  RequestContext context = TestContext("GetObject");
  context.anonymous = true;
  context.credentials_source = "AWS_NO_SIGN_REQUEST";
  EXPECT_THAT(
      FromHttpError(context, TestError(403, "AccessDenied")).message,
      HasSubstr("anonymous, set by AWS_NO_SIGN_REQUEST; the bucket must allow "
                "everyone s3:GetObject"));
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
    const Status status = FromTransportError(
        TestContext("GetObject"), c.error, 2, std::chrono::milliseconds(1500));
    EXPECT_EQ(status.code, TF_UNAVAILABLE);
    EXPECT_THAT(
        status.message,
        AllOf(HasSubstr("s3://models/half/1: GetObject got no response from "
                        "http://127.0.0.1:9000, set by S3_ENDPOINT, in 2 "
                        "attempts over 1500 ms: "),
              HasSubstr(c.part)));
    EXPECT_EQ(IsRetryableTransportError(c.error), c.retryable);
  }
}

TEST(TransportErrorTest, AClosedTlsConnectionMayMeanPlainHttp) {
  RequestContext context = TestContext("GetObject");
  context.endpoint.https = true;
  EXPECT_THAT(FromTransportError(context, AWS_IO_SOCKET_CLOSED, 1,
                                 std::chrono::milliseconds(1))
                  .message,
              HasSubstr("S3_USE_HTTPS=0"));
}

TEST(TransportErrorTest, NamesTheRegionOfAws) {
  RequestContext context = TestContext("GetObject");
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
