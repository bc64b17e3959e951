// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"

namespace tfs3 {
namespace s3 {
namespace {

std::optional<uint32_t> Ipv4(const std::string& text) {
  in_addr address = {};
  if (inet_pton(AF_INET, text.c_str(), &address) != 1) {
    return std::nullopt;
  }
  return ntohl(address.s_addr);
}

bool IsInNetwork(const std::string& host, const std::string& network) {
  const size_t slash = network.find('/');
  if (slash == std::string::npos) {
    return false;
  }
  const std::optional<uint64_t> bits = ParseUnsigned(network.substr(slash + 1));
  const std::optional<uint32_t> address = Ipv4(host);
  const std::optional<uint32_t> base = Ipv4(network.substr(0, slash));
  if (!address.has_value() || !base.has_value() || bits.value_or(33) > 32) {
    return false;
  }
  const uint32_t mask = *bits == 0 ? 0 : ~uint32_t{0} << (32 - *bits);
  return (*address & mask) == (*base & mask);
}

bool Matches(const std::string& host, int port, std::string pattern) {
  if (pattern == "*") {
    return true;
  }
  if (IsInNetwork(host, pattern)) {
    return true;
  }
  if (pattern.front() == '[' || pattern.find(':') == pattern.rfind(':')) {
    Url url;
    if (ParseUrl(pattern.compare(0, 2, "*.") == 0 ? pattern.substr(1) : pattern,
                 url) != "") {
      return false;
    }
    if (url.port != 0 && url.port != port) {
      return false;
    }
    pattern = url.host;
  }
  while (!pattern.empty() && pattern.front() == '.') {
    pattern.erase(0, 1);
  }
  if (host == pattern) {
    return true;
  }
  const std::string suffix = "." + pattern;
  return host.size() > suffix.size() && !Ipv4(host).has_value() &&
         host.compare(host.size() - suffix.size(), suffix.size(), suffix) == 0;
}

bool IsExcepted(const std::string& list, const std::string& host, int port) {
  size_t begin = 0;
  while (begin < list.size()) {
    const size_t end = std::min(list.find_first_of(", ", begin), list.size());
    if (end > begin && Matches(host, port, list.substr(begin, end - begin))) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

}  // namespace

Result<std::optional<Proxy>> ProxyFor(const ProxyOptions& options, bool https,
                                      const std::string& host, int port) {
  const std::string& text = https ? options.https_proxy : options.http_proxy;
  const std::string& source =
      https ? options.https_proxy_source : options.http_proxy_source;
  if (text.empty() ||
      IsExcepted(Lowercase(options.no_proxy), Lowercase(host), port)) {
    return std::optional<Proxy>();
  }
  Url url;
  std::string wrong = ParseUrl(text, url);
  if (wrong.empty() && !url.scheme.empty() && url.scheme != "http" &&
      url.scheme != "https") {
    wrong = "its scheme is neither http nor https";
  }
  if (!wrong.empty()) {
    // Do not quote the URL, or an error that may contain a part of a password.
    if (text.find('@') != std::string::npos) {
      wrong = "it is not a URL";
    }
    return Status{TF_INVALID_ARGUMENT,
                  "the proxy set by " + source + " cannot be used: " + wrong +
                      "; use a form like http://proxy.example.com:3128"};
  }
  Proxy proxy;
  proxy.https = url.scheme == "https";
  proxy.host = url.host;
  proxy.port = url.port != 0 ? url.port : proxy.https ? 443 : 80;
  proxy.user = url.user;
  proxy.password = url.password;
  proxy.description = (proxy.https ? "https://" : "http://") + proxy.host +
                      ":" + std::to_string(proxy.port) + ", set by " + source;
  return std::optional<Proxy>(proxy);
}

}  // namespace s3
}  // namespace tfs3
