// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/response_writer.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/system/error_code.hpp>
#include <ctime>

namespace tfs3::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

std::string_view ReasonOf(int status) {
  if (status == 499) {
    return "Client Closed Request";
  }
  const auto reason = http::obsolete_reason(http::int_to_status(status));
  return {reason.data(), reason.size()};
}

}  // namespace

std::string_view HttpDate() {
  // Formatted once a second.
  thread_local std::time_t formatted = 0;
  thread_local char text[40];
  thread_local size_t length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != formatted) {
    formatted = now;
    std::tm parts;
    gmtime_r(&now, &parts);
    length =
        std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  }
  return {text, length};
}

bool HasNoBody(int status) {
  return status < 200 || status == 204 || status == 304;
}

void ResponseWriter::MakeHead(const HttpResponse& response, bool keep_alive) {
  // Most heads fit; the connection keeps the memory for its next response.
  constexpr size_t kUsualHead = 256;
  std::string& head = head_;
  head.clear();
  head.reserve(kUsualHead);
  head += "HTTP/1.1 ";
  head += std::to_string(response.status);
  head += ' ';
  head += ReasonOf(response.status);
  head += "\r\nDate: ";
  head += HttpDate();
  if (!response.content_type.empty()) {
    head += "\r\nContent-Type: ";
    head += response.content_type;
  }
  if (!HasNoBody(response.status)) {
    head += "\r\nContent-Length: ";
    head += std::to_string(response.body.size());
  }
  for (const auto& [name, value] : response.headers) {
    head += "\r\n";
    head += name;
    head += ": ";
    head += value;
  }
  head += keep_alive ? "\r\nConnection: keep-alive\r\n\r\n"
                     : "\r\nConnection: close\r\n\r\n";
}

void ResponseWriter::Begin(const HttpResponse& response,
                           std::string_view method, bool keep_alive) {
  MakeHead(response, keep_alive);
  const bool without_body = HasNoBody(response.status) || method == "HEAD";
  unsent_ = {asio::buffer(head_),
             without_body ? asio::const_buffer() : asio::buffer(response.body)};
}

bool ResponseWriter::WriteSome(HttpStream* stream) {
  written_ = 0;
  while (!done()) {
    boost::system::error_code error;
    size_t written = stream->WriteSome(unsent_, error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      return true;
    }
    if (error) {
      return false;
    }
    written_ += written;
    for (asio::const_buffer& buffer : unsent_) {
      const size_t taken = std::min(written, buffer.size());
      buffer += taken;
      written -= taken;
    }
  }
  return true;
}

}  // namespace tfs3::net
