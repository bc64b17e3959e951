// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a GET makes of answers that no healthy store gives. With a healthy one:
// live_test.cc.
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
    out.Send(AnswerToRange(object, request));
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

TEST(RangeReadTest, BytesThatAreNotTheChecksumsAreFetchedOnceMore) {
  int wrong = 0;  // How many answers are.
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    EXPECT_EQ(request.headers.at("x-amz-checksum-mode"), "ENABLED");
    std::string answer = AnswerToRange("123456789", request);
    answer.insert(answer.find("\r\n") + 2,
                  "x-amz-checksum-crc32: y/Q5Jg==\r\n");
    if (wrong-- > 0) answer.back() = '!';
    out.Send(answer);
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
  // Of a part of the object it says nothing.
  wrong = 1;
  EXPECT_EQ(GetRange(*client, 5, 20).bytes, "678!");
}

TEST(RangeReadTest, SendsIfMatch) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    if (request.headers.at("if-match") == "\"old\"") {
      out.Send(
          FakeAnswer(412, "<Error><Code>PreconditionFailed</Code></Error>"));
    } else {
      out.Send(AnswerToRange("0123456789", request));
    }
  });
  auto client = NewClient(server.url());
  EXPECT_EQ(GetRange(*client, 0, 4, "\"e1\"").bytes, "0123");
  EXPECT_EQ(GetRange(*client, 0, 4, "\"old\"").status.code,
            TF_FAILED_PRECONDITION);
}

TEST(RangeReadTest, AnAnswerOfUnknownLengthCountsWhenItIsWhole) {
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

TEST(RangeReadTest, GoesOnWhereTheConnectionBrokeUnderIfMatch) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    const std::string answer = AnswerToRange("0123456789", request);
    if (request.headers.at("range") == "bytes=0-9") {
      EXPECT_EQ(request.headers.count("if-match"), 0u);
      out.Send(answer.substr(0, answer.size() - 6));
      out.Close();
    } else {
      EXPECT_EQ(request.headers.at("range"), "bytes=4-9");
      EXPECT_EQ(request.headers.at("if-match"), "\"e1\"");
      out.Send(answer);
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
      const std::string answer = AnswerToRange("0123456789", request);
      out.Send(answer.substr(0, answer.size() - 6));
      out.Close();
    } else {
      out.Send(
          FakeAnswer(412, "<Error><Code>PreconditionFailed</Code></Error>"));
    }
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 10);
  EXPECT_EQ(read.status.code, TF_FAILED_PRECONDITION);
  EXPECT_THAT(read.status.message, HasSubstr("replaced while"));
}

TEST(RangeReadTest, AStallInTheBodyIsTakenUpElsewhere) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    const std::string answer = AnswerToRange("0123456789", request);
    if (calls++ == 0) {
      out.Send(answer.substr(0, answer.size() - 6));
      out.Hang();
    } else {
      out.Send(answer);
    }
  });
  auto client = NewClient(server.url(), milliseconds(1000));
  EXPECT_EQ(GetRange(*client, 0, 10).bytes, "0123456789");
}

TEST(RangeReadTest, RefusesAnswersToOtherQuestions) {
  struct Case {
    std::string answer, part;
  };
  const std::vector<Case> cases = {
      {FakeAnswer(206, "01", "Content-Range: bytes 0-1/10\r\n"),
       "another range"},
      {FakeAnswer(206, "45", ""), "another range"},
      {FakeAnswer(206, "45", "Content-Range: bytes 4-5/*\r\n"),
       "the size of the object"},
      {FakeAnswer(200, "0123456789"), "the whole object"},
      {FakeAnswer(200, "01"), "the whole object"},
      {FakeAnswer(206, "4567", "Content-Range: bytes 4-7/10\r\n"),
       "more bytes"},
  };
  for (const Case& c : cases) {
    FakeHttpServer server(
        [&](const FakeRequest&, FakeConnection& out) { out.Send(c.answer); });
    auto client = NewClient(server.url());
    const Read read = GetRange(*client, 4, 2);
    EXPECT_EQ(read.status.code, TF_UNAVAILABLE) << c.answer;
    EXPECT_THAT(read.status.message,
                AllOf(HasSubstr("s3://models/k"), HasSubstr(c.part)));
  }
}

TEST(RangeReadTest, AskedOnceMoreWhereTheRangeWasOverlooked) {
  for (const uint64_t offset : {0, 4}) {
    std::atomic<int> answers{0};
    FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
      const std::string range = request.headers.at("range");
      EXPECT_EQ(range, offset == 0 ? "bytes=0-1" : "bytes=4-5");
      out.Send(++answers == 1
                   ? FakeAnswer(200, "012345", kEtag)
                   : FakeAnswer(206, offset == 0 ? "01" : "45",
                                std::string(kEtag) + "Content-Range: bytes " +
                                    (offset == 0 ? "0-1/6" : "4-5/6") +
                                    "\r\n"));
    });
    auto client = NewClient(server.url());
    const Read read = GetRange(*client, offset, 2);
    EXPECT_TRUE(read.status.ok()) << read.status.message;
    EXPECT_EQ(read.bytes, offset == 0 ? "01" : "45");
  }
}

