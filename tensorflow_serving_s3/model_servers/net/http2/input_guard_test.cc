// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/input_guard.h"

#include <gtest/gtest.h>

#include <string>

#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"

namespace tfs3::net::http2 {
namespace {

using namespace http2_frames;  // NOLINT: names of frames
using Verdict = InputGuard::Verdict;

constexpr size_t kMaxBlock = 1000;

class InputGuardTest : public testing::Test {
 protected:
  InputGuardTest() { guard_.Scan(kPreface); }

  // Scans `bytes` again and again, up to `times` times. Returns the number of
  // times that were allowed.
  int Repeat(const std::string& bytes, int times) {
    for (int i = 0; i < times; ++i) {
      if (guard_.Scan(bytes) != Verdict::kOk) {
        return i;
      }
    }
    return times;
  }

  InputGuard guard_{kMaxBlock};
};

TEST_F(InputGuardTest, CallsAreFree) {
  const std::string call = HeadersFrame(1, GrpcHeaders("/a/b")) +
                           Frame(kData, kEndStream, 1, Message("request"));

  EXPECT_EQ(Repeat(call, 200'000), 200'000);
}

TEST_F(InputGuardTest, AHeaderBlockHasALimit) {
  EXPECT_EQ(guard_.Scan(HeadersFrame(1, std::string(kMaxBlock, 'x'))),
            Verdict::kOk);
  EXPECT_EQ(guard_.Scan(HeadersFrame(3, std::string(600, 'x'), 0)),
            Verdict::kOk);
  EXPECT_EQ(guard_.Scan(Frame(kContinuation, 0, 3, std::string(401, 'x'))),
            Verdict::kHeaderBlockTooLong);
}

TEST_F(InputGuardTest, TheHeadOfAFrameIsEnoughForTheLimit) {
  const std::string frame = HeadersFrame(1, std::string(kMaxBlock + 1, 'x'));

  EXPECT_EQ(guard_.Scan(frame.substr(0, 8)), Verdict::kOk);
  EXPECT_EQ(guard_.Scan(frame.substr(8, 1)), Verdict::kHeaderBlockTooLong);
}

TEST_F(InputGuardTest, FramesWithoutACallAreLimited) {
  for (const std::string& frame :
       {Frame(kPing, 0, 0, "12345678"), Frame(kSettings, 0, 0, ""),
        Frame(kPriority, 0, 1, "12345"), WindowUpdateFrame(0, 1), ResetFrame(1),
        Frame(0xbb, 0, 0, std::string(1000, 'x')), Frame(kData, 0, 1, ""),
        Frame(kData, 0, 1, "x")}) {
    InputGuard guard(kMaxBlock);
    guard.Scan(kPreface);
    int count = 0;
    while (guard.Scan(frame) == Verdict::kOk && count < 100'000) {
      ++count;
    }
    EXPECT_GT(count, 1000) << static_cast<int>(frame[3]);
    EXPECT_LT(count, 100'000) << static_cast<int>(frame[3]);
  }
}

TEST_F(InputGuardTest, EmptyContinuationsAreLimited) {
  guard_.Scan(HeadersFrame(1, "", 0));

  EXPECT_LT(Repeat(Frame(kContinuation, 0, 1, ""), 100'000), 100'000);
}

TEST_F(InputGuardTest, TimeAndAnsweredCallsAllowMore) {
  const std::string ping = Frame(kPing, 0, 0, "12345678");
  const int most = Repeat(ping, 100'000);
  InputGuard guard(kMaxBlock);
  guard.Scan(kPreface);

  int count = 0;
  while (guard.Scan(ping) == Verdict::kOk && count < 2 * most) {
    guard.Credit(100);
    ++count;
  }
  EXPECT_EQ(count, 2 * most);
  guard.Refill(3600);
  EXPECT_EQ(guard.Scan(ping), Verdict::kOk);
}

TEST_F(InputGuardTest, KnowsWhetherAFrameOrABlockIsUnfinished) {
  EXPECT_TRUE(InputGuard(kMaxBlock).unfinished());  // The preface.
  EXPECT_FALSE(guard_.unfinished());
  const std::string headers = HeadersFrame(1, "abc", 0);
  guard_.Scan(headers.substr(0, 5));
  EXPECT_TRUE(guard_.unfinished());
  guard_.Scan(headers.substr(5));
  EXPECT_TRUE(guard_.unfinished());  // END_HEADERS is missing.
  guard_.Scan(Frame(kContinuation, kEndHeaders, 1, ""));
  EXPECT_FALSE(guard_.unfinished());
  // Streams have timeouts of their own.
  guard_.Scan(Frame(kData, 0, 1, "abc").substr(0, 10));
  EXPECT_FALSE(guard_.unfinished());
}

}  // namespace
}  // namespace tfs3::net::http2
