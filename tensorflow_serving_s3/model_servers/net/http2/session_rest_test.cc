// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// What a session does with the rest of a request whose response is sent.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_session_test_util.h"

namespace tfs3::net::http2 {
namespace {

using namespace http2_frames;  // NOLINT: names of frames
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr uint32_t kNoError = 0;

class SessionRestTest : public SessionTest {
 protected:
  SessionRestTest() { answers_early_ = true; }

  // Returns the stream and the error code of each RST_STREAM.
  std::vector<std::pair<uint32_t, uint32_t>> Resets() const {
    std::vector<std::pair<uint32_t, uint32_t>> resets;
    for (const FrameView& frame : FramesIn(output_)) {
      if (frame.type == kRstStream) {
        resets.emplace_back(frame.stream,
                            static_cast<uint8_t>(frame.payload.at(3)));
      }
    }
    return resets;
  }

  void Sweep(Session::Clock::duration elapsed) {
    now_ += elapsed;
    session_.Sweep(now_, elapsed, {});
    Drain();
  }
};

TEST_F(SessionRestTest, TheRestOfAnAnsweredRequestIsDiscarded) {
  Send(Headers(1));
  EXPECT_EQ(Body(), "response");

  EXPECT_TRUE(Send(Frame(kData, 0, 1, "rest")));

  EXPECT_EQ(received_, "");
  EXPECT_THAT(Resets(), IsEmpty());
  EXPECT_EQ(open_, 1);
}

TEST_F(SessionRestTest, ARequestThatEndsAfterItsResponseGetsAPing) {
  uint32_t id = 1;
  for (const bool has_trailers : {false, true}) {
    for (const std::string_view rest : {"", "rest"}) {
      output_.clear();
      Send(Headers(id) + Frame(kData, 0, id, "request"));
      EXPECT_EQ(Count(kPing), 0u);

      Send(Frame(kData, has_trailers ? 0 : kEndStream, id, rest));
      if (has_trailers) {
        EXPECT_EQ(Count(kPing), 0u);
        Send(HeadersFrame(id, Literal("x-trailer", "value"),
                          kEndHeaders | kEndStream));
      }

      EXPECT_EQ(Count(kPing), 1u);
      const FrameView last = FramesIn(output_).back();
      EXPECT_EQ(last.type, kPing);
      EXPECT_EQ(last.flags, 0);
      EXPECT_THAT(Resets(), IsEmpty());
      EXPECT_EQ(open_, 0);
      id += 2;
    }
  }
  EXPECT_EQ(ended_, 0);
}

TEST_F(SessionRestTest, TheAcknowledgementOfThatPingIsNoPong) {
  Send(Headers(1));
  Send(Frame(kData, kEndStream, 1, ""));
  const std::string payload(FramesIn(output_).back().payload);
  session_.SendPing();
  Drain();

  EXPECT_TRUE(Send(Frame(kPing, kAck, 0, payload)));
  EXPECT_EQ(pongs_, 0);

  const std::string own_payload(FramesIn(output_).back().payload);
  EXPECT_TRUE(Send(Frame(kPing, kAck, 0, own_payload)));
  EXPECT_EQ(pongs_, 1);
}

TEST_F(SessionRestTest, ARequestThatEndsBeforeItsResponseGetsNoPing) {
  Send(Headers(1) + Frame(kData, kEndStream, 1, "request"));
  Send(Call(3));
  answers_early_ = false;
  Send(Headers(5));
  Send(Frame(kData, kEndStream, 5, "request"));

  EXPECT_EQ(Body(), "responseresponseresponse");
  EXPECT_EQ(ended_, 3);
  EXPECT_EQ(Count(kPing), 0u);
  EXPECT_EQ(open_, 0);
}

TEST_F(SessionRestTest, AStreamIsResetAfter32MiBOfRest) {
  constexpr int kFrameBytes = 16 << 10;
  constexpr int kFrames = (32 << 20) / kFrameBytes;
  Send(Headers(1));
  const std::string data = Frame(kData, 0, 1, std::string(kFrameBytes, 'x'));

  EXPECT_EQ(Repeat([&](int) { return data; }, kFrames), kFrames);
  EXPECT_THAT(Resets(), IsEmpty());
  EXPECT_TRUE(Send(Frame(kData, 0, 1, "x")));

  EXPECT_THAT(Resets(), ElementsAre(Pair(1u, kNoError)));
  EXPECT_EQ(open_, 0);
  // The client may have sent more before it received the reset.
  EXPECT_TRUE(Send(data + Call(3)));
  EXPECT_EQ(Body(), "responseresponse");
}

TEST_F(SessionRestTest, AStreamIsResetAfter30SecondsOfRest) {
  resets_on_sweep_ = true;
  Send(Headers(1));

  Sweep(seconds(30));
  Send(Frame(kData, 0, 1, "rest"));
  EXPECT_THAT(Resets(), IsEmpty());
  EXPECT_EQ(open_, 1);
  Sweep(seconds(1));

  EXPECT_THAT(Resets(), ElementsAre(Pair(1u, kNoError)));
  EXPECT_EQ(open_, 0);
}

TEST_F(SessionRestTest, TheTimeOfTheRestBeginsWithTheEndOfTheResponse) {
  Send(SettingsFrame(/*SETTINGS_INITIAL_WINDOW_SIZE=*/4, 0));
  Send(Headers(1));
  Sweep(seconds(100));
  Send(WindowUpdateFrame(1, 1000));
  EXPECT_EQ(Body(), "response");

  Sweep(seconds(30));
  EXPECT_THAT(Resets(), IsEmpty());
  Sweep(seconds(1));
  EXPECT_THAT(Resets(), ElementsAre(Pair(1u, kNoError)));
}

TEST_F(SessionRestTest, AStreamThatReadsNoRestIsResetAfterItsResponse) {
  reads_rest_ = false;
  Send(Headers(1));

  EXPECT_EQ(Body(), "response");
  EXPECT_THAT(Resets(), ElementsAre(Pair(1u, kNoError)));
  EXPECT_EQ(open_, 0);
  EXPECT_TRUE(Send(Frame(kData, kEndStream, 1, "rest")));
  EXPECT_EQ(received_, "");
  EXPECT_EQ(Count(kPing), 0u);
}

TEST_F(SessionRestTest, TheStopOfTheServerResetsAnsweredStreams) {
  Send(Headers(1));
  answers_early_ = false;
  Send(Headers(3));

  session_.TellThatServerStops();
  Drain();

  EXPECT_THAT(Resets(), ElementsAre(Pair(1u, kNoError)));
  EXPECT_EQ(told_that_server_stops_, 1);
  // The other request is answered.
  Send(Frame(kData, kEndStream, 3, "request"));
  EXPECT_EQ(received_, "request");
  EXPECT_EQ(Body(), "responseresponse");
  EXPECT_EQ(open_, 0);
}

TEST_F(SessionRestTest, AfterTheStopOfTheServerNoRestIsRead) {
  session_.TellThatServerStops();

  Send(Headers(1));

  EXPECT_EQ(Body(), "response");
  EXPECT_THAT(Resets(), ElementsAre(Pair(1u, kNoError)));
  EXPECT_EQ(open_, 0);
}

}  // namespace
}  // namespace tfs3::net::http2
