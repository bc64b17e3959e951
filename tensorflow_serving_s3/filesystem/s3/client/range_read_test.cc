// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests reads with responses that a real store does not send.
// range_response_test.cc has the table of responses; live_test.cc uses a real
// store.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/stats.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/client_test_util.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(RangeReadTest, ReadsRanges) {
  const std::string object = "0123456789";
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    EXPECT_EQ(request.path, "/models/k");
    out.Send(RespondToRange(object, request));
  });
  auto client = NewClient(server.url());
  EXPECT_EQ(GetRange(*client, 0, 4).bytes, "0123");
  EXPECT_EQ(GetRange(*client, 4, 4).bytes, "4567");
  EXPECT_EQ(GetRange(*client, 4, 4).object.size, 10u);
  EXPECT_EQ(GetRange(*client, 4, 4).object.etag, "\"e1\"");
  EXPECT_EQ(GetRange(*client, 8, 4).bytes, "89");
  EXPECT_EQ(GetRange(*client, 10, 4).bytes, "");
  EXPECT_EQ(GetRange(*client, 10, 4).object.size, 10u);
}

TEST(RangeReadTest, FetchesBytesWithAWrongChecksumOnceMore) {
  int wrong = 0;  // The number of wrong responses.
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    EXPECT_EQ(request.headers.at("x-amz-checksum-mode"), "ENABLED");
    std::string response = RespondToRange("123456789", request);
    response.insert(response.find("\r\n") + 2,
                    "x-amz-checksum-crc32: y/Q5Jg==\r\n");
    if (wrong-- > 0) {
      response.back() = '!';
    }
    out.Send(response);
  });
  auto client = NewClient(server.url());
  EXPECT_EQ(GetRange(*client, 0, 20).bytes, "123456789");
  EXPECT_EQ(server.requests().size(), 1u);
  wrong = 1;
  EXPECT_EQ(GetRange(*client, 0, 20).bytes, "123456789");
  EXPECT_EQ(server.requests().size(), 3u);
  wrong = 2;
  const Read read = GetRange(*client, 0, 20);
  EXPECT_EQ(read.status.code, TF_DATA_LOSS);
  EXPECT_THAT(read.status.message, HasSubstr("s3://models/k"));
  EXPECT_THAT(read.status.message, HasSubstr("crc32 checksum"));
  // The checksum does not apply to a part of the object.
  wrong = 1;
  EXPECT_EQ(GetRange(*client, 5, 20).bytes, "678!");
}

TEST(RangeReadTest, SendsIfMatch) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    if (request.headers.at("if-match") == "\"old\"") {
      out.Send(
          FakeResponse(412, "<Error><Code>PreconditionFailed</Code></Error>"));
    } else {
      out.Send(RespondToRange("0123456789", request));
    }
  });
  auto client = NewClient(server.url());
  EXPECT_EQ(GetRange(*client, 0, 4, "\"e1\"").bytes, "0123");
  EXPECT_EQ(GetRange(*client, 0, 4, "\"old\"").status.code,
            TF_FAILED_PRECONDITION);
}

TEST(RangeReadTest, AcceptsACompleteResponseOfUnknownLength) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    const std::string head = "HTTP/1.1 200 OK\r\n" + std::string(kEtag) +
                             "Transfer-Encoding: chunked\r\n\r\n";
    out.Send(head + "4\r\n0123\r\n");
    if (++calls == 1) {
      out.Close();
    } else {
      out.Send("6\r\n456789\r\n0\r\n\r\n");
    }
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 20);
  EXPECT_TRUE(read.status.ok()) << read.status.message;
  EXPECT_EQ(read.bytes, "0123456789");
  EXPECT_EQ(read.object.size, 10u);
  EXPECT_EQ(calls, 2);
}

TEST(RangeReadTest, ContinuesAfterABrokenConnectionWithIfMatch) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    const std::string response = RespondToRange("0123456789", request);
    if (request.headers.at("range") == "bytes=0-9") {
      EXPECT_EQ(request.headers.count("if-match"), 0u);
      out.Send(response.substr(0, response.size() - 6));
      out.Close();
    } else {
      EXPECT_EQ(request.headers.at("range"), "bytes=4-9");
      EXPECT_EQ(request.headers.at("if-match"), "\"e1\"");
      out.Send(response);
    }
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 10);
  EXPECT_TRUE(read.status.ok()) << read.status.message;
  EXPECT_EQ(read.bytes, "0123456789");
  EXPECT_EQ(server.requests().size(), 2u);
}

