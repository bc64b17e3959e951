// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

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

// The request and the response of an HTTP handler.
//
//   HttpResponse Handle(const HttpRequest& request) {
//     if (request.path == "/ping") return {200, kJsonContentType, "{}"};
//     return {404, kJsonContentType, ErrorBody("no such page")};
//   }
namespace tfs3::net {

inline constexpr char kJsonContentType[] = "application/json";

// Returns true if two ASCII texts are equal apart from upper and lower case.
inline bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// One request. The views are valid until the handler returns.
struct HttpRequest {
  struct Header {
    std::string_view name;
    std::string_view value;
  };

  // As the client sent it: GET, POST, ...
  std::string_view method;
  // The target as the client sent it, with percent-encoding. The path and the
  // query are the parts before and after the first question mark.
  std::string_view target;
  std::string_view path;
  std::string_view query;
  // In the order of the request.
  std::vector<Header> headers;
  // Never null in a handler. Empty without a body. A gzip body is already
  // inflated.
  const PaddedBuffer* body = nullptr;
  // The client's address: "ipv4:127.0.0.1:40000", "ipv6:[::1]:40000" or
  // "unix:". Empty if it is unknown.
  std::string_view peer;
  // The time when the whole request had arrived; the epoch if it is unknown.
  std::chrono::steady_clock::time_point arrival;
  // The charge for the memory of the request. It includes the bytes of the
  // body. Null for a server without a memory budget.
  RequestMemory::Charge* charge = nullptr;
  // The request's pass of the server's gate; false if the gate was closed. Null
  // for a server without a gate.
  const RequestGate::Pass* pass = nullptr;

  // Returns the value of the first header with that name, in upper or lower
  // case.
  std::optional<std::string_view> FindHeader(std::string_view name) const {
    for (const Header& header : headers) {
      if (EqualIgnoringCase(header.name, name)) {
        return header.value;
      }
    }
    return std::nullopt;
  }
};

// One response. The server adds the headers Content-Length, Connection and
// Date, and omits the body for HEAD.
struct HttpResponse {
  int status = 200;
  // Empty: the response has no Content-Type.
  std::string content_type;
  std::string body;
  // Names and values must not contain line breaks.
  std::vector<std::pair<std::string, std::string>> headers = {};
  // Whether to close the connection after the response.
  bool close = false;
};

// A request that the server answered without the handler. The views are valid
// during Options::on_refusal only.
struct HttpRefusal {
  int status = 0;
  // The message that the client gets.
  std::string_view message;
  // Empty if they did not arrive.
  std::string_view method;
  std::string_view target;
  std::string_view peer;
  // The time since the first byte of the request.
  std::chrono::nanoseconds duration{0};
};

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_MESSAGE_H_
