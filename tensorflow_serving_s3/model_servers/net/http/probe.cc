// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/probe.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>
#include <cstddef>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace tfs3::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Response = http::response<http::string_body>;

constexpr uint64_t kMaxBodyBytes = 1 << 20;

struct Target {
  bool tls = false;
  std::string authority = "localhost";  // The Host header.
  std::string host;
  std::string port;
  std::string socket;  // Empty: host and port.
  std::string path = "/readyz";
};

// Parses HOST:PORT[/PATH].
std::optional<Target> ParseHostAndPort(absl::string_view text, bool tls) {
  Target target;
  target.tls = tls;
  if (const size_t slash = text.find('/'); slash != text.npos) {
    if (slash + 1 < text.size()) {
      target.path = std::string(text.substr(slash));
    }
    text = text.substr(0, slash);
  }
  const size_t colon = text.rfind(':');
  int port = 0;
  if (colon == text.npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 1 ||
      port > 65535) {
    return std::nullopt;
  }
  absl::string_view host = text.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[") != absl::ConsumeSuffix(&host, "]") ||
      host.empty()) {
    return std::nullopt;
  }
  target.authority = std::string(text);
  target.host = std::string(host);
  target.port = absl::StrCat(port);
  return target;
}

std::optional<Target> ParseTarget(absl::string_view address) {
  if (absl::ConsumePrefix(&address, "http://")) {
    return ParseHostAndPort(address, /*tls=*/false);
  }
  if (absl::ConsumePrefix(&address, "https://")) {
    return ParseHostAndPort(address, /*tls=*/true);
  }
  if (!absl::ConsumePrefix(&address, "unix:")) {
    return std::nullopt;
  }
  Target target;
  const size_t colon = address.find(":/");
  target.socket = std::string(address.substr(0, colon));
  if (colon != address.npos) {
    target.path = std::string(address.substr(colon + 1));
  }
  return target.socket.empty() ? std::nullopt : std::optional(target);
}

// One request and its response, until a deadline.
class Exchange {
 public:
  explicit Exchange(std::chrono::milliseconds timeout)
      : deadline_(std::chrono::steady_clock::now() + timeout) {}

  // Throws boost::system::system_error.
  Response Get(const Target& target) {
    if (!target.socket.empty()) {
      asio::local::stream_protocol::socket socket(io_);
      Await(socket.async_connect(target.socket, asio::use_future));
      return Get(socket, target);
    }
    tcp::socket socket(io_);
    const auto endpoints = tcp::resolver(io_).resolve(target.host, target.port);
    Await(asio::async_connect(socket, endpoints, asio::use_future));
    if (!target.tls) {
      return Get(socket, target);
    }
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.set_verify_mode(asio::ssl::verify_none);
    asio::ssl::stream<tcp::socket> stream(std::move(socket), context);
    Await(stream.async_handshake(asio::ssl::stream_base::client,
                                 asio::use_future));
    return Get(stream, target);
  }

 private:
  template <typename Stream>
  Response Get(Stream& stream, const Target& target) {
    http::request<http::empty_body> request(http::verb::get, target.path, 11);
    request.set(http::field::host, target.authority);
    request.set(http::field::connection, "close");
    Await(http::async_write(stream, request, asio::use_future));
    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(kMaxBodyBytes);
    Await(http::async_read(stream, buffer, parser, asio::use_future));
    return parser.release();
  }

  // Runs the operation that sets `result` and returns its value.
  template <typename Value>
  Value Await(std::future<Value> result) {
    io_.restart();
    while (result.wait_for(std::chrono::seconds(0)) !=
           std::future_status::ready) {
      if (io_.run_one_until(deadline_) == 0) {
        throw boost::system::system_error(asio::error::timed_out);
      }
    }
    return result.get();
  }

  const std::chrono::steady_clock::time_point deadline_;
  asio::io_context io_;
};

std::string Explain(const boost::system::error_code& error,
                    std::chrono::milliseconds timeout) {
  if (error == asio::error::timed_out) {
    return absl::StrCat("no answer within ", timeout.count(), " ms");
  }
  return error.message();
}

}  // namespace

absl::StatusOr<std::string> Probe(const std::string& address,
                                  std::chrono::milliseconds timeout) {
  const std::optional<Target> target = ParseTarget(address);
  if (!target.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--probe=", address,
        " is not an address; use http://HOST:PORT/PATH, https://HOST:PORT/PATH "
        "or unix:SOCKET:/PATH"));
  }
  try {
    const Response response = Exchange(timeout).Get(*target);
    const std::string line =
        absl::StrCat(address, ": ", response.result_int(), " ",
                     absl::string_view(response.body())
                         .substr(0, response.body().find('\n')));
    if (response.result() == http::status::ok) {
      return line;
    }
    return absl::UnavailableError(line);
  } catch (const boost::system::system_error& error) {
    return absl::UnavailableError(
        absl::StrCat(address, ": ", Explain(error.code(), timeout)));
  }
}

}  // namespace tfs3::net
