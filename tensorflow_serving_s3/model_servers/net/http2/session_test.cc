// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// The limits are tested with frames that the libraries of clients never send.

#include "tensorflow_serving_s3/model_servers/net/http2/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"

namespace tfs3::net::http2 {
namespace {

using namespace http2_frames;  // NOLINT: names of frames
using testing::HasSubstr;

constexpr uint16_t kInitialWindowSize = 4;
constexpr uint32_t kEnhanceYourCalm = 11;

// A session and its client. Each request is answered by `body` when it has
// arrived.
class SessionTest : public testing::Test, protected Session::Owner {
 protected:
  // Memory of a response body.
  struct Memory final : Retained {
    Memory(std::string content, int* counter)
        : bytes(std::move(content)), kept(*counter) {
      ++kept;
    }
    ~Memory() override { --kept; }

    const std::string bytes;
    int& kept;
  };

  class TestStream final : public Stream {
   public:
    explicit TestStream(SessionTest* test) : test_(*test) { ++test_.open_; }

    void OnBegin() override {}
    void OnData(std::string_view data) override {
      test_.received_ += data;
      if (test_.consumes_) {
        Consume(data.size());
      }
    }
    void OnEnd() override {
      const Header headers[] = {{":status", "200"}};
      SendHeaders(headers, 1, false);
      BodyPart part;
      part.bytes = test_.body_;
      if (!test_.memory_.empty()) {
        auto retained = std::make_unique<Memory>(test_.memory_, &test_.kept_);
        part.view = retained->bytes;
        part.retained = std::move(retained);
      }
      SendBody(std::move(part));
      SendEnd();
    }
    Trailers MakeTrailers() override {
      Trailers trailers;
      trailers.Add("grpc-status", "0");
      return trailers;
    }
    void OnClosed() override {
      --test_.open_;
      delete this;
    }
    void OnSweep(Clock::time_point /*now*/,
                 const ConnectionProgress& /*progress*/) override {
      if (test_.resets_on_sweep_) {
        SendReset(8);
      }
    }

   private:
    SessionTest& test_;
  };

  SessionTest() { Send(kPreface + Frame(kSettings, 0, 0, "")); }

  Stream* NewStream(const HeaderList& headers, bool complete) override {
    headers_.clear();
    for (size_t i = 0; i < headers.size(); ++i) {
      headers_ += std::string(headers[i].name) + "=" +
                  std::string(headers[i].value) + ";";
    }
    has_all_headers_ = complete;
    return new TestStream(this);
  }
  void OnPong() override { ++pongs_; }

  // Sends bytes of the client and reads the output. Returns false if the
  // session ends the connection.
  bool Send(std::string_view bytes) {
    const bool goes_on = session_.Receive(bytes, now_);
    Drain();
    return goes_on;
  }

  void Drain() {
    while (session_.Produce(1 << 20) && !session_.output().empty()) {
      std::string part(session_.output().size(), '\0');
      session_.output().Copy(part.data(), part.size());
      session_.output().Consume(part.size());
      output_ += part;
    }
  }

  // Sends `bytes` up to `times` times. Returns how often until the session
  // ended the connection.
  int Repeat(const std::function<std::string(int)>& bytes, int times) {
    for (int i = 0; i < times; ++i) {
      if (!Send(bytes(i))) {
        return i;
      }
    }
    return times;
  }

  // Returns the error code of GOAWAY, or -1.
  int64_t GoawayError() const {
    for (const FrameView& frame : FramesIn(output_)) {
      if (frame.type == kGoaway) {
        return static_cast<uint8_t>(frame.payload.at(7));
      }
    }
    return -1;
  }
  std::string GoawayText() const {
    for (const FrameView& frame : FramesIn(output_)) {
      if (frame.type == kGoaway) {
        return std::string(frame.payload.substr(8));
      }
    }
    return "";
  }

  std::string Body() const {
    std::string body;
    for (const FrameView& frame : FramesIn(output_)) {
      if (frame.type == kData) {
        body += frame.payload;
      }
    }
    return body;
  }

  static std::string Call(uint32_t stream) {
    return HeadersFrame(stream, GrpcHeaders("/a/b"), kEndHeaders | kEndStream);
  }

  SessionOptions options_;
  Session::Clock::time_point now_{std::chrono::hours(1)};
  Session session_{options_, this};
  std::string output_;

  std::string headers_;
  bool has_all_headers_ = false;
  std::string received_;
  std::string body_ = "response";
  std::string memory_;  // Comes after body_.
  int kept_ = 0;
  bool consumes_ = true;
  bool resets_on_sweep_ = false;
  int open_ = 0;
  int pongs_ = 0;
};

TEST_F(SessionTest, AnswersARequest) {
  EXPECT_TRUE(Send(HeadersFrame(1, GrpcHeaders("/a/b"))));
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
  Send(HeadersFrame(1, GrpcHeaders("/a/b")));
  const std::string data = Frame(kData, 0, 1, std::string(1 << 14, 'x'));

  const uint32_t window = options_.window_bytes >> 14;
  EXPECT_EQ(Repeat([&](int) { return data; }, window), window);
  // One more byte violates the flow control.
  Send(Frame(kData, 0, 1, "x"));
  EXPECT_TRUE(CountOf(kRstStream, output_) > 0 || GoawayError() >= 0);
}

TEST_F(SessionTest, AStreamThatConsumesReceivesAnySize) {
  Send(HeadersFrame(1, GrpcHeaders("/a/b")));
  const std::string data = Frame(kData, 0, 1, std::string(1 << 14, 'x'));

  EXPECT_EQ(Repeat([&](int) { return data; }, 2000), 2000);

  EXPECT_EQ(received_.size(), 2000u << 14);
}

TEST_F(SessionTest, TheResponseBeforeTheEndOfTheRequestStopsTheClient) {
  resets_on_sweep_ = true;
  Send(HeadersFrame(1, GrpcHeaders("/a/b")));
  session_.Sweep(now_, std::chrono::seconds(1), {});
  Drain();

  EXPECT_EQ(CountOf(kRstStream, output_), 1u);
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
  EXPECT_EQ(CountOf(kRstStream, output_), 100u);
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

  EXPECT_EQ(CountOf(kGoaway, output_), 2u);
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
