// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests the client with responses that a real store does not send. live_test.cc
// uses a real store.
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/base/stats.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/client_test_util.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ClientRetryTest, RetriesTemporaryErrors) {
  for (int status : {500, 503, 429}) {
    std::atomic<int> calls{0};
    FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
      if (calls++ < 2) {
        out.Send(FakeResponse(status, "<Error><Code>SlowDown</Code></Error>"));
      } else {
        out.Send(RespondToRange("0123456789", request));
      }
    });
    auto client = NewClient(server.url(), milliseconds(2000));
    EXPECT_EQ(GetRange(*client, 0, 4).bytes, "0123") << status;
    EXPECT_EQ(server.requests().size(), 3u);
  }
}

TEST(ClientRetryTest, RetriesAfterAReset) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    if (calls++ < 2) {
      return out.Close();
    }
    out.Send(FakeResponse(200, "<ListBucketResult></ListBucketResult>"));
  });
  auto client = NewClient(server.url());
  EXPECT_TRUE(
      client->ListObjects(*ParseUri("s3://models/"), ListRequest()).ok());
}

TEST(ClientRetryTest, FailsAfterTheMaximumOfAttempts) {
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(500, "<Error><Code>InternalError</Code></Error>"));
  });
  auto client = NewClient(server.url());
  const Status status = GetRange(*client, 0, 4).status;
  EXPECT_EQ(status.code, TF_UNAVAILABLE);
  EXPECT_THAT(status.message, HasSubstr("500 InternalError for GetObject"));
  EXPECT_EQ(server.requests().size(), 3u);
}

constexpr char kEmptyListing[] = "<ListBucketResult></ListBucketResult>";

TEST(ClientRetryTest, WaitsForAStoreThatRestarts) {
  const auto response = [](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(200, kEmptyListing));
  };
  auto server = std::make_unique<FakeHttpServer>(response);
  const int port = server->port();
  auto client = NewClient(server->url(), milliseconds(3000), 5);
  const auto listed = [&client] {
    return client->ListObjects(*ParseUri("s3://models/"), ListRequest());
  };
  ASSERT_TRUE(listed().ok());
  server.reset();
  std::thread start([&] {
    std::this_thread::sleep_for(std::chrono::seconds(2));
    server = std::make_unique<FakeHttpServer>(response, port);
  });
  const Result<Listing> page = listed();
  start.join();
  EXPECT_TRUE(page.ok()) << page.status().message;
}

TEST(ClientRetryTest, RetriesABrokenListing) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(
        200, calls++ == 0 ? "<ListBucketResult><Cont" : kEmptyListing));
  });
  auto client = NewClient(server.url());
  EXPECT_TRUE(
      client->ListObjects(*ParseUri("s3://models/"), ListRequest()).ok());
}

TEST(ClientRetryTest, RetriesABrokenError) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    const std::string error = "<Error><Code>NoSuchKey</Code></Error>";
    out.Send(FakeResponse(404, calls++ == 0 ? error.substr(0, 15) : error));
  });
  auto client = NewClient(server.url());
  EXPECT_EQ(GetRange(*client, 0, 4).status.code, TF_NOT_FOUND);
}

TEST(ClientRetryTest, RetriesAResponseThatDoesNotMatchTheRequest) {
  const std::string etag = kEtag;
  for (const std::string& response :
       {FakeResponse(206, "1234", etag + "Content-Range: bytes 1-4/10\r\n"),
        FakeResponse(206, "012345", etag + "Content-Range: bytes 0-3/10\r\n"),
        FakeResponse(200, "<html>Please sign in</html>")}) {
    std::atomic<int> calls{0};
    FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
      out.Send(calls++ == 0 ? response : RespondToRange("0123456789", request));
    });
    auto client = NewClient(server.url());
    const Read read = GetRange(*client, 0, 4);
    EXPECT_EQ(read.bytes, "0123") << read.status.message;
    EXPECT_EQ(read.object.size, 10u);
  }
}

