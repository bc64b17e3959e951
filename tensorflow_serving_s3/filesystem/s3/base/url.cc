// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"

#include <cstddef>
#include <cstdint>

#include "tensorflow_serving_s3/filesystem/s3/base/text.h"

namespace tfs3 {
namespace s3 {
namespace {

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

std::string ParsePort(const std::string& text, Url& url) {
  const uint64_t number = ParseUnsigned(text).value_or(0);
  if (number < 1 || number > 65535) {
    return "\"" + text + "\" is not a port (1 to 65535)";
  }
  url.port = static_cast<uint16_t>(number);
  return "";
}

std::string ParseBracketedHost(const std::string& authority, Url& url) {
  const size_t close = authority.find(']');
  if (close == std::string::npos) {
    return "the bracket is not closed";
  }
  url.host = authority.substr(1, close - 1);
  for (const char c : url.host) {
    if (HexValue(c) < 0 && c != ':' && c != '.' && c != '%') {
      return "the text in the brackets is not an IPv6 address";
    }
  }
  if (url.host.empty()) {
    return "it has no host";
  }
  const std::string rest = authority.substr(close + 1);
  if (rest.empty()) {
    return "";
  }
  if (rest.front() != ':') {
    return "only a port may follow the bracket";
  }
  return ParsePort(rest.substr(1), url);
}

std::string ParseHost(const std::string& authority, Url& url) {
  if (!authority.empty() && authority.front() == '[') {
    return ParseBracketedHost(authority, url);
  }
  const size_t colon = authority.find(':');
  url.host = authority.substr(0, colon);
  for (const char c : url.host) {
    if (!IsHostCharacter(c)) {
      return std::string("a host name does not contain '") + c + "'";
    }
  }
  if (url.host.empty()) {
    return "it has no host";
  }
  return colon == std::string::npos
             ? ""
             : ParsePort(authority.substr(colon + 1), url);
}

}  // namespace

std::string ParseUrl(const std::string& text, Url& url) {
  url = Url();
  std::string rest = text;
  const size_t separator = rest.find("://");
  if (separator != std::string::npos) {
    url.scheme = rest.substr(0, separator);
    rest = rest.substr(separator + 3);
  }
  const size_t slash = rest.find('/');
  if (slash != std::string::npos) {
    url.path = rest.substr(slash);
    rest = rest.substr(0, slash);
  }
  const size_t at = rest.rfind('@');
  if (at != std::string::npos) {
    const std::string user_info = rest.substr(0, at);
    rest = rest.substr(at + 1);
    const size_t colon = user_info.find(':');
    url.user = PercentDecoded(user_info.substr(0, colon));
    if (colon != std::string::npos) {
      url.password = PercentDecoded(user_info.substr(colon + 1));
    }
  }
  return ParseHost(rest, url);
}

std::string UriEncode(const std::string& text, bool keep_slash) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size());
  for (char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                       c == '_' || c == '~' || (keep_slash && c == '/');
    if (plain) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kHex[byte >> 4];
      encoded += kHex[byte & 15];
    }
  }
  return encoded;
}

}  // namespace s3
}  // namespace tfs3
