// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/transfer_watch.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace tfs3::net::http2 {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kTimeout(20);
constexpr uint64_t kEnough = (16 << 10) * 10;  // In a half of the timeout.

class TransferWatchTest : public testing::Test {
 protected:
  TransferWatchTest() { watch_.Begin(now_); }

  // Advances the clock by a half of the timeout, in which `connection` and
  // `stream` bytes are moved.
  bool Pass(uint64_t connection, uint64_t stream) {
    now_ += kTimeout / 2;
    connection_ += connection;
    stream_ += stream;
    return watch_.IsTooSlow(now_, kTimeout, connection_, stream_);
  }

  TransferWatch::Clock::time_point now_{std::chrono::hours(1)};
  TransferWatch watch_;
  uint64_t connection_ = 0;
  uint64_t stream_ = 0;
};

TEST_F(TransferWatchTest, TheFirstHalfIsFree) {
  EXPECT_FALSE(Pass(0, 0));
  EXPECT_TRUE(Pass(0, 0));
}

TEST_F(TransferWatchTest, EnoughBytesInEachHalfContinue) {
  EXPECT_FALSE(Pass(0, 0));
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(Pass(kEnough, 1000));
  }
  EXPECT_TRUE(Pass(kEnough - 1, 1000));
}

TEST_F(TransferWatchTest, AStreamWithoutProgressEndsOnABusyConnection) {
  EXPECT_FALSE(Pass(0, 0));
  EXPECT_FALSE(Pass(kEnough, 1));
  EXPECT_TRUE(Pass(100 * kEnough, 0));
}

TEST_F(TransferWatchTest, BytesBeforeTheTransferDoNotCount) {
  connection_ = 100 * kEnough;
  stream_ = 100 * kEnough;
  EXPECT_FALSE(Pass(0, 0));
  EXPECT_TRUE(Pass(0, 0));
}

TEST_F(TransferWatchTest, ATransferOfKnownSizeHasADeadline) {
  watch_.BeginSized(now_, kTimeout, kEnough);  // 20 s + 10 s
  EXPECT_FALSE(Pass(kEnough, kEnough));
  EXPECT_FALSE(Pass(kEnough, kEnough));
  EXPECT_TRUE(Pass(kEnough, kEnough));
}

TEST_F(TransferWatchTest, IsNotCheckedBeforeAHalfHasPassed) {
  EXPECT_FALSE(Pass(0, 0));
  now_ += kTimeout / 2 - milliseconds(1);
  EXPECT_FALSE(watch_.IsTooSlow(now_, kTimeout, 0, 0));
  now_ += milliseconds(1);
  EXPECT_TRUE(watch_.IsTooSlow(now_, kTimeout, 0, 0));
}

}  // namespace
}  // namespace tfs3::net::http2
