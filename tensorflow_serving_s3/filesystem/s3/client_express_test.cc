// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests requests to a directory bucket (S3 Express One Zone), with a server
// that follows AWS's documentation. tests/s3_access/express_test.py tests the
// signatures.
#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/glob.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/tree_changes.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;

constexpr char kBucket[] = "models--usw2-az1--x-s3";

S3Uri At(const std::string& key) {
  return *ParseUri("s3://" + std::string(kBucket) + "/" + key);
}

std::string Session(int number) {
  return "<CreateSessionResult><Credentials><AccessKeyId>session" +
         std::to_string(number) +
         "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>"
         "token" +
         std::to_string(number) +
         "</SessionToken></Credentials></CreateSessionResult>";
}

bool AsksForSession(const FakeRequest& request) {
  const std::string end = "?session";
  return request.method == "GET" && request.path.size() > end.size() &&
         request.path.compare(request.path.size() - end.size(), end.size(),
                              end) == 0;
}

std::string Parameter(const FakeRequest& request, const std::string& name) {
  const size_t at = request.path.find(name + "=");
  if (at == std::string::npos) {
    return "";
  }
  const size_t begin = at + name.size() + 1;
  return request.path.substr(begin, request.path.find('&', begin) - begin);
}

// A directory bucket whose lists have pages of two entries, in reverse order.
class DirectoryBucket {
 public:
  explicit DirectoryBucket(std::vector<std::string> keys)
      : keys_(std::move(keys)),
        server_([this](const FakeRequest& request, FakeConnection& out) {
          out.Send(Respond(request));
        }) {
    std::sort(keys_.rbegin(), keys_.rend());
  }

  std::unique_ptr<Client> NewClient(
      const std::function<void(Options&)>& change = [](Options&) {}) const {
    Options options;
    options.endpoint = server_.url();
    options.endpoint_source = "S3_ENDPOINT";
    options.region = "us-west-2";
    options.request_timeout = std::chrono::seconds(20);
    options.max_attempts = 3;
    change(options);
    const GetenvFn getenv_fn =
        [](const char* name) -> std::optional<std::string> {
      const std::string text = name;
      if (text == "AWS_ACCESS_KEY_ID") {
        return "iam";
      }
      if (text == "AWS_SECRET_ACCESS_KEY") {
        return "geheim";
      }
      if (text == "AWS_SESSION_TOKEN") {
        return "iam-token";
      }
      return std::nullopt;
    };
    Result<std::unique_ptr<Client>> client = Client::New(options, getenv_fn);
    EXPECT_TRUE(client.ok()) << client.status().message;
    return *std::move(client);
  }

  std::vector<FakeRequest> requests() const { return server_.requests(); }
  std::vector<std::string> Paths() const {
    std::vector<std::string> paths;
    for (const FakeRequest& request : server_.requests()) {
      paths.push_back(request.method + " " + request.path);
    }
    return paths;
  }
  int sessions() const { return sessions_; }

  // Ends all sessions so far.
  void EndSessions() { ended_ = sessions_.load(); }

 private:
  std::string Respond(const FakeRequest& request) {
    if (AsksForSession(request)) {
      return FakeResponse(200, Session(++sessions_));
    }
    const auto token = request.headers.find("x-amz-s3session-token");
    if (token != request.headers.end() &&
        token->second == "token" + std::to_string(ended_)) {
      return FakeResponse(400, "<Error><Code>ExpiredToken</Code></Error>");
    }
    if (request.path.find("list-type=2") != std::string::npos) {
      return List(request);
    }
    if (request.method == "HEAD") {
      const std::string key =
          request.path.substr(std::string(kBucket).size() + 2);
      if (std::find(keys_.begin(), keys_.end(), key) == keys_.end()) {
        return "HTTP/1.1 404 Not Found\r\n\r\n";
      }
      return "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: \"r4nd0m\"\r\n\r\n";
    }
    if (request.method == "POST" &&
        request.path.find("?delete") != std::string::npos) {
      return FakeResponse(200, "<DeleteResult/>");
    }
    if (request.method == "PUT" &&
        request.headers.count("x-amz-copy-source") > 0) {
      return FakeResponse(200,
                          "<CopyObjectResult><ETag>\"e\"</ETag>"
                          "</CopyObjectResult>");
    }
    return FakeResponse(200, "", "ETag: \"r4nd0m\"\r\n");
  }

