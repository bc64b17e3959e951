// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/channel_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace tfs3::grpc {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ChannelArguments Parse(
    const std::vector<std::pair<std::string, std::string>>& arguments) {
  return ChannelArguments(arguments);
}

TEST(ChannelArgumentsTest, DefaultsAreThoseOfGrpc) {
  const ChannelArguments arguments = Parse({});

  EXPECT_EQ(arguments.connections.session.max_header_bytes, 8u << 10);
  EXPECT_EQ(arguments.connections.keepalive_time, std::chrono::hours(2));
  EXPECT_EQ(arguments.connections.keepalive_timeout, std::chrono::seconds(20));
  EXPECT_EQ(arguments.connections.session.pings.max_strikes, 2);
  EXPECT_EQ(arguments.response_coding, Coding::kIdentity);
  EXPECT_FALSE(arguments.share_port);
}

TEST(ChannelArgumentsTest, ArgumentsAreHonoured) {
  const ChannelArguments arguments = Parse({
      {"grpc.max_concurrent_streams", "7"},
      {"grpc.max_connection_age_ms", "1000"},
      {"grpc.max_connection_age_grace_ms", "2000"},
      {"grpc.max_connection_idle_ms", "3000"},
      {"grpc.keepalive_time_ms", "4000"},
      {"grpc.keepalive_timeout_ms", "5000"},
      {"grpc.keepalive_permit_without_calls", "1"},
      {"grpc.http2.min_ping_interval_without_data_ms", "6000"},
      {"grpc.http2.max_ping_strikes", "0"},
      {"grpc.http2.max_frame_size", "20000"},
      {"grpc.http2.lookahead_bytes", "100000"},
      {"grpc.max_metadata_size", "9000"},
      {"grpc.max_receive_message_length", "+10"},
      {"grpc.max_send_message_length", "-1"},
      {"grpc.default_compression_algorithm", "1"},
      {"grpc.server_handshake_timeout_ms", "8000"},
      {"grpc.so_reuseport", "1"},
  });

  EXPECT_THAT(arguments.warnings, IsEmpty());
  const auto& connections = arguments.connections;
  EXPECT_EQ(connections.session.max_streams, 7u);
  EXPECT_EQ(connections.max_age, milliseconds(1000));
  EXPECT_EQ(connections.max_age_grace, milliseconds(2000));
  EXPECT_EQ(connections.idle_timeout, milliseconds(3000));
  EXPECT_EQ(connections.keepalive_time, milliseconds(4000));
  EXPECT_EQ(connections.keepalive_timeout, milliseconds(5000));
  EXPECT_TRUE(connections.keepalive_without_calls);
  EXPECT_TRUE(connections.session.pings.permit_without_calls);
  EXPECT_EQ(connections.session.pings.min_interval, milliseconds(6000));
  EXPECT_EQ(connections.session.pings.max_strikes, 0);
  EXPECT_EQ(connections.session.max_frame_bytes, 20'000u);
  EXPECT_EQ(connections.session.window_bytes, 100'000u);
  EXPECT_EQ(connections.session.max_header_bytes, 9000u);
  EXPECT_EQ(arguments.max_receive_bytes, 10);
  EXPECT_EQ(arguments.max_send_bytes, -1);
  EXPECT_EQ(arguments.response_coding, Coding::kDeflate);
  EXPECT_EQ(connections.handshake_timeout, milliseconds(8000));
  EXPECT_TRUE(arguments.share_port);
}

TEST(ChannelArgumentsTest, TheLargestIntegerIsInfinite) {
  const ChannelArguments arguments =
      Parse({{"grpc.keepalive_time_ms", "2147483647"}});

  EXPECT_EQ(arguments.connections.keepalive_time, milliseconds(0));
  EXPECT_THAT(arguments.warnings, IsEmpty());
}

TEST(ChannelArgumentsTest, TheLastValueOfANameCounts) {
  const ChannelArguments arguments =
      Parse({{"grpc.max_concurrent_streams", "7"},
             {"grpc.max_concurrent_streams", "8"}});

  EXPECT_EQ(arguments.connections.session.max_streams, 8u);
}

TEST(ChannelArgumentsTest, ANameWithoutEffectHasAWarning) {
  const ChannelArguments arguments = Parse({{"grpc.enable_channelz", "1"}});

  EXPECT_THAT(arguments.warnings,
              ElementsAre(HasSubstr("grpc.enable_channelz has no effect")));
}

TEST(ChannelArgumentsTest, AnInvalidValueHasAWarningWithTheRange) {
  for (const char* const value : {"", "text", "0", "99999999999"}) {
    const ChannelArguments arguments =
        Parse({{"grpc.max_concurrent_streams", value}});

    EXPECT_THAT(arguments.warnings,
                ElementsAre(HasSubstr("grpc.max_concurrent_streams=" +
                                      std::string(value) + " is ignored")));
    EXPECT_EQ(arguments.connections.session.max_streams, 1000u);
  }
}

}  // namespace
}  // namespace tfs3::grpc
