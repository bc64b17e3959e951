// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the client makes of answers that no healthy store gives. With a healthy
// one: live_test.cc.
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/stats.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::optional<std::string> TestEnvironment(const char* name) {
  const std::string text = name;
  if (text == "AWS_ACCESS_KEY_ID") return "testkey";
  if (text == "AWS_SECRET_ACCESS_KEY") return "geheim";
  return std::nullopt;
}

std::unique_ptr<Client> NewClient(
    const std::string& endpoint,
    milliseconds request_timeout = milliseconds(20000), int max_attempts = 3) {
  Options options;
  options.endpoint = endpoint;
  options.endpoint_source = "S3_ENDPOINT";
  options.request_timeout = request_timeout;
  options.max_attempts = max_attempts;
  Result<std::unique_ptr<Client>> client =
      Client::New(options, TestEnvironment);
  EXPECT_TRUE(client.ok()) << client.status().message;
  return *std::move(client);
}

const char kEtag[] = "ETag: \"e1\"\r\n";

// "Range: bytes=2-5" -> the answer a store gives for that part of `object`.
std::string RangeAnswer(const std::string& object, const FakeRequest& request) {
  size_t first = 0;
  size_t last = 0;
  sscanf(request.headers.at("range").c_str(), "bytes=%zu-%zu", &first, &last);
  if (first >= object.size()) {
    return FakeAnswer(
        416, "<Error><Code>InvalidRange</Code></Error>",
        "Content-Range: bytes */" + std::to_string(object.size()) + "\r\n");
  }
  last = std::min(last, object.size() - 1);
  return FakeAnswer(206, object.substr(first, last - first + 1),
                    std::string(kEtag) + "Content-Range: bytes " +
                        std::to_string(first) + "-" + std::to_string(last) +
                        "/" + std::to_string(object.size()) + "\r\n");
}

struct Read {
  Status status;
  std::string bytes;
  ObjectInfo object;
};

Read GetRange(Client& client, uint64_t offset, size_t size,
              const std::string& if_match = "") {
  std::string buffer(size, '?');
  Result<ObjectRange> range = client.GetObject(
      *ParseUri("s3://models/k"), offset, buffer.data(), size, if_match);
  if (!range.ok()) return {range.status(), "", {}};
  return {{}, buffer.substr(0, range->bytes), range->object};
}

TEST(ClientGetTest, ReadsRanges) {
  const std::string object = "0123456789";
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    EXPECT_EQ(request.path, "/models/k");
    out.Send(RangeAnswer(object, request));
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

TEST(ClientGetTest, BytesThatAreNotTheChecksumsAreFetchedOnceMore) {
  int wrong = 0;  // How many answers are.
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    EXPECT_EQ(request.headers.at("x-amz-checksum-mode"), "ENABLED");
    std::string answer = RangeAnswer("123456789", request);
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

TEST(ClientGetTest, SendsIfMatch) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    if (request.headers.at("if-match") == "\"old\"") {
      out.Send(
          FakeAnswer(412, "<Error><Code>PreconditionFailed</Code></Error>"));
    } else {
      out.Send(RangeAnswer("0123456789", request));
    }
  });
  auto client = NewClient(server.url());
  EXPECT_EQ(GetRange(*client, 0, 4, "\"e1\"").bytes, "0123");
  EXPECT_EQ(GetRange(*client, 0, 4, "\"old\"").status.code,
            TF_FAILED_PRECONDITION);
}