  std::string List(const FakeRequest& request) const {
    std::string prefix = Parameter(request, "prefix");
    for (size_t at; (at = prefix.find("%2F")) != std::string::npos;) {
      prefix.replace(at, 3, "/");
    }
    if (!prefix.empty() && prefix.back() != '/') {
      return FakeResponse(400, "<Error><Code>InvalidRequest</Code></Error>");
    }
    const bool delimit = !Parameter(request, "delimiter").empty();
    std::vector<std::string> entries;
    for (const std::string& key : keys_) {
      if (key.compare(0, prefix.size(), prefix) != 0) {
        continue;
      }
      const size_t slash = key.find('/', prefix.size());
      const std::string entry = delimit && slash != std::string::npos
                                    ? key.substr(0, slash + 1)
                                    : key;
      if (std::find(entries.begin(), entries.end(), entry) == entries.end()) {
        entries.push_back(entry);
      }
    }
    const std::string token = Parameter(request, "continuation-token");
    const size_t begin = token.empty() ? 0 : std::stoul(token);
    const size_t end = std::min(begin + 2, entries.size());
    std::string xml = "<ListBucketResult>";
    for (size_t i = begin; i < end; ++i) {
      const bool common = delimit && entries[i].size() > prefix.size() &&
                          entries[i].back() == '/';
      xml += common ? "<CommonPrefixes><Prefix>" + entries[i] +
                          "</Prefix></CommonPrefixes>"
                    : "<Contents><Key>" + entries[i] +
                          "</Key><Size>3</Size><ETag>&quot;r4nd0m&quot;</ETag>"
                          "</Contents>";
    }
    const bool truncated = end < entries.size();
    xml += truncated ? "<IsTruncated>true</IsTruncated>"
                       "<NextContinuationToken>" +
                           std::to_string(end) + "</NextContinuationToken>"
                     : "<IsTruncated>false</IsTruncated>";
    return FakeResponse(200, xml + "</ListBucketResult>");
  }

  std::vector<std::string> keys_;
  std::atomic<int> sessions_{0};
  std::atomic<int> ended_{0};
  FakeHttpServer server_;  // Ends first.
};

TEST(ClientExpressTest, OneSessionSignsTheRequestsToABucket) {
  DirectoryBucket bucket({"a"});
  auto client = bucket.NewClient();
  ASSERT_TRUE(client->HeadObject(At("a")).ok());
  ASSERT_TRUE(client->PutObject(At("b"), "x").ok());
  ASSERT_TRUE(client->DeleteObject(At("a")).ok());
  const std::string root = "/" + std::string(kBucket);
  EXPECT_THAT(bucket.Paths(),
              ElementsAre("GET " + root + "?session", "HEAD " + root + "/a",
                          "PUT " + root + "/b", "DELETE " + root + "/a"));
  const std::vector<FakeRequest> requests = bucket.requests();
  // CreateSession is signed with the credentials and has their token.
  EXPECT_THAT(requests[0].headers.at("authorization"),
              AllOf(HasSubstr("Credential=iam/"),
                    HasSubstr("/us-west-2/s3express/aws4_request")));
  EXPECT_EQ(requests[0].headers.at("x-amz-security-token"), "iam-token");
  EXPECT_EQ(requests[0].headers.count("x-amz-s3session-token"), 0u);
  for (size_t i = 1; i < requests.size(); ++i) {
    EXPECT_THAT(requests[i].headers.at("authorization"),
                AllOf(HasSubstr("Credential=session1/"),
                      HasSubstr("/us-west-2/s3express/aws4_request")));
    EXPECT_EQ(requests[i].headers.at("x-amz-s3session-token"), "token1");
    EXPECT_EQ(requests[i].headers.count("x-amz-security-token"), 0u);
  }
}

TEST(ClientExpressTest, CopiesAreSignedByTheCredentials) {
  DirectoryBucket bucket({"a"});
  auto client = bucket.NewClient();
  ASSERT_TRUE(client->CopyObject(At("a"), "", At("b")).ok());
  ASSERT_TRUE(client->UploadPartCopy(At("a"), 0, 3, "", At("b"), "id", 1).ok());
  EXPECT_EQ(bucket.sessions(), 0);
  for (const FakeRequest& request : bucket.requests()) {
    EXPECT_THAT(request.headers.at("authorization"),
                AllOf(HasSubstr("Credential=iam/"), HasSubstr("/s3express/")));
    EXPECT_EQ(request.headers.at("x-amz-security-token"), "iam-token");
  }
}

TEST(ClientExpressTest, CreatesASessionAfterTheExpiry) {
  DirectoryBucket bucket({"a"});
  auto client = bucket.NewClient();
  ASSERT_TRUE(client->HeadObject(At("a")).ok());
  bucket.EndSessions();
  const Result<std::string> etag = client->PutObject(At("b"), "x");
  EXPECT_TRUE(etag.ok()) << etag.status().message;
  EXPECT_EQ(bucket.sessions(), 2);
}

