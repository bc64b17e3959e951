// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests which requests have the headers of settings: encryption and requester
// pays.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/object_copy.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

S3Uri At(const std::string& key) { return *ParseUri("s3://models/" + key); }

std::string OperationOf(const FakeRequest& request) {
  const auto asks = [&request](const char* parameter) {
    return request.path.find(parameter) != std::string::npos;
  };
  const bool copies = request.headers.count("x-amz-copy-source") > 0;
  if (request.method == "HEAD") {
    return "HeadObject";
  }
  if (asks("list-type=2")) {
    return "ListObjectsV2";
  }
  if (asks("?uploads")) {
    return "CreateMultipartUpload";
  }
  if (asks("?delete")) {
    return "DeleteObjects";
  }
  if (asks("partNumber=")) {
    return copies ? "UploadPartCopy" : "UploadPart";
  }
  if (asks("uploadId=")) {
    return request.method == "POST" ? "CompleteMultipartUpload"
                                    : "AbortMultipartUpload";
  }
  if (request.method == "PUT") {
    return copies ? "CopyObject" : "PutObject";
  }
  return request.method == "DELETE" ? "DeleteObject" : "GetObject";
}

void RespondAsS3(const FakeRequest& request, FakeConnection& out) {
  const std::string operation = OperationOf(request);
  const std::map<std::string, std::string> bodies = {
      {"ListObjectsV2", "<ListBucketResult></ListBucketResult>"},
      {"CreateMultipartUpload",
       "<InitiateMultipartUploadResult><UploadId>id</UploadId>"
       "</InitiateMultipartUploadResult>"},
      {"DeleteObjects", "<DeleteResult/>"},
      {"UploadPartCopy", "<CopyPartResult><ETag>\"e\"</ETag></CopyPartResult>"},
      {"CopyObject", "<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>"},
      {"CompleteMultipartUpload",
       "<CompleteMultipartUploadResult><ETag>\"e\"</ETag>"
       "</CompleteMultipartUploadResult>"}};
  if (operation == "HeadObject") {
    out.Send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nETag: \"e\"\r\n\r\n");
    return;
  }
  const auto body = bodies.find(operation);
  out.Send(FakeResponse(200,
                        body != bodies.end()       ? body->second
                        : operation == "GetObject" ? "x"
                                                   : "",
                        "ETag: \"e\"\r\n"));
}

// Sends a request of each operation, and returns their headers with names that
// begin with `name`.
std::map<std::string, std::map<std::string, std::string>> HeadersOfRequests(
    const std::function<void(Options&)>& change, const std::string& name) {
  FakeHttpServer server(RespondAsS3);
  Options options;
  options.endpoint = server.url();
  options.endpoint_source = "S3_ENDPOINT";
  options.request_timeout = std::chrono::seconds(20);
  change(options);
  const GetenvFn getenv_fn =
      [](const char* variable) -> std::optional<std::string> {
    const std::string text = variable;
    if (text == "AWS_ACCESS_KEY_ID") {
      return "testkey";
    }
    if (text == "AWS_SECRET_ACCESS_KEY") {
      return "geheim";
    }
    return std::nullopt;
  };
  Result<std::unique_ptr<Client>> client = Client::New(options, getenv_fn);
  EXPECT_TRUE(client.ok()) << client.status().message;
  Client& s3 = **client;
  char buffer[1];
  EXPECT_TRUE(s3.HeadObject(At("k")).ok());
  EXPECT_TRUE(s3.GetObject(At("k"), 0, buffer, 1, "").ok());
  EXPECT_TRUE(s3.ListObjects(At("k"), ListRequest()).ok());
  EXPECT_TRUE(s3.PutObject(At("k"), "x").ok());
  EXPECT_TRUE(s3.CreateMultipartUpload(At("k")).ok());
  EXPECT_TRUE(s3.UploadPart(At("k"), "id", 1, "x").ok());
  EXPECT_TRUE(s3.UploadPartCopy(At("k"), 0, 1, "", At("l"), "id", 1).ok());
  EXPECT_TRUE(s3.CompleteMultipartUpload(At("k"), "id", {"\"e\""}).ok());
  EXPECT_TRUE(s3.AbortMultipartUpload(At("k"), "id").ok());
  EXPECT_TRUE(s3.CopyObject(At("k"), "", At("l")).ok());
  EXPECT_TRUE(s3.DeleteObject(At("k")).ok());
  EXPECT_TRUE(s3.DeleteObjects(At(""), {"k"}).ok());
  std::map<std::string, std::map<std::string, std::string>> headers;
  std::set<std::string> operations;
  for (const FakeRequest& request : server.requests()) {
    operations.insert(OperationOf(request));
    for (const auto& [header, value] : request.headers) {
      if (header.compare(0, name.size(), name) != 0) {
        continue;
      }
      headers[OperationOf(request)][header] = value;
      EXPECT_THAT(request.headers.at("authorization"), HasSubstr(header));
    }
  }
  EXPECT_EQ(operations.size(), 12u);
  return headers;
}