TEST(ClientGetTest, AnAnswerOfUnknownLengthCountsWhenItIsWhole) {
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

TEST(ClientGetTest, GoesOnWhereTheConnectionBrokeUnderIfMatch) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    const std::string answer = RangeAnswer("0123456789", request);
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

TEST(ClientGetTest, NeverMixesTwoObjects) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    if (calls++ == 0) {
      const std::string answer = RangeAnswer("0123456789", request);
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

TEST(ClientGetTest, AStallInTheBodyIsTakenUpElsewhere) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    const std::string answer = RangeAnswer("0123456789", request);
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

TEST(ClientGetTest, RefusesAnswersToOtherQuestions) {
  struct Case {
    std::string answer, part;
  };
  const std::vector<Case> cases = {
      {FakeAnswer(206, "01", "Content-Range: bytes 0-1/10\r\n"),
       "another range"},
      {FakeAnswer(206, "45", ""), "another range"},
      {FakeAnswer(206, "45", "Content-Range: bytes 4-5/*\r\n"),
       "how long the object is"},
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

TEST(ClientGetTest, AskedOnceMoreWhereTheRangeWasOverlooked) {
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

TEST(ClientGetTest, AnAnswerLongerThanItsRangeIsNotTaken) {
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

TEST(ClientGetTest, AnOverlongAnswerIsNotTakenHoweverItComes) {
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

TEST(ClientGetTest, WhatIsBegunAnewEachTimeComesToAnEnd) {
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

TEST(ClientGetTest, APageOfAProxyIsNoObject) {
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(200, "<html>Please sign in</html>"));
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 100);
  EXPECT_EQ(read.status.code, TF_UNAVAILABLE);
  EXPECT_THAT(read.status.message,
              AllOf(HasSubstr("s3://models/k"), HasSubstr("has no ETag")));
}

TEST(ClientGetTest, AnotherObjectIsNotTakenFromAStoreThatIgnoresIfMatch) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    out.Send(RangeAnswer("0123456789", request));
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 4, "\"old\"");
  EXPECT_EQ(read.status.code, TF_FAILED_PRECONDITION);
  EXPECT_THAT(read.status.message, AllOf(HasSubstr("s3://models/k"),
                                         HasSubstr("replaced while it was")));
}

TEST(ClientGetTest, AWholeObjectIsAGoodAnswerToARangeFromItsBeginning) {
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(200, "0123", kEtag));
  });
  auto client = NewClient(server.url());
  const Read read = GetRange(*client, 0, 10);
  EXPECT_EQ(read.bytes, "0123");
  EXPECT_EQ(read.object.size, 4u);
}

TEST(ClientGetTest, ARangeIsOneAlsoWithTheStatusOfAWholeObject) {
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

TEST(ClientGetTest, FindsTheSizeWhereTheAnswerBeyondTheEndDoesNotTellIt) {
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

TEST(ClientGetTest, CancelledItEndsAtOnceAndDoesNotCountAsAnError) {
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

TEST(ClientRetryTest, TriesAgainWhatMayPass) {
  for (int status : {500, 503, 429}) {
    std::atomic<int> calls{0};
    FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
      if (calls++ < 2) {
        out.Send(FakeAnswer(status, "<Error><Code>SlowDown</Code></Error>"));
      } else {
        out.Send(RangeAnswer("0123456789", request));
      }
    });
    auto client = NewClient(server.url(), milliseconds(2000));
    EXPECT_EQ(GetRange(*client, 0, 4).bytes, "0123") << status;
    EXPECT_EQ(server.requests().size(), 3u);
  }
}

TEST(ClientRetryTest, TriesAgainAfterAReset) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    if (calls++ < 2) return out.Close();
    out.Send(FakeAnswer(200, "<ListBucketResult></ListBucketResult>"));
  });
  auto client = NewClient(server.url());
  EXPECT_TRUE(
      client->ListObjects(*ParseUri("s3://models/"), ListRequest()).ok());
}

TEST(ClientRetryTest, GivesUpAfterTheAttemptsThatAreAllowed) {
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(500, "<Error><Code>InternalError</Code></Error>"));
  });
  auto client = NewClient(server.url());
  const Status status = GetRange(*client, 0, 4).status;
  EXPECT_EQ(status.code, TF_UNAVAILABLE);
  EXPECT_THAT(status.message, HasSubstr("500 InternalError for GetObject"));
  EXPECT_EQ(server.requests().size(), 3u);
}

constexpr char kEmptyListing[] = "<ListBucketResult></ListBucketResult>";

TEST(ClientRetryTest, AStoreThatStartsAnewIsWaitedFor) {
  const auto answer = [](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(200, kEmptyListing));
  };
  auto server = std::make_unique<FakeHttpServer>(answer);
  const int port = server->port();
  auto client = NewClient(server->url(), milliseconds(3000), 5);
  const auto listed = [&client] {
    return client->ListObjects(*ParseUri("s3://models/"), ListRequest());
  };
  ASSERT_TRUE(listed().ok());
  server.reset();
  std::thread start([&] {
    std::this_thread::sleep_for(std::chrono::seconds(2));
    server = std::make_unique<FakeHttpServer>(answer, port);
  });
  const Result<Listing> page = listed();
  start.join();
  EXPECT_TRUE(page.ok()) << page.status().message;
}

TEST(ClientRetryTest, ABrokenListingIsAskedForAgain) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(
        200, calls++ == 0 ? "<ListBucketResult><Cont" : kEmptyListing));
  });
  auto client = NewClient(server.url());
  EXPECT_TRUE(
      client->ListObjects(*ParseUri("s3://models/"), ListRequest()).ok());
}

TEST(ClientRetryTest, ABrokenErrorIsAskedForAgain) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    const std::string error = "<Error><Code>NoSuchKey</Code></Error>";
    out.Send(FakeAnswer(404, calls++ == 0 ? error.substr(0, 15) : error));
  });
  auto client = NewClient(server.url());
  EXPECT_EQ(GetRange(*client, 0, 4).status.code, TF_NOT_FOUND);
}