TEST(ClientRetryTest, DoesNotRetryPermanentErrors) {
  for (int status : {400, 403, 404, 501}) {
    FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
      out.Send(FakeResponse(status, "<Error><Code>Any</Code></Error>"));
    });
    auto client = NewClient(server.url());
    EXPECT_FALSE(client->HeadObject(*ParseUri("s3://models/k")).ok());
    EXPECT_EQ(server.requests().size(), 1u) << status;
  }
}

TEST(ClientRetryTest, NamesAnEndpointThatDoesNotRespond) {
  FakeHttpServer server(
      [](const FakeRequest&, FakeConnection& out) { out.Hang(); });
  auto client = NewClient(server.url(), milliseconds(300));
  Result<Listing> page =
      client->ListObjects(*ParseUri("s3://models/half"), ListRequest());
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.status().code, TF_UNAVAILABLE);
  EXPECT_THAT(page.status().message,
              AllOf(HasSubstr("s3://models/half"), HasSubstr(server.url()),
                    HasSubstr("set by S3_ENDPOINT"),
                    HasSubstr("S3_REQUEST_TIMEOUT_MSEC")));
}

TEST(ClientRetryTest, NamesAnEndpointThatRefusesConnections) {
  const std::string url = "http://127.0.0.1:" + std::to_string(UnusedPort());
  auto client = NewClient(url, std::chrono::minutes(1));
  Result<Listing> page =
      client->ListObjects(*ParseUri("s3://models/half"), ListRequest());
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.status().code, TF_UNAVAILABLE);
  EXPECT_THAT(page.status().message,
              AllOf(HasSubstr(url), HasSubstr("connection refused"),
                    HasSubstr("3 attempts")));
  // For a store that has responded before, the two pauses take 2250 ms.
  int took = -1;
  const size_t over = page.status().message.find(" over ");
  ASSERT_NE(over, std::string::npos);
  sscanf(page.status().message.c_str() + over, " over %d ms", &took);
  EXPECT_GE(took, 0);
  EXPECT_LT(took, 2250) << page.status().message;
}

// Returns the counts of an operation between two snapshots.
std::map<int, uint64_t> RequestsBetween(const Stats& before, const Stats& after,
                                        Operation operation) {
  const auto index = static_cast<size_t>(operation);
  std::map<int, uint64_t> requests = after.operations[index].requests;
  for (const auto& [status, count] : before.operations[index].requests) {
    if ((requests[status] -= count) == 0) {
      requests.erase(status);
    }
  }
  return requests;
}

uint64_t ErrorsBetween(const Stats& before, const Stats& after,
                       Operation operation) {
  const auto index = static_cast<size_t>(operation);
  return after.operations[index].errors - before.operations[index].errors;
}

using Requests = std::map<int, uint64_t>;

TEST(ClientStatsTest, CountsAttemptsRetriesAndBytes) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    const std::string response = RespondToRange("0123456789", request);
    switch (calls++) {
      case 0:
        return out.Send(FakeResponse(503, "12345"));
      case 1:  // Breaks after "0123".
        out.Send(response.substr(0, response.size() - 6));
        return out.Close();
      default:
        return out.Send(response);
    }
  });
  auto client = NewClient(server.url());
  const Stats before = ReadStats();
  EXPECT_EQ(GetRange(*client, 0, 10).bytes, "0123456789");
  const Stats after = ReadStats();
  EXPECT_EQ(RequestsBetween(before, after, Operation::kGetObject),
            (Requests{{0, 1}, {206, 1}, {503, 1}}));
  EXPECT_EQ(ErrorsBetween(before, after, Operation::kGetObject), 0u);
  EXPECT_EQ(after.retries - before.retries, 2u);
  EXPECT_EQ(after.received_bytes - before.received_bytes, 15u);
}

