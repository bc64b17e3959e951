// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/call_watch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace tfs3::grpc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kTimeout(20);

class FakeCall final : public CallWatch::Entry {
 public:
  void OnTimeout(Phase phase) override { ended_in = phase; }
  std::string WatchedPeer() const override { return "peer"; }

  // The phase in which OnTimeout was called.
  std::optional<Phase> ended_in;
};

using Phase = CallWatch::Entry::Phase;

// A watch of one call, with a fake clock and a fake connection.
class CallWatchTest : public testing::Test {
 protected:
  CallWatchTest() { watch_.Add(&call_); }
  ~CallWatchTest() override { watch_.Remove(&call_); }

  // Advances the clock and sweeps.
  void Pass(milliseconds time) {
    now_ += time;
    watch_.Sweep(now_, [this](const std::string&) { return progress_; });
  }

  CallWatch watch_{kTimeout};
  FakeCall call_;
  std::optional<ConnectionProgress> progress_ = ConnectionProgress();
  // Later than the time of the kernel's clock tick at which the call was added.
  CallWatch::Clock::time_point now_ = CallWatch::Clock::now() + milliseconds(1);
};

TEST_F(CallWatchTest, ARequestWithoutProgressIsEnded) {
  Pass(kTimeout / 2);
  EXPECT_FALSE(call_.ended_in.has_value());

  Pass(kTimeout / 2 + milliseconds(1));

  EXPECT_EQ(call_.ended_in, Phase::kReceiving);
  EXPECT_FALSE(watch_.BeginHandling(&call_));
}

TEST_F(CallWatchTest, ARequestOnAnUnknownConnectionIsEnded) {
  progress_.reset();
  Pass(kTimeout / 2);

  Pass(kTimeout / 2 + milliseconds(1));

  EXPECT_EQ(call_.ended_in, Phase::kReceiving);
}

TEST_F(CallWatchTest, ARequestThatArrivesIsNotEnded) {
  for (int i = 0; i < 10; ++i) {
    progress_->received += 1 << 20;
    Pass(kTimeout);
  }

  EXPECT_FALSE(call_.ended_in.has_value());
  EXPECT_TRUE(watch_.BeginHandling(&call_));
}

TEST_F(CallWatchTest, ASlowRequestIsEnded) {
  for (int i = 0; i < 10; ++i) {
    progress_->received += 1 << 10;
    Pass(kTimeout / 2 + milliseconds(1));
  }

  EXPECT_EQ(call_.ended_in, Phase::kReceiving);
}

TEST_F(CallWatchTest, UnreadBytesCountAsProgress) {
  progress_->has_unread = true;
  for (int i = 0; i < 10; ++i) {
    Pass(kTimeout);
  }

  EXPECT_FALSE(call_.ended_in.has_value());
}

TEST_F(CallWatchTest, ACallInItsHandlerIsNotEnded) {
  ASSERT_TRUE(watch_.BeginHandling(&call_));
  for (int i = 0; i < 10; ++i) {
    Pass(kTimeout);
  }

  EXPECT_FALSE(call_.ended_in.has_value());
}

TEST_F(CallWatchTest, AnAnswerThatIsNotReadIsEnded) {
  ASSERT_TRUE(watch_.BeginHandling(&call_));
  watch_.BeginSending(&call_, 1 << 20);
  Pass(kTimeout / 2);
  progress_->received += 1 << 30;  // Received bytes do not count.

  Pass(kTimeout);

  EXPECT_EQ(call_.ended_in, Phase::kSending);
}

TEST_F(CallWatchTest, TheTimeForAnAnswerDependsOnItsSize) {
  ASSERT_TRUE(watch_.BeginHandling(&call_));
  watch_.BeginSending(&call_, 16 << 10);
  for (int i = 0; i < 4; ++i) {
    // The client reads other responses of the connection.
    progress_->acknowledged += 1 << 30;
    Pass(kTimeout / 2 + seconds(1));
  }

  EXPECT_EQ(call_.ended_in, Phase::kSending);
}

TEST_F(CallWatchTest, ALargeAnswerHasMoreTime) {
  ASSERT_TRUE(watch_.BeginHandling(&call_));
  watch_.BeginSending(&call_, uint64_t{1} << 30);
  for (int i = 0; i < 100; ++i) {
    progress_->acknowledged += 1 << 20;
    Pass(kTimeout);
  }

  EXPECT_FALSE(call_.ended_in.has_value());
}

TEST_F(CallWatchTest, ReturnsThePeersOfCalls) {
  EXPECT_EQ(watch_.TakePeers().count("peer"), 1u);
}

TEST_F(CallWatchTest, ReturnsThePhaseOfEachPeer) {
  FakeCall other;
  watch_.Add(&other);
  EXPECT_EQ(watch_.PhasesByPeer().at("peer"), Phase::kReceiving);
  ASSERT_TRUE(watch_.BeginHandling(&other));
  watch_.BeginSending(&other, 1);
  EXPECT_EQ(watch_.PhasesByPeer().at("peer"), Phase::kSending);
  ASSERT_TRUE(watch_.BeginHandling(&call_));
  EXPECT_EQ(watch_.PhasesByPeer().at("peer"), Phase::kHandling);
  watch_.Remove(&other);
}

TEST_F(CallWatchTest, KeepsThePeersOfEndedCalls) {
  watch_.RecordTimedOutPeers(true);
  FakeCall other;
  watch_.Remove(&call_);
  watch_.Add(&other);
  watch_.Remove(&other);

  EXPECT_EQ(watch_.TakePeers().count("peer"), 1u);
  EXPECT_TRUE(watch_.TakePeers().empty());
}

}  // namespace
}  // namespace tfs3::grpc
