// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// The order in which a client may send its large requests.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_session_test_util.h"

namespace tfs3::net::http2 {
namespace {

using namespace http2_frames;  // NOLINT: names of frames
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

const std::string& Acknowledgement() {
  static const auto* const kFrame =
      new std::string(Frame(kSettings, kAck, 0, ""));
  return *kFrame;
}

class SessionWindowTest : public SessionTest {
 protected:
  SessionWindowTest() {
    window_ = 1 << 20;
    Send(Acknowledgement());
  }

  void BeginSix() {
    for (uint32_t id = 1; id <= 11; id += 2) {
      Send(Headers(id));
    }
  }

  // Starts large requests: four that the client may send, and two that wait.
  void BeginSixAndAcknowledge() {
    BeginSix();
    Send(Acknowledgement());
  }

  static std::string End(uint32_t id) {
    return Frame(kData, kEndStream, id, "end");
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

  // Returns the window of new requests that the output announces; 0 without.
  uint32_t AnnouncedWindow() const {
    uint32_t window = 0;
    for (const FrameView& frame : FramesIn(output_)) {
      if (frame.type == kSettings && frame.payload.size() == 6) {
        for (const char byte : frame.payload.substr(2)) {
          window = window << 8 | static_cast<uint8_t>(byte);
        }
      }
    }
    return window;
  }
};

TEST_F(SessionWindowTest, FewLargeRequestsHaveTheUsualWindow) {
  for (const uint32_t id : {1, 3, 5, 7}) {
    Send(Headers(id));
  }

  EXPECT_THAT(Opened(), IsEmpty());
  EXPECT_EQ(AnnouncedWindow(), 0u);
}

TEST_F(SessionWindowTest, MoreLargeRequestsMakeTheWindowsNarrow) {
  BeginSix();

  EXPECT_EQ(AnnouncedWindow(), options_.large_requests.narrow_window_bytes);
  EXPECT_THAT(OpenedBy(Acknowledgement()), UnorderedElementsAre(1, 3, 5, 7));
}

TEST_F(SessionWindowTest, MoreRequestsAreSentAtOnceIfTheirSumIsSmall) {
  window_ = 800 << 10;
  BeginSix();

  EXPECT_THAT(OpenedBy(Acknowledgement()), UnorderedElementsAre(1, 3, 5, 7, 9));
}

TEST_F(SessionWindowTest, ARequestThatEndsBeforeTheAcknowledgementCounts) {
  BeginSix();

  EXPECT_THAT(OpenedBy(End(1) + End(3) + End(5) + End(7)), IsEmpty());
  EXPECT_THAT(OpenedBy(Acknowledgement()), ElementsAre(9));
}

TEST_F(SessionWindowTest, TheOthersAreSentOneAfterAnother) {
  BeginSixAndAcknowledge();

  EXPECT_THAT(OpenedBy(End(3) + End(1) + End(5)), IsEmpty());
  EXPECT_THAT(OpenedBy(End(7)), ElementsAre(9));
  EXPECT_THAT(OpenedBy(End(9)), ElementsAre(11));
}

TEST_F(SessionWindowTest, SeveralAreSentTogetherIfTheirSumIsSmall) {
  window_ = 500 << 10;
  for (uint32_t id = 1; id <= 23; id += 2) {
    Send(Headers(id));
  }
  Send(Acknowledgement());

  EXPECT_THAT(OpenedBy(End(1) + End(3) + End(5) + End(7) + End(9) + End(11)),
              IsEmpty());
  EXPECT_THAT(OpenedBy(End(13)), ElementsAre(17));
  EXPECT_THAT(OpenedBy(End(15)), ElementsAre(19));
}

TEST_F(SessionWindowTest, ACancelledRequestIsLeftOut) {
  BeginSixAndAcknowledge();
  Send(End(1) + End(3) + End(5));

  EXPECT_THAT(OpenedBy(ResetFrame(9)), IsEmpty());
  EXPECT_THAT(OpenedBy(ResetFrame(7)), ElementsAre(11));
}

TEST_F(SessionWindowTest, AnAnsweredRequestDoesNotCount) {
  answers_early_ = true;

  BeginSix();

  EXPECT_EQ(open_, 6);
  EXPECT_EQ(AnnouncedWindow(), 0u);
}

TEST_F(SessionWindowTest, ARequestThatWaitsIsSentOnlyInItsTurn) {
  BeginSixAndAcknowledge();
  const std::string data = Frame(kData, 0, 9, std::string(16 << 10, 'x'));
  output_.clear();
  EXPECT_EQ(Repeat([&](int) { return data; }, 2), 2);
  EXPECT_THAT(Opened(), IsEmpty());

  EXPECT_THAT(OpenedBy(End(1) + End(3) + End(5) + End(7)), ElementsAre(9));

  // The rest of a request that has the size of its window.
  EXPECT_EQ(Repeat([&](int) { return data; }, 62), 62);
  EXPECT_EQ(Count(kRstStream), 0u);
  EXPECT_EQ(received_.size(), 4 * 3 + (size_t{64} << 14));
}

TEST_F(SessionWindowTest, ASlowClientMaySendOthers) {
  BeginSixAndAcknowledge();
  output_.clear();
  EXPECT_FALSE(session_.OnAllRead(now_));

  now_ += LargeRequests::kResponseTime;

  EXPECT_TRUE(session_.OnAllRead(now_));
  EXPECT_FALSE(session_.OnAllRead(now_));
  Drain();
  EXPECT_THAT(Opened(), ElementsAre(9));
}

TEST_F(SessionWindowTest, RequestsThatStopDoNotHoldBackTheNextOnes) {
  for (uint32_t id = 1; id <= 21; id += 2) {
    Send(Headers(id));
  }
  Send(Acknowledgement());
  now_ += LargeRequests::kResponseTime;
  EXPECT_TRUE(session_.OnAllRead(now_));
  Drain();

  // The first four never end.
  EXPECT_THAT(OpenedBy(End(9)), ElementsAre(11));
  EXPECT_THAT(OpenedBy(End(11)), ElementsAre(13));
}

TEST_F(SessionWindowTest, ASlowRequestThatEndsIsNotReplaced) {
  BeginSixAndAcknowledge();
  now_ += LargeRequests::kResponseTime;
  EXPECT_TRUE(session_.OnAllRead(now_));
  Drain();

  EXPECT_THAT(OpenedBy(End(1) + End(3)), IsEmpty());
}

TEST_F(SessionWindowTest, TheWindowsAreWideAgainWhenNoRequestWaits) {
  BeginSixAndAcknowledge();
  Send(ResetFrame(9) + ResetFrame(11));
  output_.clear();

  session_.Sweep(now_, std::chrono::seconds(1), {});
  Drain();

  EXPECT_EQ(AnnouncedWindow(), options_.window_bytes);
}

}  // namespace
}  // namespace tfs3::net::http2
