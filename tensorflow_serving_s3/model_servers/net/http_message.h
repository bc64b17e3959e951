// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What an HTTP handler gets and what it returns.
//
//   HttpResponse Handle(const HttpRequest& request) {
//     if (request.path == "/ping") return {200, kJsonContentType, "{}"};
//     return {404, kJsonContentType, ErrorBody("no such page")};
//   }
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_MESSAGE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_MESSAGE_H_

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"

namespace tfs3::rest {

inline constexpr char kJsonContentType[] = "application/json";

// True when two header names, or other ASCII tokens, are equal but for case.
inline bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// One request. All views live as long as the call of the handler.
struct HttpRequest {
  struct Header {
    std::string_view name;
    std::string_view value;
  };

  // In capitals, as the client sent it: GET, POST, ...
  std::string_view method;
  // The target as sent, percent-encoding and all, and its parts before and
  // after the first question mark.
  std::string_view target;
  std::string_view path;
  std::string_view query;
  // In the order sent.
  std::vector<Header> headers;
  // Empty when the request has none; decoded if it came with a content coding.
  const PaddedBuffer* body = nullptr;
  // Who sent it: "ipv4:127.0.0.1:40000", "ipv6:[::1]:40000", "unix:" or, if it
  // is not known, nothing.
  std::string_view peer;
  // When all of it had arrived; the epoch if nobody knows.
  std::chrono::steady_clock::time_point arrival;
  // What the request's memory is charged to, the body's bytes included. Null
  // for a server without a budget.
  RequestMemory::Charge* charge = nullptr;
  // Its place in the server's gate since then, which holds nothing if the gate
  // was closed. Null for a server without a gate.
  const RequestGate::Pass* pass = nullptr;

  // The value of the first header of that name, in whatever case.
  std::optional<std::string_view> FindHeader(std::string_view name) const {
    for (const Header& header : headers) {
      if (EqualIgnoringCase(header.name, name)) return header.value;
    }
    return std::nullopt;
  }
};

// One answer. The server adds Content-Length, Connection and Date; it leaves
// out the body when the request's method is HEAD.
struct HttpResponse {
  int status = 200;
  // Left out of the answer when empty.
  std::string content_type;
  std::string body;
  // Names and values must not contain line breaks.
  std::vector<std::pair<std::string, std::string>> headers = {};
  // Whether to close the connection when the answer is sent.
  bool close = false;
};

// A request that was answered without the handler. Views live as long as the
// call that gets it.
struct HttpRefusal {
  int status = 0;
  // Why, as the client is told.
  std::string_view message;
  // Empty when they did not arrive.
  std::string_view method;
  std::string_view target;
  std::string_view peer;
  // From the first byte.
  std::chrono::nanoseconds duration{0};
};

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_MESSAGE_H_
