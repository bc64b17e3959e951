// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// The limits are tested with frames that the libraries of clients never send.

#include "tensorflow_serving_s3/model_servers/net/http2/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_session_test_util.h"

namespace tfs3::net::http2 {
namespace {

using namespace http2_frames;  // NOLINT: names of frames
using testing::HasSubstr;

constexpr uint16_t kInitialWindowSize = 4;
constexpr uint32_t kEnhanceYourCalm = 11;

TEST_F(SessionTest, AnswersARequest) {
  EXPECT_TRUE(Send(Headers(1)));
  EXPECT_TRUE(Send(Frame(kData, kEndStream, 1, "request")));

  EXPECT_THAT(headers_, HasSubstr(":path=/a/b;"));
  EXPECT_TRUE(has_all_headers_);
  EXPECT_EQ(received_, "request");
  EXPECT_EQ(Body(), "response");
  const FrameView last = FramesIn(output_).back();
  EXPECT_EQ(last.type, kHeaders);
  EXPECT_EQ(last.flags & kEndStream, kEndStream);
  EXPECT_EQ(open_, 0);
}

TEST_F(SessionTest, ALongBodyIsSentAsTheWindowAllows) {
  body_ = std::string(200'000, 'x');
  Send(Call(1));
  EXPECT_EQ(Body().size(), 65'535u);
  EXPECT_EQ(session_.unsent_bytes(), 200'000u - 65'535u);

  Send(WindowUpdateFrame(0, 1 << 20) + WindowUpdateFrame(1, 1 << 20));

  EXPECT_EQ(Body().size(), 200'000u);
  EXPECT_EQ(open_, 0);
}

TEST_F(SessionTest, TheMemoryOfABodyIsKeptUntilItIsSent) {
  for (const size_t size : {10, 200'000}) {
    output_.clear();
    memory_ = std::string(size, 'm');
    const uint32_t id = size == 10 ? 1 : 3;
    Send(Call(id));
    if (size > 65'535) {
      EXPECT_EQ(kept_, 1);
      Send(WindowUpdateFrame(0, 1 << 20) + WindowUpdateFrame(id, 1 << 20));
    }

    EXPECT_EQ(Body(), body_ + memory_);
    EXPECT_EQ(kept_, 0);
  }
}

TEST_F(SessionTest, TheMemoryOfABodyIsFreedWhenTheStreamIsReset) {
  memory_ = std::string(200'000, 'm');
  Send(Call(1));
  EXPECT_EQ(kept_, 1);

  Send(Frame(kRstStream, 0, 1, std::string("\0\0\0\x08", 4)));

  EXPECT_EQ(kept_, 0);
}

TEST_F(SessionTest, AStreamThatDoesNotConsumeStopsItsClient) {
  consumes_ = false;
  Send(Headers(1));
  const std::string data = Frame(kData, 0, 1, std::string(1 << 14, 'x'));

  const uint32_t window = options_.window_bytes >> 14;
  EXPECT_EQ(Repeat([&](int) { return data; }, window), window);
  // One more byte violates the flow control.
  Send(Frame(kData, 0, 1, "x"));
  EXPECT_TRUE(Count(kRstStream) > 0 || GoawayError() >= 0);
}

TEST_F(SessionTest, AStreamThatConsumesReceivesAnySize) {
  Send(Headers(1));
  const std::string data = Frame(kData, 0, 1, std::string(1 << 14, 'x'));

  EXPECT_EQ(Repeat([&](int) { return data; }, 2000), 2000);

  EXPECT_EQ(received_.size(), 2000u << 14);
}

TEST_F(SessionTest, TheResponseBeforeTheEndOfTheRequestStopsTheClient) {
  resets_on_sweep_ = true;
  Send(Headers(1));
  session_.Sweep(now_, std::chrono::seconds(1), {});
  Drain();

  EXPECT_EQ(Count(kRstStream), 1u);
  EXPECT_EQ(open_, 0);
}

TEST_F(SessionTest, HeadersAboveTheLimitAreCutAndTheCallContinues) {
  Send(HeadersFrame(
      1, GrpcHeaders("/a/b") + Literal("long", std::string(9000, 'x')),
      kEndHeaders | kEndStream));

  EXPECT_FALSE(has_all_headers_);
  EXPECT_THAT(headers_, Not(HasSubstr("long")));
  EXPECT_EQ(Body(), "response");
}

TEST_F(SessionTest, EndlessContinuationEndsTheConnection) {
  EXPECT_TRUE(Send(HeadersFrame(1, GrpcHeaders("/a/b"), 0)));
  const std::string more =
      Frame(kContinuation, 0, 1, Literal("x-header", std::string(1000, 'a')));

  EXPECT_LT(Repeat([&](int) { return more; }, 1000), 100);

  EXPECT_EQ(GoawayError(), kEnhanceYourCalm);
  EXPECT_EQ(open_, 0);
}

TEST_F(SessionTest, OneHeaderWithoutAnEndEndsTheConnection) {
  const std::string begin =
      std::string(1, '\0') + Text("x") + Integer(1 << 30, 7);
  EXPECT_TRUE(Send(HeadersFrame(1, begin, 0)));
  const std::string more = Frame(kContinuation, 0, 1, std::string(16384, 'a'));

  EXPECT_LT(Repeat([&](int) { return more; }, 1000), 10);

  EXPECT_GE(GoawayError(), 0);
}

TEST_F(SessionTest, AnHpackBombEndsTheConnection) {
  EXPECT_TRUE(Send(HeadersFrame(
      1, GrpcHeaders("/a/b") + Literal("x", std::string(3900, 'a'), true),
      kEndHeaders | kEndStream)));

  // 46 MB of headers in 12 KB.
  EXPECT_FALSE(
      Send(HeadersFrame(3, GrpcHeaders("/a/b") + std::string(12'000, '\xbe'))));

  EXPECT_EQ(GoawayError(), kEnhanceYourCalm);
}

TEST_F(SessionTest, RapidResetsEndTheConnection) {
  const int count = Repeat(
      [](int i) {
        const uint32_t stream = 2 * i + 1;
        return HeadersFrame(stream, GrpcHeaders("/a/b")) + ResetFrame(stream);
      },
      20'000);

  EXPECT_EQ(count, 10'000);
  EXPECT_EQ(GoawayError(), kEnhanceYourCalm);
  EXPECT_THAT(GoawayText(), HasSubstr("cancelled"));
}

TEST_F(SessionTest, ResetsThatTheClientProvokesEndTheConnection) {
  // The server must answer a window that overflows with RST_STREAM.
  const int count = Repeat(
      [](int i) {
        const uint32_t stream = 2 * i + 1;
        return HeadersFrame(stream, GrpcHeaders("/a/b")) +
               WindowUpdateFrame(stream, 0x7fffffff);
      },
      20'000);

  EXPECT_LE(count, 10'000);
  EXPECT_EQ(GoawayError(), kEnhanceYourCalm);
  EXPECT_EQ(open_, 0);
}

TEST_F(SessionTest, MalformedRequestsEndTheConnection) {
  const int count = Repeat(
      [](int i) {
        return HeadersFrame(2 * i + 1, Literal(":method", "GET"),
                            kEndHeaders | kEndStream);
      },
      20'000);

  EXPECT_EQ(count, 10'000);
  EXPECT_EQ(GoawayError(), kEnhanceYourCalm);
}

TEST_F(SessionTest, ResetsAtAModerateRateAreAllowed) {
  const int count = Repeat(
      [this](int i) {
        const uint32_t stream = 2 * i + 1;
        session_.Sweep(now_, std::chrono::milliseconds(10), {});
        return HeadersFrame(stream, GrpcHeaders("/a/b")) + ResetFrame(stream);
      },
      20'000);

  EXPECT_EQ(count, 20'000);
}

TEST_F(SessionTest, PingsWithoutAResponseEndTheConnection) {
  EXPECT_LT(Repeat([](int) { return Frame(kPing, 0, 0, "12345678"); }, 100), 5);

  EXPECT_EQ(GoawayError(), kEnhanceYourCalm);
  EXPECT_EQ(GoawayText(), "too_many_pings");
}

TEST_F(SessionTest, APingIsAnswered) {
  EXPECT_TRUE(Send(Frame(kPing, 0, 0, "12345678")));

  const FrameView last = FramesIn(output_).back();
  EXPECT_EQ(last.type, kPing);
  EXPECT_EQ(last.flags, kAck);
  EXPECT_EQ(last.payload, "12345678");
}

TEST_F(SessionTest, ASettingsFloodEndsTheConnection) {
  const std::string settings = SettingsFrame(kInitialWindowSize, 65'535);

  EXPECT_LT(Repeat([&](int) { return settings; }, 200'000), 200'000);

  EXPECT_EQ(GoawayError(), kEnhanceYourCalm);
}

TEST_F(SessionTest, AZeroWindowHoldsTheResponseOnly) {
  body_ = std::string(200'000, 'x');
  Send(SettingsFrame(kInitialWindowSize, 0));

  EXPECT_TRUE(Send(Call(1)));

  EXPECT_EQ(Body(), "");
  EXPECT_EQ(session_.unsent_bytes(), 200'000u);
  EXPECT_LT(session_.output().size(), 1000u);
}

TEST_F(SessionTest, OneByteWindowsEndTheConnection) {
  body_ = std::string(1 << 20, 'x');
  Send(SettingsFrame(kInitialWindowSize, 0));
  Send(Call(1));

  EXPECT_LT(Repeat([](int) { return WindowUpdateFrame(1, 1); }, 1 << 20),
            100'000);

  EXPECT_EQ(GoawayError(), kEnhanceYourCalm);
}

TEST_F(SessionTest, StreamsAboveTheLimitAreRefused) {
  // The settings are not acknowledged.
  Repeat([](int i) { return HeadersFrame(2 * i + 1, GrpcHeaders("/a/b")); },
         1100);

  EXPECT_EQ(open_, 1000);
  EXPECT_EQ(Count(kRstStream), 100u);
}

TEST_F(SessionTest, AWindowAboveTheLimitEndsTheConnection) {
  Send(WindowUpdateFrame(0, 0x7fffffff));

  EXPECT_GE(GoawayError(), 0);
}

TEST_F(SessionTest, AnotherProtocolIsRecognised) {
  Session session(options_, this);

  EXPECT_FALSE(session.Receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n", now_));

  EXPECT_TRUE(session.has_wrong_protocol());
}

TEST_F(SessionTest, AShutdownAnswersRequestsThatAreOnTheirWay) {
  session_.SendShutdownNotice();
  session_.SendPing();
  Drain();
  Send(Call(1));
  EXPECT_EQ(Body(), "response");
  Send(Frame(kPing, kAck, 0, std::string(8, '\0')));
  EXPECT_EQ(pongs_, 1);

  session_.SendGoaway();
  Drain();

  EXPECT_EQ(Count(kGoaway), 2u);
  EXPECT_TRUE(session_.is_done());
}

TEST_F(SessionTest, TheDestructorClosesTheStreams) {
  {
    Session session(options_, this);
    session.Receive(kPreface + Frame(kSettings, 0, 0, "") +
                        HeadersFrame(1, GrpcHeaders("/a/b")),
                    now_);
    EXPECT_EQ(open_, 1);
  }
  EXPECT_EQ(open_, 0);
}

TEST_F(SessionTest, MalformedFramesEndTheConnectionOrTheStream) {
  for (const std::string& bytes :
       {Frame(kPing, 0, 0, "short"), Frame(kData, 0, 0, "stream 0"),
        Frame(kWindowUpdate, 0, 0, std::string(4, '\0')),
        HeadersFrame(2, GrpcHeaders("/even")), HeadersFrame(1, "\x80"),
        std::string("\xff\xff\xff\x00\x00\x00\x00\x00\x01", 9)}) {
    Session session(options_, this);
    session.Receive(kPreface + Frame(kSettings, 0, 0, ""), now_);
    session.Receive(bytes, now_);
    session.Produce(1 << 20);
    std::string output(session.output().size(), '\0');
    session.output().Copy(output.data(), output.size());
    EXPECT_EQ(CountOf(kGoaway, output) + CountOf(kRstStream, output), 1u)
        << testing::PrintToString(bytes);
  }
}

}  // namespace
}  // namespace tfs3::net::http2
