// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// The functions of Connection that end what takes too long.

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/transfer_limits.h"
#include "tensorflow_serving_s3/model_servers/net/http2/connection.h"

namespace tfs3::net::http2 {
namespace {

// How long a client may take to answer the first step of an orderly end.
constexpr auto kNoticeTimeout = std::chrono::seconds(2);

}  // namespace

IoConnection::Idleness Connection::IdlenessAt(Clock::time_point now) const {
  if (state_ == State::kClosed || num_calls_ > 0) {
    return {};
  }
  // An unused connection is idle immediately: so a flood of new connections
  // closes only connections of the flood.
  if (session_.num_requests() == 0) {
    return {true, 0, last_moved_};
  }
  const Clock::duration idle = now - last_moved_;
  const bool is_idle = in_reserve() || idle >= kMinIdle;
  if (session_.num_streams() == 0) {
    return {is_idle, 1, last_moved_};
  }
  if (session_.unsent_bytes() == 0) {
    return {is_idle, 2, last_moved_};
  }
  return {idle >= kMinIdleSending, 3, last_moved_};
}

void Connection::Evict() {
  ++server_.counters->evicted_connections;
  is_evicted_ = true;
  Close();
}

void Connection::CheckDeadline(Clock::time_point now) {
  const Clock::duration elapsed = now - std::exchange(last_swept_, now);
  now_ = now;
  switch (state_) {
    case State::kClosed:
      return;
    case State::kLingering:
      if (now >= linger_end_) {
        Close();
      }
      return;
    case State::kHandshake:
      if (now - began_ >= options().handshake_timeout) {
        Close();
      }
      return;
    case State::kOpen:
    case State::kFlushing:
      break;
  }
  if (!session_.is_established() &&
      now - began_ >= options().handshake_timeout) {
    Close();
    return;
  }
  if (session_.num_streams() > 0 || num_calls_ > 0) {
    last_busy_ = now;
  } else if (now - last_moved_ >= kMinIdle) {
    session_.output().Shrink();
  }
  CheckTransfers(now);
  if (state_ == State::kClosed) {
    return;
  }
  if (state_ == State::kOpen) {
    session_.Sweep(now, elapsed, {received_, acknowledged_});
    CheckKeepalive(now);
    CheckAge(now);
  }
  if (state_ == State::kOpen || state_ == State::kFlushing) {
    Flush();
  }
}

void Connection::CheckTransfers(Clock::time_point now) {
  // Headers must arrive in time.
  const InputGuard& guard = session_.guard();
  if (!guard.unfinished() ||
      std::exchange(swept_frames_, guard.num_frames()) != guard.num_frames()) {
    unfinished_since_ = now;
  } else if (now - unfinished_since_ >= options().receive_timeout) {
    session_.Terminate(NGHTTP2_ENHANCE_YOUR_CALM,
                       "a frame did not arrive in time");
    BeginFlushing();
  }
  // The client must read something of the output in time.
  if (session_.output().empty() && session_.unsent_bytes() == 0) {
    unread_since_ = now;
    return;
  }
  const uint64_t sent = session_.output().consumed();
  const uint64_t acknowledged =
      sent - std::min<uint64_t>(sent, stream_.unacknowledged());
  if (acknowledged > acknowledged_) {
    acknowledged_ = acknowledged;
    unread_since_ = now;
  } else if (!session_.output().empty() &&
             now - unread_since_ >= options().receive_timeout) {
    Close();
  }
}

void Connection::CheckKeepalive(Clock::time_point now) {
  if (options().keepalive_time.count() == 0) {
    return;
  }
  if (ping_is_open_) {
    if (last_received_ > ping_since_) {
      ping_is_open_ = false;
    } else if (options().keepalive_timeout.count() > 0 &&
               now - ping_since_ >= options().keepalive_timeout) {
      Close();
    }
    return;
  }
  const bool applies =
      session_.num_streams() > 0 || options().keepalive_without_calls;
  if (applies && now - last_received_ >= options().keepalive_time) {
    ping_is_open_ = true;
    ping_since_ = now;
    session_.SendPing();
  }
}

void Connection::CheckAge(Clock::time_point now) {
  if (state_ != State::kOpen) {
    return;
  }
  const auto idle_timeout = options().idle_timeout;
  if (now >= max_age_end_ ||
      (idle_timeout.count() > 0 && now - last_busy_ >= idle_timeout)) {
    SayGoodbye();
  }
  if (goodbye_ == Goodbye::kNotice &&
      now - goodbye_since_ >= std::min<Clock::duration>(
                                  kNoticeTimeout, options().receive_timeout)) {
    goodbye_ = Goodbye::kFinal;
    session_.SendGoaway();
  }
  const auto grace = options().max_age_grace;
  if (now >= max_age_end_ && grace.count() > 0 && now - max_age_end_ >= grace) {
    CloseNow();
  }
}

}  // namespace tfs3::net::http2
