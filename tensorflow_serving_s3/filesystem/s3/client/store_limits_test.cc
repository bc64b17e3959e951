// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Stores that reject a part of S3: the client omits optional parts, adds
// required ones, and remembers both.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/hash.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const char kNeedsMd5[] =
    "<Error><Code>InvalidRequest</Code><Message>Content-MD5 OR "
    "x-amz-checksum- HTTP header is required for Put Object requests with "
    "Object Lock parameters</Message></Error>";

S3Uri At(const std::string& key) { return *ParseUri("s3://models/" + key); }

std::string Refusal(int status, const std::string& code) {
  return FakeResponse(status, "<Error><Code>" + code + "</Code></Error>");
}

std::unique_ptr<Client> NewClient(const std::string& endpoint,
                                  Options options = {}) {
  options.endpoint = endpoint;
  options.endpoint_source = "S3_ENDPOINT";
  options.request_timeout = std::chrono::seconds(20);
  options.anonymous = true;
  options.anonymous_source = "AWS_NO_SIGN_REQUEST";
  const GetenvFn nothing = [](const char*) { return std::nullopt; };
  Result<std::unique_ptr<Client>> client = Client::New(options, nothing);
  EXPECT_TRUE(client.ok()) << client.status().message;
  return *std::move(client);
}

// Returns the requests, as "GET" or "PUT md5", in their order.
std::vector<std::string> Asked(const FakeHttpServer& server) {
  std::vector<std::string> asked;
  for (const FakeRequest& request : server.requests()) {
    std::string text = request.method;
    if (request.headers.count("x-amz-checksum-mode") != 0) {
      text += " mode";
    }
    const auto md5 = request.headers.find("content-md5");
    if (md5 != request.headers.end()) {
      EXPECT_EQ(md5->second, Md5InBase64(request.body));
      text += " md5";
    }
    asked.push_back(text);
  }
  return asked;
}

void HandleObject(FakeConnection& out) {
  out.Send(FakeResponse(206, "text",
                        "Content-Range: bytes 0-3/4\r\nETag: \"e\"\r\n"));
}

Status ReadText(Client& client) {
  char buffer[4];
  const Result<ObjectRange> range =
      client.GetObject(At("k"), 0, buffer, sizeof(buffer), "");
  if (!range.ok()) {
    return range.status();
  }
  EXPECT_EQ(std::string(buffer, range->bytes), "text");
  return {};
}

TEST(StoreLimitsTest, ReadsWithoutTheChecksumModeThatAStoreRejects) {
  for (const auto& [status, code] :
       {std::pair<int, std::string>{400, "InvalidArgument"},
        {400, "InvalidRequest"},
        {501, "NotImplemented"}}) {
    FakeHttpServer server([status = status, code = code](
                              const FakeRequest& request, FakeConnection& out) {
      if (request.headers.count("x-amz-checksum-mode") != 0) {
        out.Send(Refusal(status, code));
      } else {
        HandleObject(out);
      }
    });
    auto client = NewClient(server.url());
    for (int i = 0; i < 2; ++i) {
      const Status read = ReadText(*client);
      EXPECT_TRUE(read.ok()) << read.message;
    }
    EXPECT_THAT(Asked(server), ElementsAre("GET mode", "GET", "GET")) << code;
  }
}

TEST(StoreLimitsTest, DoesNotRememberARefusalForAnotherReason) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(Refusal(400, "InvalidArgument"));
  });
  auto client = NewClient(server.url());
  for (int i = 0; i < 2; ++i) {
    const Status read = ReadText(*client);
    EXPECT_EQ(read.code, TF_INVALID_ARGUMENT);
    EXPECT_THAT(read.message, HasSubstr("400 InvalidArgument for GetObject"));
  }
  EXPECT_THAT(Asked(server), ElementsAre("GET mode", "GET", "GET mode", "GET"));
}

TEST(StoreLimitsTest, ChecksumsOfResponsesCanBeTurnedOff) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(206, "text",
                          "Content-Range: bytes 0-3/4\r\nETag: \"e\"\r\n"
                          "x-amz-checksum-crc32: AAAAAA==\r\n"));
  });
  Options options;
  options.checksum_of_responses = false;
  const Status read = ReadText(*NewClient(server.url(), options));
  EXPECT_TRUE(read.ok()) << read.message;
  EXPECT_THAT(Asked(server), ElementsAre("GET"));
}

void HandleWrite(FakeConnection& out) {
  out.Send(FakeResponse(200, "", "ETag: \"e\"\r\n"));
}

TEST(StoreLimitsTest, SendsTheChecksumThatABucketWithObjectLockRequires) {
  for (const std::string& refusal :
       {FakeResponse(400, kNeedsMd5), Refusal(400, "MissingContentMD5"),
        FakeResponse(400,
                     "<Error><Code>InvalidRequest</Code><Message>Missing "
                     "required header for this request: Content-MD5"
                     "</Message></Error>")}) {
    FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
      if (request.headers.count("content-md5") == 0) {
        out.Send(refusal);
      } else {
        HandleWrite(out);
      }
    });
    auto client = NewClient(server.url());
    EXPECT_TRUE(client->PutObject(At("k"), "body").ok());
    EXPECT_TRUE(client->UploadPart(At("k"), "id", 1, "part").ok());
    EXPECT_TRUE(client->PutObject(*ParseUri("s3://other/k"), "").ok());
    // One request without a checksum for each bucket.
    EXPECT_THAT(Asked(server),
                ElementsAre("PUT", "PUT md5", "PUT md5", "PUT", "PUT md5"));
  }
}

