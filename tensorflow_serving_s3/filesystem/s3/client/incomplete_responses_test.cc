// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Responses of status 200 without a part. The client must not treat a missing
// part as zero or empty: it sends another request, or fails.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/client/list_parser.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials_chain.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const char kEtag[] = "ETag: \"e1\"\r\n";

// The response to each method. The server closes the connection after a body
// without a Content-Length.
using Answers = std::map<std::string, std::string>;

class IncompleteResponsesTest : public ::testing::Test {
 protected:
  IncompleteResponsesTest()
      : server_([this](const FakeRequest& request, FakeConnection& out) {
          const auto found = responses_.find(request.method);
          const std::string response =
              found == responses_.end() ? FakeResponse(404, "") : found->second;
          out.Send(response);
          if (request.method == "HEAD") {
            return;  // There is no body: keep the connection.
          }
          const bool chunked = response.find("chunked") != std::string::npos;
          if (response.find("Content-Length") == std::string::npos &&
              !chunked) {
            out.Close();
          }
          if (chunked && response.find("\r\n0\r\n") == std::string::npos) {
            out.Close();
          }
        }) {
    Options options;
    options.endpoint = server_.url();
    options.endpoint_source = "S3_ENDPOINT";
    options.anonymous = true;
    options.max_attempts = 2;
    client_ = *Client::New(
        options, [](const char*) { return std::optional<std::string>(); });
  }

  Result<ObjectRange> Get(size_t size = 20) {
    buffer_.assign(size, '?');
    return client_->GetObject(uri_, 0, buffer_.data(), size, "");
  }

  Answers responses_;
  const S3Uri uri_ = *ParseUri("s3://models/k");
  std::string buffer_;
  FakeHttpServer server_;
  std::unique_ptr<Client> client_;
};

// Returns the response to a HEAD.
std::string Head(const std::string& headers) {
  return "HTTP/1.1 200 OK\r\n" + headers + "\r\n";
}

TEST_F(IncompleteResponsesTest,
       ABodyWithoutALengthIsAnErrorAndNotAnEmptyObject) {
  const std::string etag = kEtag;
  const std::vector<std::string> bodies = {
      "HTTP/1.1 200 OK\r\nConnection: close\r\n" + etag + "\r\n0123456789",
      "HTTP/1.0 200 OK\r\n" + etag + "\r\n0123456789",
      "HTTP/1.1 206 Partial Content\r\nConnection: close\r\n"
      "Content-Range: bytes 0-9/10\r\n" +
          etag + "\r\n0123456789",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n" + etag +
          "\r\n0123456789",
      "HTTP/1.1 206 OK\r\nTransfer-Encoding: gzip, chunked\r\n"
      "Content-Range: bytes 0-9/10\r\n" +
          etag + "\r\na\r\n0123456789\r\n0\r\n\r\n"};
  for (const std::string& body : bodies) {
    for (const std::string& head :
         {Head("Content-Length: 10\r\n" + etag), Head(etag),
          std::string("HTTP/1.1 404 Not Found\r\n\r\n")}) {
      responses_ = {{"GET", body}, {"HEAD", head}};
      const Result<ObjectRange> range = Get();
      ASSERT_FALSE(range.ok()) << body << head;
      EXPECT_EQ(range.status().code, TF_UNAVAILABLE);
      EXPECT_THAT(range.status().message,
                  AllOf(HasSubstr("s3://models/k"),
                        HasSubstr("no Content-Length"), HasSubstr("proxy")));
    }
  }
}

TEST_F(IncompleteResponsesTest, AnEmptyObjectWithoutALengthNeedsAHead) {
  responses_ = {{"GET", std::string("HTTP/1.0 200 OK\r\n") + kEtag + "\r\n"},
                {"HEAD", Head(std::string("Content-Length: 0\r\n") + kEtag)}};
  const Result<ObjectRange> range = Get();
  ASSERT_TRUE(range.ok()) << range.status().message;
  EXPECT_EQ(range->bytes, 0u);
  EXPECT_EQ(range->object.etag, "\"e1\"");
}

TEST_F(IncompleteResponsesTest, AnErrorWithoutALengthIsTheErrorOfItsStatus) {
  for (const auto& [status, code] :
       std::vector<std::pair<std::string, TF_Code>>{
           {"403 Forbidden", TF_PERMISSION_DENIED},
           {"404 Not Found", TF_NOT_FOUND},
           {"503 Busy", TF_UNAVAILABLE}}) {
    responses_ = {{"GET", "HTTP/1.0 " + status + "\r\n\r\n<Error></Error>"}};
    EXPECT_EQ(Get().status().code, code) << status;
  }
}