TEST(ClientExpressTest, SessionsCanBeDisabled) {
  DirectoryBucket bucket({"a"});
  auto client = bucket.NewClient(
      [](Options& options) { options.disable_express_sessions = true; });
  ASSERT_TRUE(client->HeadObject(At("a")).ok());
  EXPECT_EQ(bucket.sessions(), 0);
  const FakeRequest request = bucket.requests().front();
  EXPECT_THAT(request.headers.at("authorization"),
              AllOf(HasSubstr("Credential=iam/"), HasSubstr("/s3express/")));
  EXPECT_EQ(request.headers.at("x-amz-security-token"), "iam-token");
}

TEST(ClientExpressTest, OtherBucketsHaveNoSessions) {
  DirectoryBucket bucket({});
  auto client = bucket.NewClient();
  ASSERT_TRUE(client->PutObject(*ParseUri("s3://models/a"), "x").ok());
  EXPECT_EQ(bucket.sessions(), 0);
  EXPECT_THAT(bucket.requests().front().headers.at("authorization"),
              HasSubstr("/us-west-2/s3/aws4_request"));
}

TEST(ClientExpressTest, DoesNotRequestUnsupportedFeatures) {
  DirectoryBucket bucket({"a"});
  auto client = bucket.NewClient([](Options& options) {
    options.requester_pays = true;
    options.encryption.algorithm = "aws:kms";
    options.encryption.kms_key_id = "k";
    options.encryption.bucket_key = true;
  });
  ASSERT_TRUE(client->PutObject(At("b"), "x").ok());
  ASSERT_TRUE(client->DeleteObjects(At(""), {"a", "b"}).ok());
  for (const FakeRequest& request : bucket.requests()) {
    EXPECT_THAT(request.headers, Not(Contains(Key("x-amz-request-payer"))));
    EXPECT_THAT(request.headers, Not(Contains(Key("content-md5"))));
    EXPECT_THAT(request.headers,
                Not(Contains(Key("x-amz-server-side-encryption-bucket-key-"
                                 "enabled"))));
  }
  const std::vector<FakeRequest> requests = bucket.requests();
  EXPECT_EQ(requests[0].headers.count("x-amz-server-side-encryption"), 0u);
  EXPECT_EQ(requests[1].headers.at("x-amz-server-side-encryption"), "aws:kms");
  // object_checksum_test.cc tests the value.
  EXPECT_THAT(requests[2].headers, Contains(Key("x-amz-checksum-crc32")));
}

TEST(ClientExpressTest, ReportsADeniedSession) {
  FakeHttpServer server([](const FakeRequest& request, FakeConnection& out) {
    EXPECT_TRUE(AsksForSession(request));
    out.Send(FakeResponse(403,
                          "<Error><Code>AccessDenied</Code><Message>User: u is "
                          "not authorized to perform: s3express:CreateSession "
                          "on resource: r</Message></Error>"));
  });
  DirectoryBucket unused({});
  auto client = unused.NewClient(
      [&server](Options& options) { options.endpoint = server.url(); });
  const Status status = client->HeadObject(At("a")).status();
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  EXPECT_THAT(status.message,
              AllOf(HasSubstr("403 AccessDenied for CreateSession"),
                    HasSubstr("must allow s3express:CreateSession on r")));
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(ClientExpressTest, RetriesATemporaryErrorOfCreateSession) {
  std::atomic<int> attempts{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    if (!AsksForSession(request)) {
      out.Send(FakeResponse(200, "", "ETag: \"e\"\r\n"));
    } else if (++attempts == 1) {
      out.Send(FakeResponse(503, "<Error><Code>SlowDown</Code></Error>"));
    } else if (attempts == 2) {
      out.Close();
    } else {
      out.Send(FakeResponse(200, Session(1)));
    }
  });
  DirectoryBucket unused({});
  auto client = unused.NewClient(
      [&server](Options& options) { options.endpoint = server.url(); });
  const Result<std::string> etag = client->PutObject(At("a"), "x");
  EXPECT_TRUE(etag.ok()) << etag.status().message;
  EXPECT_EQ(attempts, 3);
}

