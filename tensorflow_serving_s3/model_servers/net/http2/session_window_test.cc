// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// The order in which a client may send its large requests.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_session_test_util.h"

namespace tfs3::net::http2 {
namespace {

using namespace http2_frames;  // NOLINT: names of frames
using testing::ElementsAre;
using testing::IsEmpty;

class SessionWindowTest : public SessionTest {
 protected:
  SessionWindowTest() {
    window_ = 2 << 20;
    Send(Frame(kSettings, kAck, 0, ""));
  }

  // Starts large requests: four, whose windows are open, and two that wait.
  void BeginSix() {
    for (uint32_t id = 1; id <= 11; id += 2) {
      Send(Headers(id));
    }
  }

  // Sends `bytes` and returns the streams of the WINDOW_UPDATE frames that
  // follow.
  std::vector<uint32_t> OpenedBy(std::string_view bytes) {
    output_.clear();
    Send(bytes);
    return Opened();
  }

  std::vector<uint32_t> Opened() const {
    std::vector<uint32_t> streams;
    for (const FrameView& frame : FramesIn(output_)) {
      if (frame.type == kWindowUpdate && frame.stream != 0) {
        streams.push_back(frame.stream);
      }
    }
    return streams;
  }
};

TEST_F(SessionWindowTest, SomeLargeRequestsHaveTheirWindowAtOnce) {
  BeginSix();

  EXPECT_THAT(Opened(), ElementsAre(1, 3, 5, 7));
}

TEST_F(SessionWindowTest, MoreHaveItIfTheirSumIsSmall) {
  window_ = 800 << 10;

  BeginSix();

  EXPECT_THAT(Opened(), ElementsAre(1, 3, 5, 7, 9));
}

TEST_F(SessionWindowTest, TheEndOfARequestOpensTheNextWindow) {
  BeginSix();

  EXPECT_THAT(OpenedBy(Frame(kData, kEndStream, 3, "end")), ElementsAre(9));
  EXPECT_THAT(OpenedBy(Frame(kData, kEndStream, 1, "end")), ElementsAre(11));
  EXPECT_THAT(OpenedBy(Frame(kData, kEndStream, 5, "end")), IsEmpty());
}

TEST_F(SessionWindowTest, ACancelledRequestOpensTheNextWindow) {
  BeginSix();

  EXPECT_THAT(OpenedBy(ResetFrame(9)), IsEmpty());
  EXPECT_THAT(OpenedBy(ResetFrame(1)), ElementsAre(11));
}

TEST_F(SessionWindowTest, AnAnsweredRequestOpensTheNextWindow) {
  answers_early_ = true;

  BeginSix();

  EXPECT_THAT(Opened(), ElementsAre(1, 3, 5, 7, 9, 11));
}

TEST_F(SessionWindowTest, ARequestThatWaitsIsNotSentFurther) {
  BeginSix();
  const std::string data = Frame(kData, 0, 9, std::string(16 << 10, 'x'));
  const uint32_t first = options_.window_bytes >> 14;

  for (uint32_t i = 0; i < first; ++i) {
    EXPECT_THAT(OpenedBy(data), IsEmpty());
  }

  // The whole window, and not only its rest.
  EXPECT_THAT(OpenedBy(ResetFrame(1)), ElementsAre(9));
  output_.clear();
  EXPECT_EQ(Repeat([&](int) { return data; }, window_ >> 14), window_ >> 14);
  EXPECT_EQ(Count(kRstStream), 0u);
}

TEST_F(SessionWindowTest, ASlowClientMaySendOthers) {
  BeginSix();
  output_.clear();

  EXPECT_TRUE(session_.OnAllRead());
  Drain();
  EXPECT_THAT(Opened(), ElementsAre(9));

  session_.Sweep(now_, std::chrono::seconds(1), {});
  Drain();
  EXPECT_THAT(Opened(), ElementsAre(9, 11));
  EXPECT_FALSE(session_.OnAllRead());
}

}  // namespace
}  // namespace tfs3::net::http2