TEST(RangeReadTest, AnAnswerLongerThanItsRangeIsNotTaken) {
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(206, "0123456789",
                        std::string(kEtag) + "Content-Range: bytes 0-3/4\r\n"));
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 20);
  EXPECT_EQ(read.status.code, TF_UNAVAILABLE);
  EXPECT_THAT(read.status.message,
              AllOf(HasSubstr("s3://models/k"), HasSubstr("more bytes")));
}

TEST(RangeReadTest, AnOverlongAnswerIsNotTakenHoweverItComes) {
  // The whole object as if it were the range: its beginning fits, too.
  const std::string answer =
      FakeAnswer(206, "0123456789",
                 std::string(kEtag) + "Content-Range: bytes 4-7/10\r\n");
  for (size_t pause = answer.size() - 9; pause < answer.size(); ++pause) {
    FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
      out.Send(answer.substr(0, pause));
      std::this_thread::sleep_for(milliseconds(10));  // A segment of its own.
      out.Send(answer.substr(pause));
    });
    auto client = NewClient(server.url());
    const Read read = GetRange(*client, 4, 4);
    EXPECT_EQ(read.status.code, TF_UNAVAILABLE) << read.bytes;
    EXPECT_THAT(read.status.message, HasSubstr("more bytes"));
  }
}

TEST(RangeReadTest, WhatIsBegunAnewEachTimeComesToAnEnd) {
  const std::string object(1 << 20, 'x');
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    const std::string answer =
        FakeAnswer(206, object, "Content-Range: bytes 0-1048575/1048576\r\n");
    out.Send(answer.substr(0, answer.size() - 10));
    out.Close();
  });
  auto client = NewClient(server.url());
  EXPECT_EQ(GetRange(*client, 0, object.size()).status.code, TF_UNAVAILABLE);
  EXPECT_EQ(server.requests().size(), 3u) << "there is no ETag to go on by";
}

TEST(RangeReadTest, APageOfAProxyIsNoObject) {
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(200, "<html>Please sign in</html>"));
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 100);
  EXPECT_EQ(read.status.code, TF_UNAVAILABLE);
  EXPECT_THAT(read.status.message,
              AllOf(HasSubstr("s3://models/k"), HasSubstr("has no ETag")));
}

TEST(RangeReadTest, AnotherObjectIsNotTakenFromAStoreThatIgnoresIfMatch) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    out.Send(AnswerToRange("0123456789", request));
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 4, "\"old\"");
  EXPECT_EQ(read.status.code, TF_FAILED_PRECONDITION);
  EXPECT_THAT(read.status.message, AllOf(HasSubstr("s3://models/k"),
                                         HasSubstr("replaced while it was")));
}

TEST(RangeReadTest, AWholeObjectIsAGoodAnswerToARangeFromItsBeginning) {
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(200, "0123", kEtag));
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 10);
  EXPECT_EQ(read.bytes, "0123");
  EXPECT_EQ(read.object.size, 4u);
}

TEST(RangeReadTest, ARangeIsOneAlsoWithTheStatusOfAWholeObject) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(
        200, "0123", std::string(kEtag) + "Content-Range: bytes 0-3/10\r\n"));
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 4);
  EXPECT_EQ(read.bytes, "0123");
  EXPECT_EQ(read.object.size, 10u);
  // Another one than was asked for.
  EXPECT_FALSE(GetRange(*client, 4, 4).status.ok());
}

TEST(RangeReadTest, FindsTheSizeWhereTheAnswerBeyondTheEndDoesNotTellIt) {
  FakeHttpServer server([](const FakeRequest& request, FakeConnection& out) {
    if (request.method == "HEAD") {
      out.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
    } else {
      out.Send(FakeAnswer(416, "<Error><Code>InvalidRange</Code></Error>"));
    }
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 10, 4);
  EXPECT_TRUE(read.status.ok()) << read.status.message;
  EXPECT_EQ(read.object.size, 10u);
  EXPECT_EQ(GetRange(*client, 9, 4).status.code, TF_OUT_OF_RANGE);
}

TEST(RangeReadTest, CancelledItEndsAtOnceAndDoesNotCountAsAnError) {
  // Where it is when it is cancelled: before the answer, in the midst of it,
  // waiting for another attempt.
  const std::vector<std::string> answers = {
      "",
      "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9/10\r\n"
      "Content-Length: 10\r\n\r\n0123",
      "HTTP/1.1 206 OK\r\nContent-Range: bytes 5-9/10\r\n"
      "Content-Length: 5\r\n\r\n56",
      FakeAnswer(503, "<Error><Code>SlowDown</Code></Error>")};
  for (const std::string& answer : answers) {
    Cancellation cancellation;
    FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
      out.Send(answer);
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