TEST_F(IncompleteResponsesTest, ALostBodyIsNotTheResponseToTheNextRequest) {
  // The connection stays open, and the lost body looks like a response.
  bool lost = true;
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    if (request.method == "HEAD") {
      out.Send(Head(std::string("Content-Length: 3\r\n") + kEtag));
    } else if (std::exchange(lost, false)) {
      out.Send(std::string("HTTP/1.1 200 OK\r\n") + kEtag + "\r\n" +
               FakeResponse(200, "evil", kEtag));
    } else {
      out.Send(FakeResponse(200, "abc", kEtag));
    }
  });
  Options options;
  options.endpoint = server.url();
  options.anonymous = true;
  auto client = *Client::New(
      options, [](const char*) { return std::optional<std::string>(); });
  std::string buffer(20, '?');
  const Result<ObjectRange> range =
      client->GetObject(uri_, 0, buffer.data(), buffer.size(), "");
  ASSERT_TRUE(range.ok()) << range.status().message;
  EXPECT_EQ(buffer.substr(0, range->bytes), "abc");
}

TEST_F(IncompleteResponsesTest, ARangeWithoutTheSizeOfTheObjectNeedsAHead) {
  responses_ = {
      {"GET",
       FakeResponse(206, "0123",
                    std::string("Content-Range: bytes 0-3/*\r\n") + kEtag)},
      {"HEAD", Head(std::string("Content-Length: 10\r\n") + kEtag)}};
  const Result<ObjectRange> range = Get(4);
  ASSERT_TRUE(range.ok()) << range.status().message;
  EXPECT_EQ(buffer_, "0123");
  EXPECT_EQ(range->object.size, 10u);
  // The HEAD of another object, or without the size.
  for (const std::string& head :
       {Head("Content-Length: 10\r\nETag: \"e2\"\r\n"), Head(kEtag),
        Head(std::string("Content-Length: 2\r\n") + kEtag)}) {
    responses_["HEAD"] = head;
    EXPECT_EQ(Get(4).status().code, TF_UNAVAILABLE) << head;
  }
}

TEST_F(IncompleteResponsesTest, OtherResponsesToAGetAreErrors) {
  const std::string etag = kEtag;
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + etag + "\r\n";
  const std::vector<std::string> responses = {
      "HTTP/1.1 204 No Content\r\n" + etag + "Content-Length: 0\r\n\r\n",
      "HTTP/1.1 304 Not Modified\r\n" + etag + "Content-Length: 0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: \r\n" + etag + "\r\n0123",
      "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n" + etag + "\r\n0123",
      FakeResponse(416, "", "Content-Range: bytes */10\r\n"),
      chunked + "4\r\n0123\r\n",
      chunked + "4\r\n01",
      chunked,
  };
  for (const std::string& response : responses) {
    responses_ = {{"GET", response},
                  {"HEAD", Head("Content-Length: 10\r\n" + etag)}};
    EXPECT_FALSE(Get().ok()) << response;
  }
}

TEST_F(IncompleteResponsesTest, AHeadWithoutALengthNeedsARange) {
  responses_ = {
      {"HEAD", Head(std::string("Last-Modified: Sat, 31 Jan 2026 12:00:01 "
                                "GMT\r\n") +
                    kEtag)},
      {"GET",
       FakeResponse(206, "0",
                    std::string("Content-Range: bytes 0-0/10\r\n") + kEtag)}};
  const Result<ObjectInfo> info = client_->HeadObject(uri_);
  ASSERT_TRUE(info.ok()) << info.status().message;
  EXPECT_EQ(info->size, 10u);
  EXPECT_EQ(info->mtime_nsec, 1769860801000000000);
  // A store that does not send the size.
  responses_["GET"] = FakeResponse(416, "");
  EXPECT_EQ(client_->HeadObject(uri_).status().code, TF_UNAVAILABLE);
}

