// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_PING_POLICY_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_PING_POLICY_H_

#include <chrono>

namespace tfs3::net::http2 {

// Limits the PING frames of one client as gRPC's servers do: a PING that comes
// too soon after the last one is a strike, and a client with too many strikes
// is disconnected. A response resets the strikes.
//
//   PingPolicy policy({});
//   if (!policy.OnPing(now, has_streams)) return End("too_many_pings");
//   policy.OnResponse();  // HEADERS or DATA were sent
class PingPolicy {
 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    // The shortest time between two PINGs without a response between them.
    std::chrono::milliseconds min_interval = std::chrono::minutes(5);
    // Whether that interval also applies to a connection without a request;
    // else it is two hours, as for keep-alive of TCP.
    bool permit_without_calls = false;
    // The number of strikes that are forgiven; 0: no limit.
    int max_strikes = 2;
  };

  explicit PingPolicy(const Options& options) : options_(options) {}

  // Returns false if the client must be disconnected.
  [[nodiscard]] bool OnPing(Clock::time_point now, bool has_streams) {
    const Clock::duration interval =
        has_streams || options_.permit_without_calls
            ? Clock::duration(options_.min_interval)
            : Clock::duration(std::chrono::hours(2));
    const bool too_soon = has_last_ && now - last_ < interval;
    last_ = now;
    has_last_ = true;
    if (!too_soon || options_.max_strikes == 0) {
      return true;
    }
    return ++strikes_ <= options_.max_strikes;
  }

  void OnResponse() {
    has_last_ = false;
    strikes_ = 0;
  }

 private:
  const Options options_;
  // The last PING since the last response.
  bool has_last_ = false;
  Clock::time_point last_;
  int strikes_ = 0;
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_PING_POLICY_H_