TEST(RangeReadTest, NeverMixesTwoObjects) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    if (calls++ == 0) {
      const std::string response = RespondToRange("0123456789", request);
      out.Send(response.substr(0, response.size() - 6));
      out.Close();
    } else {
      out.Send(
          FakeResponse(412, "<Error><Code>PreconditionFailed</Code></Error>"));
    }
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 10);
  EXPECT_EQ(read.status.code, TF_FAILED_PRECONDITION);
  EXPECT_THAT(read.status.message, HasSubstr("replaced while"));
}

TEST(RangeReadTest, ContinuesAfterAStallOnAnotherConnection) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    const std::string response = RespondToRange("0123456789", request);
    if (calls++ == 0) {
      out.Send(response.substr(0, response.size() - 6));
      out.Hang();
    } else {
      out.Send(response);
    }
  });
  auto client = NewClient(server.url(), milliseconds(1000));
  EXPECT_EQ(GetRange(*client, 0, 10).bytes, "0123456789");
}

TEST(RangeReadTest, RejectsAnOverlongResponseInAnySegmentation) {
  // The whole object instead of the range: its beginning fits.
  const std::string response =
      FakeResponse(206, "0123456789",
                   std::string(kEtag) + "Content-Range: bytes 4-7/10\r\n");
  for (size_t pause = response.size() - 9; pause < response.size(); ++pause) {
    FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
      out.Send(response.substr(0, pause));
      std::this_thread::sleep_for(milliseconds(10));  // A new segment.
      out.Send(response.substr(pause));
    });
    auto client = NewClient(server.url());
    const Read read = GetRange(*client, 4, 4);
    EXPECT_EQ(read.status.code, TF_UNAVAILABLE) << read.bytes;
    EXPECT_THAT(read.status.message, HasSubstr("more bytes"));
  }
}

TEST(RangeReadTest, RestartingWithoutAnEtagEnds) {
  const std::string object(1 << 20, 'x');
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    const std::string response =
        FakeResponse(206, object, "Content-Range: bytes 0-1048575/1048576\r\n");
    out.Send(response.substr(0, response.size() - 10));
    out.Close();
  });
  auto client = NewClient(server.url());
  EXPECT_EQ(GetRange(*client, 0, object.size()).status.code, TF_UNAVAILABLE);
  EXPECT_EQ(server.requests().size(), 3u) << "without an ETag";
}

TEST(RangeReadTest, RejectsThePageOfAProxy) {
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(200, "<html>Please sign in</html>"));
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 100);
  EXPECT_EQ(read.status.code, TF_UNAVAILABLE);
  EXPECT_THAT(read.status.message,
              AllOf(HasSubstr("s3://models/k"), HasSubstr("has no ETag")));
}

TEST(RangeReadTest, RejectsAnotherObjectFromAStoreThatIgnoresIfMatch) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    out.Send(RespondToRange("0123456789", request));
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 4, "\"old\"");
  EXPECT_EQ(read.status.code, TF_FAILED_PRECONDITION);
  EXPECT_THAT(read.status.message, AllOf(HasSubstr("s3://models/k"),
                                         HasSubstr("replaced while it was")));
}

TEST(RangeReadTest, ACancelledReadEndsImmediatelyAndIsNotCountedAsAnError) {
  // Cancelled before the response, within it, and in the pause before another
  // attempt.
  const std::vector<std::string> responses = {
      "",
      "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9/10\r\n"
      "Content-Length: 10\r\n\r\n0123",
      "HTTP/1.1 206 OK\r\nContent-Range: bytes 5-9/10\r\n"
      "Content-Length: 5\r\n\r\n56",
      FakeResponse(503, "<Error><Code>SlowDown</Code></Error>")};
  for (const std::string& response : responses) {
    Cancellation cancellation;
    FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
      out.Send(response);
      cancellation.Cancel();
      out.Hang();
    });
    auto client = NewClient(server.url(), std::chrono::hours(1), 100);
    const uint64_t errors_before =
        ReadStats().operations[static_cast<int>(Operation::kGetObject)].errors;
    std::string buffer(10, '?');
    const Result<ObjectRange> got = client->GetObject(
        *ParseUri("s3://models/k"), 0, buffer.data(), 10, "", &cancellation);
    ASSERT_FALSE(got.ok());
    EXPECT_EQ(got.status().code, TF_CANCELLED) << got.status().message;
    EXPECT_THAT(got.status().message, HasSubstr("s3://models/k: GetObject"));
    EXPECT_EQ(
        ReadStats().operations[static_cast<int>(Operation::kGetObject)].errors,
        errors_before);
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