TEST_F(IncompleteResponsesTest, AnIncompleteListIsAnError) {
  const std::string whole =
      "<ListBucketResult><Contents><Key>k</Key><Size>1</Size></Contents>"
      "</ListBucketResult>";
  responses_ = {{"GET", FakeResponse(200, whole)}};
  EXPECT_TRUE(client_->ListObjects(uri_, {}).ok());
  const std::vector<std::string> responses = {
      "HTTP/1.0 200 OK\r\n\r\n" + whole,
      "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
      FakeResponse(200, ""),
      FakeResponse(200, whole.substr(0, whole.size() - 10)),
      FakeResponse(200,
                   "<ListBucketResult><Contents><Size>1</Size></Contents>"
                   "</ListBucketResult>"),
  };
  for (const std::string& response : responses) {
    responses_ = {{"GET", response}};
    EXPECT_EQ(client_->ListObjects(uri_, {}).status().code, TF_UNAVAILABLE)
        << response;
  }
}

TEST_F(IncompleteResponsesTest, AnEntryWithoutASizeHasAnUnknownSize) {
  for (const char* size : {"", "<Size/>"}) {
    responses_ = {
        {"GET",
         FakeResponse(200, std::string("<ListBucketResult><Contents>"
                                       "<Key>k</Key>") +
                               size + "</Contents></ListBucketResult>")}};
    const Result<Listing> listing = client_->ListObjects(uri_, {});
    ASSERT_TRUE(listing.ok()) << listing.status().message;
    ASSERT_EQ(listing->objects.size(), 1u);
    EXPECT_FALSE(listing->objects[0].has_size);
  }
}

TEST_F(IncompleteResponsesTest, AWriteWithoutItsResultIsAnError) {
  const S3Uri bucket = *ParseUri("s3://models");
  struct Case {
    std::string name, method;
    std::function<Status()> call;
    std::vector<std::string> bodies;
  };
  const std::vector<Case> cases = {
      {"CreateMultipartUpload",
       "POST",
       [&] { return client_->CreateMultipartUpload(uri_).status(); },
       {"", "<Result/>", "<Result><UploadId/></Result>"}},
      {"UploadPart",
       "PUT",
       [&] { return client_->UploadPart(uri_, "id", 1, "x").status(); },
       {""}},
      {"UploadPartCopy",
       "PUT",
       [&] {
         return client_->UploadPartCopy(uri_, 0, 1, "", uri_, "id", 1).status();
       },
       {"<CopyPartResult/>", "<CopyPartResult><ETag/></CopyPartResult>"}},
      {"CompleteMultipartUpload",
       "POST",
       [&] {
         return client_->CompleteMultipartUpload(uri_, "id", {"\"e\""})
             .status();
       },
       {"", "<Result/>", "<Error><Code>InternalError</Code></Error>"}},
      {"CopyObject",
       "PUT",
       [&] { return client_->CopyObject(uri_, "", uri_); },
       {"", "<Result/>", "<Error><Code>InternalError</Code></Error>"}},
      {"DeleteObjects",
       "POST",
       [&] { return client_->DeleteObjects(bucket, {"k"}).status(); },
       {"", "<Result/>", "<DeleteResult>"}},
  };
  for (const Case& c : cases) {
    for (const std::string& body : c.bodies) {
      responses_ = {{c.method, FakeResponse(200, body)}};
      EXPECT_FALSE(c.call().ok()) << c.name << ": " << body;
    }
    if (c.name == "UploadPart") {
      continue;
    }
    responses_ = {
        {c.method, "HTTP/1.0 200 OK\r\n\r\n<R><ETag>\"e\"</ETag></R>"}};
    const Status status = c.call();
    EXPECT_EQ(status.code, TF_UNAVAILABLE) << c.name;
    EXPECT_THAT(status.message,
                AllOf(HasSubstr(c.name), HasSubstr("no Content-Length")));
  }
}

// The services that issue credentials.
class IncompleteCredentialsTest : public ::testing::Test {
 protected:
  IncompleteCredentialsTest()
      : server_([this](const FakeRequest& request, FakeConnection& out) {
          const std::string response = responses_(request);
          out.Send(response);
          if (response.find("Content-Length") == std::string::npos) {
            out.Close();
          }
        }) {
    EXPECT_TRUE(AwsRuntime::Get().ok());
    std::ofstream(token_file_) << "token";
  }
  ~IncompleteCredentialsTest() override { std::remove(token_file_.c_str()); }

