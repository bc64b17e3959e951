// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/channel_arguments.h"

#include <charconv>
#include <chrono>
#include <functional>
#include <limits>
#include <map>
#include <string_view>
#include <system_error>

namespace tfs3::grpc {
namespace {

using std::chrono::milliseconds;

constexpr int64_t kMaxInt = std::numeric_limits<int32_t>::max();

// An integer argument: its range, and what it sets.
struct Setting {
  int64_t least;
  int64_t most;
  std::function<void(int64_t value, ChannelArguments* to)> apply;
};

std::optional<int64_t> ParseInteger(std::string_view text) {
  const char* begin = text.data();
  const char* const end = begin + text.size();
  if (end - begin > 1 && begin[0] == '+' && begin[1] != '-') {
    ++begin;
  }
  int32_t number = 0;
  const auto [rest, error] = std::from_chars(begin, end, number);
  if (error != std::errc() || rest != end) {
    return std::nullopt;
  }
  return number;
}

// A setting of a time in milliseconds. gRPC takes the largest integer for
// infinite, which is 0 here.
Setting Time(milliseconds net::http2::ConnectionOptions::*field) {
  return {1, kMaxInt, [field](int64_t value, ChannelArguments* to) {
            to->connections.*field = milliseconds(value == kMaxInt ? 0 : value);
          }};
}

template <typename T>
Setting Number(T net::http2::SessionOptions::*field, int64_t least,
               int64_t most) {
  return {least, most, [field](int64_t value, ChannelArguments* to) {
            to->connections.session.*field = static_cast<T>(value);
          }};
}

const std::map<std::string_view, Setting>& Settings() {
  using Connections = net::http2::ConnectionOptions;
  using Session = net::http2::SessionOptions;
  constexpr int64_t kMinInt = std::numeric_limits<int32_t>::min();
  static const auto* const kSettings = new std::map<std::string_view, Setting>{
      {"grpc.max_concurrent_streams",
       Number(&Session::max_streams, 1, kMaxInt)},
      {"grpc.max_metadata_size",
       Number(&Session::max_header_bytes, 1, kMaxInt)},
      {"grpc.http2.max_frame_size",
       Number(&Session::max_frame_bytes, 16384, 16777215)},
      {"grpc.http2.lookahead_bytes",
       Number(&Session::window_bytes, 5, kMaxInt)},
      {"grpc.http2.hpack_table_size.decoder",
       Number(&Session::request_table_bytes, 0, kMaxInt)},
      {"grpc.http2.hpack_table_size.encoder",
       Number(&Session::response_table_bytes, 0, kMaxInt)},
      {"grpc.max_connection_age_ms", Time(&Connections::max_age)},
      {"grpc.max_connection_age_grace_ms", Time(&Connections::max_age_grace)},
      {"grpc.max_connection_idle_ms", Time(&Connections::idle_timeout)},
      {"grpc.keepalive_time_ms", Time(&Connections::keepalive_time)},
      {"grpc.keepalive_timeout_ms", Time(&Connections::keepalive_timeout)},
      {"grpc.keepalive_permit_without_calls",
       {0, 1,
        [](int64_t value, ChannelArguments* to) {
          to->connections.keepalive_without_calls = value != 0;
          to->connections.session.pings.permit_without_calls = value != 0;
        }}},
      {"grpc.http2.min_ping_interval_without_data_ms",
       {0, kMaxInt,
        [](int64_t value, ChannelArguments* to) {
          to->connections.session.pings.min_interval = milliseconds(value);
        }}},
      {"grpc.http2.max_ping_strikes",
       {0, kMaxInt,
        [](int64_t value, ChannelArguments* to) {
          to->connections.session.pings.max_strikes = static_cast<int>(value);
        }}},
      {"grpc.server_handshake_timeout_ms",
       {1, kMaxInt,
        [](int64_t value, ChannelArguments* to) {
          to->connections.handshake_timeout = milliseconds(value);
          to->has_handshake_timeout = true;
        }}},
      {"grpc.so_reuseport",
       {kMinInt, kMaxInt,
        [](int64_t value, ChannelArguments* to) {
          to->share_port = value != 0;
        }}},
      {"grpc.max_receive_message_length",
       {-1, kMaxInt,
        [](int64_t value, ChannelArguments* to) {
          to->max_receive_bytes = value;
        }}},
      {"grpc.max_send_message_length",
       {-1, kMaxInt,
        [](int64_t value, ChannelArguments* to) {
          to->max_send_bytes = value;
        }}},
      {"grpc.default_compression_algorithm",
       {0, 2,
        [](int64_t value, ChannelArguments* to) {
          to->response_coding = static_cast<Coding>(value);
        }}},
      {"grpc.default_compression_level",
       {0, 3,
        [](int64_t value, ChannelArguments* to) {
          to->response_coding = value == 0 ? Coding::kIdentity : Coding::kGzip;
        }}},
  };
  return *kSettings;
}

// Other names of the same settings.
std::string_view NameOfSetting(std::string_view name) {
  if (name == "grpc.http2.min_recv_ping_interval_without_data_ms") {
    return "grpc.http2.min_ping_interval_without_data_ms";
  }
  if (name == "grpc.max_message_length") {
    return "grpc.max_receive_message_length";
  }
  return name;
}

}  // namespace

ChannelArguments::ChannelArguments(
    const std::vector<std::pair<std::string, std::string>>& arguments) {
  for (const auto& [name, value] : arguments) {
    const auto found = Settings().find(NameOfSetting(name));
    if (found == Settings().end()) {
      warnings.push_back("--grpc_channel_arguments: " + name +
                         " has no effect on this server");
      continue;
    }
    const Setting& setting = found->second;
    const std::optional<int64_t> number = ParseInteger(value);
    if (!number.has_value() || *number < setting.least ||
        *number > setting.most) {
      warnings.push_back("--grpc_channel_arguments: " + name + "=" + value +
                         " is ignored; the value must be a whole number from " +
                         std::to_string(setting.least) + " to " +
                         std::to_string(setting.most));
      continue;
    }
    setting.apply(*number, this);
  }
}

}  // namespace tfs3::grpc