TEST(StoreLimitsTest, AStoreThatRejectsTheChecksumTooIsAnError) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(400, kNeedsMd5));
  });
  const Status status =
      NewClient(server.url())->PutObject(At("k"), "body").status();
  EXPECT_EQ(status.code, TF_INVALID_ARGUMENT);
  EXPECT_THAT(Asked(server), ElementsAre("PUT", "PUT md5"));
}

TEST(StoreLimitsTest, ChecksumsOfRequestsCanBeTurnedOn) {
  FakeHttpServer server(
      [](const FakeRequest&, FakeConnection& out) { HandleWrite(out); });
  Options options;
  options.checksum_of_requests = true;
  auto client = NewClient(server.url(), options);
  EXPECT_TRUE(client->PutObject(At("k"), "body").ok());
  EXPECT_TRUE(client->UploadPart(At("k"), "id", 1, "part").ok());
  // Directory buckets of AWS reject Content-MD5.
  EXPECT_TRUE(
      client->PutObject(*ParseUri("s3://a--use1-az4--x-s3/k"), "body").ok());
  EXPECT_TRUE(client->DeleteObject(At("k")).ok());
  EXPECT_THAT(Asked(server),
              ElementsAre("PUT md5", "PUT md5", "PUT", "DELETE"));
}

// Answers DeleteObjects with an error, without a body if `code` is "", and
// accepts DeleteObject.
FakeHttpServer::Handler RefuseDeleteObjects(int status,
                                            const std::string& code) {
  return [=](const FakeRequest& request, FakeConnection& out) {
    if (request.method == "POST") {
      out.Send(code.empty() ? FakeResponse(status, "") : Refusal(status, code));
    } else {
      out.Send("HTTP/1.1 204 No Content\r\n\r\n");
    }
  };
}

// Deletes the keys "a" and "b", with a call for each.
void DeleteAAndB(Client& client) {
  for (const std::string key : {"a", "b"}) {
    const auto left = client.DeleteObjects(At(""), {key});
    ASSERT_TRUE(left.ok()) << left.status().message;
    EXPECT_THAT(*left, IsEmpty());
  }
}

TEST(StoreLimitsTest, DeletesOneByOneWithoutDeleteObjects) {
  for (const auto& [status, code] :
       {std::pair<int, std::string>{501, "NotImplemented"},
        {405, "MethodNotAllowed"},
        {400, "NotImplemented"},
        {405, ""}}) {
    FakeHttpServer server(RefuseDeleteObjects(status, code));
    DeleteAAndB(*NewClient(server.url()));
    EXPECT_THAT(Asked(server), ElementsAre("POST md5", "DELETE", "DELETE"))
        << code;
    EXPECT_THAT(server.requests()[1].path, HasSubstr("/models/a"));
  }
}

TEST(StoreLimitsTest, DoesNotRememberAnUnclearRefusalOfDeleteObjects) {
  for (const auto& [status, code] :
       {std::pair<int, std::string>{400, "InvalidArgument"},
        {404, ""},
        {412, "PreconditionFailed"}}) {
    FakeHttpServer server(RefuseDeleteObjects(status, code));
    DeleteAAndB(*NewClient(server.url()));
    EXPECT_THAT(Asked(server),
                ElementsAre("POST md5", "DELETE", "POST md5", "DELETE"))
        << code;
  }
}

TEST(StoreLimitsTest, ReturnsOtherFailuresOfDeleteObjects) {
  for (const auto& [status, code, told] :
       {std::tuple<int, std::string, TF_Code>{403, "AccessDenied",
                                              TF_PERMISSION_DENIED},
        {404, "NoSuchBucket", TF_NOT_FOUND},
        {400, "ExpiredToken", TF_UNAUTHENTICATED}}) {
    FakeHttpServer server([status = status, code = code](const FakeRequest&,
                                                         FakeConnection& out) {
      out.Send(Refusal(status, code));
    });
    auto client = NewClient(server.url());
    EXPECT_EQ(client->DeleteObjects(At(""), {"a"}).status().code, told);
    EXPECT_THAT(Asked(server), ElementsAre("POST md5"));
  }
}

TEST(StoreLimitsTest, ReturnsTheFailureOfEachSingleDelete) {
  FakeHttpServer server([](const FakeRequest& request, FakeConnection& out) {
    if (request.method == "POST") {
      out.Send(Refusal(501, "NotImplemented"));
    } else if (request.path.find("denied") != std::string::npos) {
      out.Send(Refusal(403, "AccessDenied"));
    } else {
      out.Send("HTTP/1.1 204 No Content\r\n\r\n");
    }
  });
  const auto left =
      NewClient(server.url())->DeleteObjects(At(""), {"a", "denied", "b"});
  ASSERT_TRUE(left.ok()) << left.status().message;
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(left->front().key, "denied");
  EXPECT_THAT(left->front().message, HasSubstr("403 AccessDenied"));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