TEST(ClientStatsTest, CountsFailuresExceptNotFound) {
  std::atomic<int> status{404};
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(status, ""));
  });
  auto client = NewClient(server.url());
  const S3Uri uri = *ParseUri("s3://models/k");
  const Stats before = ReadStats();
  EXPECT_FALSE(client->HeadObject(uri).ok());
  const Stats between = ReadStats();
  EXPECT_EQ(RequestsBetween(before, between, Operation::kHeadObject),
            (Requests{{404, 1}}));
  EXPECT_EQ(ErrorsBetween(before, between, Operation::kHeadObject), 0u);
  status = 403;
  EXPECT_FALSE(client->HeadObject(uri).ok());
  EXPECT_FALSE(client->ListObjects(uri, ListRequest()).ok());
  const Stats after = ReadStats();
  EXPECT_EQ(ErrorsBetween(between, after, Operation::kHeadObject), 1u);
  EXPECT_EQ(ErrorsBetween(between, after, Operation::kListObjectsV2), 1u);
  EXPECT_EQ(after.retries, before.retries);
}

TEST(ClientStatsTest, AWatchCountsTheBytesOfObjectsInItsDirectory) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    out.Send(request.headers.count("range") > 0
                 ? RespondToRange("0123456789", request)
                 : FakeResponse(200, "<ListBucketResult></ListBucketResult>"));
  });
  auto client = NewClient(server.url());
  const ReadWatch bucket("s3://models");
  const ReadWatch folder("s3://models/half");
  EXPECT_EQ(GetRange(*client, 0, 4).bytes, "0123");
  EXPECT_TRUE(client->ListObjects(*ParseUri("s3://models"), {}).ok());
  EXPECT_EQ(bucket.bytes(), 4u);
  EXPECT_EQ(folder.bytes(), 0u);
}

TEST(ClientTest, SendsPrefixPageAndDelimiterOfAListing) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(200, "<ListBucketResult></ListBucketResult>"));
  });
  auto client = NewClient(server.url());
  ListRequest list;
  list.delimit = true;
  list.max_keys = 7;
  list.continuation_token = "a+b/=";
  ASSERT_TRUE(client->ListObjects(*ParseUri("s3://models/a b/"), list).ok());
  ASSERT_TRUE(
      client->ListObjects(*ParseUri("s3://models"), ListRequest()).ok());
  EXPECT_EQ(server.requests()[0].path,
            "/models?list-type=2&encoding-type=url&max-keys=7&prefix=a%20b%2F"
            "&delimiter=%2F&continuation-token=a%2Bb%2F%3D");
  EXPECT_EQ(server.requests()[1].path,
            "/models?list-type=2&encoding-type=url&max-keys=1000&prefix=");
}

TEST(ClientTest, HeadReadsTheHeaders) {
  FakeHttpServer server([](const FakeRequest& request, FakeConnection& out) {
    EXPECT_EQ(request.method, "HEAD");
    out.Send(
        "HTTP/1.1 200 OK\r\nContent-Length: 123\r\nETag: \"e1\"\r\n"
        "Last-Modified: Sat, 31 Jan 2026 12:00:01 GMT\r\n\r\n");
  });
  auto client = NewClient(server.url());
  Result<ObjectInfo> info = client->HeadObject(*ParseUri("s3://models/k"));
  ASSERT_TRUE(info.ok()) << info.status().message;
  EXPECT_EQ(info->size, 123u);
  EXPECT_EQ(info->etag, "\"e1\"");
  EXPECT_EQ(info->mtime_nsec, 1769860801000000000);
}

TEST(ClientTest, SignsRequestsAndDoesNotRevealTheSecret) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(
        FakeResponse(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>"));
  });
  auto client = NewClient(server.url());
  const Status status = GetRange(*client, 0, 4).status;
  EXPECT_THAT(server.requests()[0].headers.at("authorization"),
              HasSubstr("Credential=testkey/"));
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  EXPECT_THAT(status.message,
              AllOf(HasSubstr("the environment (AWS_ACCESS_KEY_ID"),
                    Not(HasSubstr("geheim"))));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