constexpr char kEncryption[] = "x-amz-server-side-encryption";

TEST(ClientSettingsTest, WithoutSettingsThereAreNoHeaders) {
  const auto none = [](Options&) {};
  EXPECT_THAT(HeadersOfRequests(none, kEncryption), IsEmpty());
  EXPECT_THAT(HeadersOfRequests(none, "x-amz-request-payer"), IsEmpty());
}

TEST(ClientSettingsTest, RequestsThatCreateAnObjectHaveItsEncryption) {
  const auto headers = HeadersOfRequests(
      [](Options& options) { options.encryption.algorithm = "AES256"; },
      kEncryption);
  const auto encryption = ElementsAre(Pair(kEncryption, "AES256"));
  EXPECT_THAT(headers, ElementsAre(Pair("CopyObject", encryption),
                                   Pair("CreateMultipartUpload", encryption),
                                   Pair("PutObject", encryption)));
}

TEST(ClientSettingsTest, KmsHasTheKeyAndTheBucketKey) {
  const auto headers = HeadersOfRequests(
      [](Options& options) {
        options.encryption.algorithm = "aws:kms";
        options.encryption.kms_key_id = "arn:aws:kms:us-east-1:1:key/k";
        options.encryption.bucket_key = true;
      },
      kEncryption);
  const auto encryption = ElementsAre(
      Pair(kEncryption, "aws:kms"),
      Pair("x-amz-server-side-encryption-aws-kms-key-id",
           "arn:aws:kms:us-east-1:1:key/k"),
      Pair("x-amz-server-side-encryption-bucket-key-enabled", "true"));
  EXPECT_THAT(headers, ElementsAre(Pair("CopyObject", encryption),
                                   Pair("CreateMultipartUpload", encryption),
                                   Pair("PutObject", encryption)));
}

TEST(ClientSettingsTest, AllRequestsHaveRequesterPays) {
  const auto headers =
      HeadersOfRequests([](Options& options) { options.requester_pays = true; },
                        "x-amz-request-payer");
  EXPECT_EQ(headers.size(), 12u);
  for (const auto& [operation, values] : headers) {
    EXPECT_THAT(values, ElementsAre(Pair("x-amz-request-payer", "requester")))
        << operation;
  }
}

// CreateMultipartUpload has the encryption; the parts do not.
TEST(ClientSettingsTest, ACopyInPartsIsEncrypted) {
  FakeHttpServer server(RespondAsS3);
  Options options;
  options.endpoint = server.url();
  options.endpoint_source = "S3_ENDPOINT";
  options.request_timeout = std::chrono::seconds(20);
  options.anonymous = true;
  options.encryption.algorithm = "AES256";
  Result<std::unique_ptr<Client>> client =
      Client::New(options, [](const char*) { return std::nullopt; });
  ASSERT_TRUE(client.ok());
  ObjectInfo info;
  info.size = 12 << 20;
  info.etag = "\"e\"";
  const Status status =
      CopyWholeObject(**client, At("k"), info, At("l"), uint64_t{6} << 20);
  ASSERT_TRUE(status.ok()) << status.message;
  std::vector<std::string> encrypted;
  for (const FakeRequest& request : server.requests()) {
    if (request.headers.count(kEncryption) > 0) {
      encrypted.push_back(OperationOf(request));
    }
  }
  EXPECT_THAT(encrypted, ElementsAre("CreateMultipartUpload"));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