TEST(ClientRetryTest, AnAnswerToAnotherQuestionIsAskedForAgain) {
  const std::string etag = kEtag;
  for (const std::string& answer :
       {FakeAnswer(206, "1234", etag + "Content-Range: bytes 1-4/10\r\n"),
        FakeAnswer(206, "012345", etag + "Content-Range: bytes 0-3/10\r\n"),
        FakeAnswer(200, "<html>Please sign in</html>")}) {
    std::atomic<int> calls{0};
    FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
      out.Send(calls++ == 0 ? answer : RangeAnswer("0123456789", request));
    });
    auto client = NewClient(server.url());
    const Read read = GetRange(*client, 0, 4);
    EXPECT_EQ(read.bytes, "0123") << read.status.message;
    EXPECT_EQ(read.object.size, 10u);
  }
}

TEST(ClientRetryTest, DoesNotRepeatWhatCannotPass) {
  for (int status : {400, 403, 404, 501}) {
    FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
      out.Send(FakeAnswer(status, "<Error><Code>Any</Code></Error>"));
    });
    auto client = NewClient(server.url());
    EXPECT_FALSE(client->HeadObject(*ParseUri("s3://models/k")).ok());
    EXPECT_EQ(server.requests().size(), 1u) << status;
  }
}

TEST(ClientRetryTest, AnEndpointThatNeverAnswersIsReportedWithItsName) {
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

TEST(ClientRetryTest, ARefusedConnectionIsReportedWithItsName) {
  const std::string url = "http://127.0.0.1:" + std::to_string(UnusedPort());
  auto client = NewClient(url, std::chrono::minutes(1));
  Result<Listing> page =
      client->ListObjects(*ParseUri("s3://models/half"), ListRequest());
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.status().code, TF_UNAVAILABLE);
  EXPECT_THAT(page.status().message,
              AllOf(HasSubstr(url), HasSubstr("connection refused"),
                    HasSubstr("3 attempts")));
  // For a store that has been there before, the two pauses are of 2250 ms.
  int took = -1;
  const size_t over = page.status().message.find(" over ");
  ASSERT_NE(over, std::string::npos);
  sscanf(page.status().message.c_str() + over, " over %d ms", &took);
  EXPECT_GE(took, 0);
  EXPECT_LT(took, 2250) << page.status().message;
}

// What one operation has been counted as between two snapshots.
std::map<int, uint64_t> RequestsBetween(const Stats& before, const Stats& after,
                                        Operation operation) {
  const auto index = static_cast<size_t>(operation);
  std::map<int, uint64_t> requests = after.operations[index].requests;
  for (const auto& [status, count] : before.operations[index].requests) {
    if ((requests[status] -= count) == 0) requests.erase(status);
  }
  return requests;
}

uint64_t ErrorsBetween(const Stats& before, const Stats& after,
                       Operation operation) {
  const auto index = static_cast<size_t>(operation);
  return after.operations[index].errors - before.operations[index].errors;
}

using Requests = std::map<int, uint64_t>;

TEST(ClientStatsTest, AttemptsRetriesAndBytesAreCounted) {
  std::atomic<int> calls{0};
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    const std::string answer = RangeAnswer("0123456789", request);
    switch (calls++) {
      case 0:
        return out.Send(FakeAnswer(503, "12345"));
      case 1:  // Breaks off after "0123".
        out.Send(answer.substr(0, answer.size() - 6));
        return out.Close();
      default:
        return out.Send(answer);
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

TEST(ClientStatsTest, AFailureIsAnErrorUnlessItSaysThatThereIsNothing) {
  std::atomic<int> status{404};
  FakeHttpServer server([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(status, ""));
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

TEST(ClientStatsTest, AWatchSeesTheBytesOfObjectsInItsDirectory) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    out.Send(request.headers.count("range") > 0
                 ? RangeAnswer("0123456789", request)
                 : FakeAnswer(200, "<ListBucketResult></ListBucketResult>"));
  });
  auto client = NewClient(server.url());
  const ReadWatch bucket("s3://models");
  const ReadWatch folder("s3://models/half");
  EXPECT_EQ(GetRange(*client, 0, 4).bytes, "0123");
  EXPECT_TRUE(client->ListObjects(*ParseUri("s3://models"), {}).ok());
  EXPECT_EQ(bucket.bytes(), 4u);
  EXPECT_EQ(folder.bytes(), 0u);
}

TEST(ClientTest, AsksForListingsByPrefixPageAndDelimiter) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(200, "<ListBucketResult></ListBucketResult>"));
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

TEST(ClientTest, SaysThatAnEndpointIsNotS3) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeAnswer(200, "<html>Welcome</html>"));
  });
  auto client = NewClient(server.url());
  Result<Listing> page =
      client->ListObjects(*ParseUri("s3://models"), ListRequest());
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.status().code, TF_UNAVAILABLE);
  EXPECT_THAT(page.status().message,
              AllOf(HasSubstr("a <html>"), HasSubstr("S3_ENDPOINT")));
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

TEST(ClientTest, SignsItsRequestsAndKeepsTheSecret) {
  FakeHttpServer server([](const FakeRequest&, FakeConnection& out) {
    out.Send(
        FakeAnswer(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>"));
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
