// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests writes with responses that a real store does not send.
// live_writing_test.cc uses a real store.
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/hash.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/client_test_util.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const char kInternalError[] =
    "<?xml version=\"1.0\"?>\n\n<Error><Code>InternalError</Code></Error>";
const char kCopied[] =
    "<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>";

S3Uri At(const std::string& key) { return *ParseUri("s3://models/" + key); }

TEST(ClientWritingTest, SignsABodyAndSendsAllOfItAgain) {
  const std::string body(3 << 20, 'x');
  std::atomic<int> attempts{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    EXPECT_TRUE(request.body == body);
    EXPECT_EQ(request.headers.at("x-amz-content-sha256"), Sha256InHex(body));
    out.Send(++attempts == 1
                 ? FakeResponse(503, "<Error><Code>SlowDown</Code></Error>")
                 : FakeResponse(200, "", "ETag: \"e\"\r\n"));
  });
  Result<std::string> etag = NewClient(server.url())->PutObject(At("k"), body);
  ASSERT_TRUE(etag.ok()) << etag.status().message;
  EXPECT_EQ(*etag, "\"e\"");
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST(ClientWritingTest, ALargeBodyMayStallForTenTimeouts) {
  // Does not fit into the kernel's buffers.
  const std::string body(48 << 20, 'x');
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    EXPECT_EQ(request.body.size(), body.size());
    out.Send(FakeResponse(200, "", "ETag: \"e\"\r\n"));
  });
  server.StopReading();
  std::thread later([&server] {
    std::this_thread::sleep_for(milliseconds(2400));
    server.Read();
  });
  // The pause is six of these timeouts; a response may take four.
  auto client = NewClient(server.url(), milliseconds(400));
  const Result<std::string> etag = client->PutObject(At("k"), body);
  later.join();
  EXPECT_TRUE(etag.ok()) << etag.status().message;
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(ClientWritingTest, TheResponseToAWriteMayTakeFourTimeouts) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    std::this_thread::sleep_for(milliseconds(1000));
    out.Send(FakeResponse(200, "", "ETag: \"e\"\r\n"));
  });
  // The response takes two of these timeouts.
  auto client = NewClient(server.url(), milliseconds(500));
  const Result<std::string> etag = client->PutObject(At("k"), "body");
  EXPECT_TRUE(etag.ok()) << etag.status().message;
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST(ClientWritingTest, RetriesACopyThatFailsAfterItsStatus) {
  std::atomic<int> attempts{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    EXPECT_EQ(request.headers.at("x-amz-copy-source"), "/models/a%20b");
    out.Send(FakeResponse(200, ++attempts == 1 ? kInternalError : kCopied));
  });
  const Status status =
      NewClient(server.url())->CopyObject(At("a b"), "", At("to"));
  EXPECT_TRUE(status.ok()) << status.message;
  EXPECT_EQ(attempts, 2);
}

TEST(ClientWritingTest, ACopyThatAlwaysFailsAfterItsStatusIsAnError) {
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(200, kInternalError));
  });
  const Status status =
      NewClient(server.url())->CopyObject(At("from"), "", At("to"));
  EXPECT_EQ(status.code, TF_UNAVAILABLE);
  EXPECT_THAT(status.message, HasSubstr("InternalError for CopyObject"));
}

// Completes an upload whose response is lost.
Result<std::string> CompleteWithALostResponse(const std::string& etag_there) {
  std::atomic<int> completions{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    if (request.method == "HEAD") {
      out.Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: " + etag_there +
               "\r\n\r\n");
    } else if (++completions == 1) {
      out.Close();
    } else {
      out.Send(FakeResponse(404, "<Error><Code>NoSuchUpload</Code></Error>"));
    }
  });
  return NewClient(server.url())
      ->CompleteMultipartUpload(At("k"), "id",
                                {"\"0cc175b9c0f1b6a831c399e269772661\""});
}

TEST(ClientWritingTest, FindsACompletedUploadAfterALostResponse) {
  const std::string etag =
      MultipartEtag({"\"0cc175b9c0f1b6a831c399e269772661\""});
  Result<std::string> completed = CompleteWithALostResponse(etag);
  ASSERT_TRUE(completed.ok()) << completed.status().message;
  EXPECT_EQ(*completed, etag);
  EXPECT_EQ(CompleteWithALostResponse("\"another\"").status().code, TF_ABORTED);
}

TEST(ClientWritingTest, ReturnsUndeletedKeysAndRetriesOthers) {
  std::atomic<int> attempts{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    EXPECT_EQ(request.headers.at("content-md5"), Md5InBase64(request.body));
    if (++attempts == 1) {
      EXPECT_THAT(request.body, AllOf(HasSubstr("<Key>gone</Key>"),
                                      HasSubstr("<Key>denied</Key>"),
                                      HasSubstr("<Key>later</Key>")));
      out.Send(FakeResponse(
          200,
          "<DeleteResult><Error><Key>denied</Key><Code>AccessDenied</Code>"
          "</Error><Error><Key>later</Key><Code>SlowDown</Code></Error>"
          "</DeleteResult>"));
    } else {
      EXPECT_THAT(request.body, Not(HasSubstr("<Key>gone</Key>")));
      out.Send(FakeResponse(200, "<DeleteResult/>"));
    }
  });
  Result<std::vector<DeleteFailure>> failures =
      NewClient(server.url())
          ->DeleteObjects(At(""), {"gone", "denied", "later"});
  ASSERT_TRUE(failures.ok()) << failures.status().message;
  ASSERT_EQ(failures->size(), 1u);
  EXPECT_EQ(failures->front().key, "denied");
  EXPECT_EQ(attempts, 2);
}

TEST(ClientWritingTest, DeletesKeysThatXmlDoesNotSupportOneByOne) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    out.Send(request.method == "DELETE" ? "HTTP/1.1 204 No Content\r\n\r\n"
                                        : FakeResponse(200, "<DeleteResult/>"));
  });
  std::vector<std::string> keys(1001, "k");
  keys.push_back("a\x01");
  Result<std::vector<DeleteFailure>> failures =
      NewClient(server.url())->DeleteObjects(At(""), keys);
  ASSERT_TRUE(failures.ok()) << failures.status().message;
  std::vector<std::string> asked;
  for (const FakeRequest& request : server.requests()) {
    asked.push_back(request.method + " " + request.path);
  }
  EXPECT_THAT(asked, ElementsAre("POST /models/?delete", "DELETE /models/a%01",
                                 "POST /models/?delete"));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