// Another store may have a bucket with such a name.
TEST(ClientExpressTest, AStoreWithoutSessionsGetsPlainSignatures) {
  const std::vector<std::string> responses = {
      FakeResponse(200, "<ListBucketResult></ListBucketResult>"),
      FakeResponse(400,
                   "<Error><Code>AuthorizationHeaderMalformed</Code>"
                   "</Error>"),
      FakeResponse(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>"),
      FakeResponse(404, "<Error><Code>NoSuchKey</Code></Error>"),
      FakeResponse(405, "<Error><Code>MethodNotAllowed</Code></Error>"),
      FakeResponse(501, "<Error><Code>NotImplemented</Code></Error>"),
  };
  for (const std::string& response : responses) {
    std::atomic<int> sessions{0};
    FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
      if (AsksForSession(request)) {
        ++sessions;
        out.Send(response);
        return;
      }
      EXPECT_THAT(request.headers.at("authorization"),
                  HasSubstr("/us-west-2/s3/aws4_request"));
      out.Send(FakeResponse(200, "", "ETag: \"e\"\r\n"));
    });
    DirectoryBucket unused({});
    auto client = unused.NewClient(
        [&server](Options& options) { options.endpoint = server.url(); });
    EXPECT_TRUE(client->PutObject(At("a"), "x").ok()) << response;
    EXPECT_TRUE(client->PutObject(At("b"), "x").ok()) << response;
    EXPECT_EQ(sessions, 1) << response;
  }
}

TEST(ClientExpressTest, ParallelReadersCreateOneSession) {
  DirectoryBucket bucket({"a"});
  auto client = bucket.NewClient();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&] { EXPECT_TRUE(client->HeadObject(At("a")).ok()); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(bucket.sessions(), 1);
}

TEST(ClientExpressTest, UnsortedListsAreComplete) {
  DirectoryBucket bucket({"half/1/saved_model.pb", "half/2/saved_model.pb",
                          "half/2/variables/variables.index", "half/notes.txt",
                          "half/10/saved_model.pb", "half.txt", "halves/x"});
  auto client = bucket.NewClient();
  const auto children = ListChildren(*client, At("half"));
  ASSERT_TRUE(children.ok()) << children.status().message;
  EXPECT_THAT(*children, ElementsAre("1", "10", "2", "notes.txt"));
  const auto root = ListChildren(*client, At(""));
  ASSERT_TRUE(root.ok()) << root.status().message;
  EXPECT_THAT(*root, ElementsAre("half", "half.txt", "halves"));
  for (const auto& [key, is_directory] :
       std::map<std::string, bool>{{"half", true},
                                   {"half/", true},
                                   {"half/1", true},
                                   {"half/1/saved_model.pb", false},
                                   {"half.txt", false},
                                   {"half/2/variables", true}}) {
    const Result<PathInfo> info = StatPath(*client, At(key));
    ASSERT_TRUE(info.ok()) << key << ": " << info.status().message;
    EXPECT_EQ(info->is_directory, is_directory) << key;
  }
  for (const std::string key : {"hal", "half/3", "half/1/saved_model"}) {
    EXPECT_EQ(StatPath(*client, At(key)).status().code, TF_NOT_FOUND) << key;
  }
}

TEST(ClientExpressTest, PatternsMatchWithPrefixesThatEndInASlash) {
  DirectoryBucket bucket({"data/test-1", "data/train-1", "data/train-2",
                          "data/train-3/x", "data/other"});
  auto client = bucket.NewClient();
  const auto paths = MatchPaths(*client, At("data/tr*-[12]").ToString());
  ASSERT_TRUE(paths.ok()) << paths.status().message;
  EXPECT_THAT(*paths, ElementsAre(At("data/train-1").ToString(),
                                  At("data/train-2").ToString()));
  // The bucket rejects other lists; none was sent.
  EXPECT_THAT(bucket.Paths(), Not(Contains(HasSubstr("prefix=data%2Ftr"))));
}

TEST(ClientExpressTest, RenamesADirectoryWithUnsortedLists) {
  DirectoryBucket bucket({"half/1/a", "half/1/b", "half/1/c", "half/1/d/e"});
  auto client = bucket.NewClient();
  const Status status = RenamePath(*client, At("half"), At("moved"));
  ASSERT_TRUE(status.ok()) << status.message;
  const std::string root = "PUT /" + std::string(kBucket) + "/moved/1/";
  for (const std::string key : {"a", "b", "c", "d/e"}) {
    EXPECT_THAT(bucket.Paths(), Contains(root + key));
  }
}

TEST(ClientExpressTest, DeletesADirectoryWithUnsortedLists) {
  DirectoryBucket bucket({"half/1/a", "half/1/b", "half/1/c", "half/1/d/e"});
  auto client = bucket.NewClient();
  DeleteFailureCounts failures;
  const Status status = DeleteTree(*client, At("half"), failures);
  ASSERT_TRUE(status.ok()) << status.message;
  std::string deleted;
  for (const FakeRequest& request : bucket.requests()) {
    deleted += request.body;
  }
  for (const std::string key : {"a", "b", "c", "d/e"}) {
    EXPECT_THAT(deleted, HasSubstr("<Key>half/1/" + key + "</Key>"));
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