  Status Get() {
    return CredentialsChain(
               Options(),
               [&](const char* name) -> std::optional<std::string> {
                 const auto it = variables_.find(name);
                 if (it == variables_.end()) {
                   return std::nullopt;
                 }
                 return it->second;
               },
               (*AwsRuntime::Get())->client_bootstrap())
        .Get()
        .status();
  }

  const std::string token_file_ = ::testing::TempDir() + "/incomplete_token";
  std::map<std::string, std::string> variables_ = {
      {"AWS_EC2_METADATA_DISABLED", "true"},
      {"AWS_CONFIG_FILE", token_file_ + ".none"},
      {"AWS_SHARED_CREDENTIALS_FILE", token_file_ + ".none"}};
  std::function<std::string(const FakeRequest&)> responses_;
  FakeHttpServer server_;
};

TEST_F(IncompleteCredentialsTest, KeysOfARoleWithoutATokenAreAnError) {
  variables_["AWS_WEB_IDENTITY_TOKEN_FILE"] = token_file_;
  variables_["AWS_ROLE_ARN"] = "arn:aws:iam::123456789012:role/reader";
  variables_["AWS_ENDPOINT_URL_STS"] = server_.url();
  const std::string keys =
      "<R><R><Credentials><AccessKeyId>a</AccessKeyId>"
      "<SecretAccessKey>s</SecretAccessKey>";
  const std::string end = "</Credentials></R></R>";
  const std::string token = "<SessionToken>t</SessionToken>";
  std::string response = FakeResponse(200, keys + token + end);
  responses_ = [&](const FakeRequest&) { return response; };
  EXPECT_TRUE(Get().ok()) << Get().message;
  for (const std::string& incomplete :
       {FakeResponse(200, keys + end), FakeResponse(200, keys),
        FakeResponse(200, keys + "<SessionToken/>" + end),
        FakeResponse(200, ""),
        FakeResponse(200, keys + token + "</Credentials></R>")}) {
    response = incomplete;
    const Status status = Get();
    EXPECT_EQ(status.code, TF_UNAVAILABLE) << response;
    EXPECT_THAT(status.message, HasSubstr("SessionToken"));
  }
  response = "HTTP/1.0 200 OK\r\n\r\n" + keys + token + end;
  EXPECT_THAT(Get().message, HasSubstr("no Content-Length"));
}

TEST_F(IncompleteCredentialsTest, KeysOfAnInstanceWithoutATokenAreAnError) {
  variables_.erase("AWS_EC2_METADATA_DISABLED");
  variables_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server_.url();
  const std::string role = "/latest/meta-data/iam/security-credentials/";
  std::string keys = "{\"AccessKeyId\": \"a\", \"SecretAccessKey\": \"s\"}";
  bool has_length = true;
  responses_ = [&](const FakeRequest& request) {
    if (request.method == "PUT") {
      return FakeResponse(200, "metadata-token");
    }
    if (request.path != role) {
      return FakeResponse(200, keys);
    }
    return has_length ? FakeResponse(200, "reader")
                      : std::string("HTTP/1.0 200 OK\r\n\r\nreader");
  };
  EXPECT_EQ(Get().code, TF_UNAVAILABLE);
  EXPECT_THAT(Get().message, HasSubstr("SecretAccessKey and Token"));
  keys.insert(keys.size() - 1, ", \"Token\": \"t\"");
  EXPECT_TRUE(Get().ok()) << Get().message;
  // The name of the role cannot be read.
  has_length = false;
  EXPECT_THAT(Get().message, HasSubstr("no Content-Length"));
}

TEST_F(IncompleteCredentialsTest, AContainerWithoutKeysIsAnError) {
  variables_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server_.url() + "/c";
  std::string body;
  responses_ = [&](const FakeRequest&) { return FakeResponse(200, body); };
  for (const std::string& incomplete :
       {std::string(), std::string("{}"),
        std::string("{\"AccessKeyId\": \"a\"}"),
        std::string("{\"AccessKeyId\": \"\", \"SecretAccessKey\": \"s\"}"),
        std::string("{\"AccessKeyId\": null, \"SecretAccessKey\": null}")}) {
    body = incomplete;
    EXPECT_EQ(Get().code, TF_UNAVAILABLE) << body;
  }
  // The keys of a user have no token and do not expire.
  body = "{\"AccessKeyId\": \"a\", \"SecretAccessKey\": \"s\"}";
  EXPECT_TRUE(Get().ok()) << Get().message;
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
