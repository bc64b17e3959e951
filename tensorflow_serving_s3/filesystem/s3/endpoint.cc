// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/endpoint.h"

#include <cstddef>
#include <cstdlib>
#include <string>

namespace tfs3 {
namespace s3 {
namespace {

bool EndsWith(const std::string& text, const std::string& suffix) {
  return text.size() >= suffix.size() &&
         text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

bool IsHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool IsIpv6Character(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
         (c >= '0' && c <= '9') || c == ':' || c == '.' || c == '%';
}

Status Unusable(const Options& options, const std::string& why) {
  return {TF_INVALID_ARGUMENT,
          "the S3 endpoint \"" + options.endpoint + "\", set by " +
              options.endpoint_source + ", cannot be used: " + why +
              "; use a form like http://127.0.0.1:9000, "
              "https://minio.example.com or minio.example.com:9000"};
}

// Splits `host[:port]` into `endpoint`. Returns what is wrong, or "".
std::string ParseAuthority(const std::string& authority, Endpoint& endpoint) {
  std::string port;
  bool has_port = false;
  if (!authority.empty() && authority.front() == '[') {
    const size_t close = authority.find(']');
    if (close == std::string::npos) return "the bracket is not closed";
    endpoint.host = authority.substr(1, close - 1);
    for (char c : endpoint.host) {
      if (!IsIpv6Character(c)) return "no IPv6 address stands in the brackets";
    }
    const std::string rest = authority.substr(close + 1);
    has_port = !rest.empty();
    if (has_port && rest.front() != ':') return "text follows the bracket";
    if (has_port) port = rest.substr(1);
  } else {
    const size_t colon = authority.find(':');
    has_port = colon != std::string::npos;
    endpoint.host = authority.substr(0, colon);
    if (has_port) port = authority.substr(colon + 1);
    for (char c : endpoint.host) {
      if (!IsHostCharacter(c)) {
        return std::string("a host name does not contain '") + c + "'";
      }
    }
  }
  if (endpoint.host.empty()) return "it names no host";
  if (has_port) {
    const bool digits = !port.empty() && port.size() <= 5 &&
                        port.find_first_not_of("0123456789") == port.npos;
    const int number = digits ? std::atoi(port.c_str()) : 0;
    if (number < 1 || number > 65535) {
      return "\"" + port + "\" is not a port (1 to 65535)";
    }
    endpoint.port = static_cast<uint16_t>(number);
  } else {
    endpoint.port = endpoint.https ? 443 : 80;
  }
  return "";
}

Result<Endpoint> ParseEndpoint(const Options& options) {
  if (options.endpoint.find('@') != std::string::npos) {
    // Not quoted: what stands before the @ may be a password.
    return Status{TF_INVALID_ARGUMENT,
                  "the S3 endpoint set by " + options.endpoint_source +
                      " carries a user name; give credentials by "
                      "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead"};
  }
  Endpoint endpoint;
  std::string rest = options.endpoint;
  const size_t separator = rest.find("://");
  if (separator == std::string::npos) {
    endpoint.https = options.use_https.value_or(true);
  } else {
    const std::string scheme = rest.substr(0, separator);
    if (scheme == "https") {
      endpoint.https = true;
    } else if (scheme == "http") {
      endpoint.https = false;
    } else {
      return Unusable(options, "its scheme is neither http nor https");
    }
    rest = rest.substr(separator + 3);
  }
  const size_t slash = rest.find('/');
  if (slash != std::string::npos) {
    endpoint.path_prefix = rest.substr(slash);
    rest = rest.substr(0, slash);
    while (!endpoint.path_prefix.empty() &&
           endpoint.path_prefix.back() == '/') {
      endpoint.path_prefix.pop_back();
    }
    for (char c : endpoint.path_prefix) {
      if (!IsHostCharacter(c) && c != '/' && c != '~') {
        return Unusable(options, std::string("its path contains '") + c + "'");
      }
    }
  }
  const std::string wrong = ParseAuthority(rest, endpoint);
  if (!wrong.empty()) return Unusable(options, wrong);
  return endpoint;
}

bool IsAwsHost(const std::string& host) {
  return EndsWith(host, ".amazonaws.com") ||
         EndsWith(host, ".amazonaws.com.cn");
}

Endpoint AwsEndpoint(const Options& options) {
  const bool china = options.region.compare(0, 3, "cn-") == 0;
  Endpoint endpoint;
  endpoint.https = options.use_https.value_or(true);
  endpoint.port = endpoint.https ? 443 : 80;
  endpoint.host =
      "s3." + options.region + (china ? ".amazonaws.com.cn" : ".amazonaws.com");
  return endpoint;
}

}  // namespace

std::string Endpoint::Authority() const {
  std::string authority =
      host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (https ? 443 : 80)) authority += ":" + std::to_string(port);
  return authority;
}

std::string Endpoint::Url() const {
  return (https ? "https://" : "http://") + Authority();
}

Result<Endpoint> ResolveEndpoint(const Options& options,
                                 const std::string& bucket) {
  Result<Endpoint> base = options.endpoint.empty()
                              ? Result<Endpoint>(AwsEndpoint(options))
                              : ParseEndpoint(options);
  if (!base.ok()) return base;
  const bool dotted = bucket.find('.') != std::string::npos;
  const bool virtual_host = options.virtual_host_addressing.value_or(
      IsAwsHost(base->host) && !dotted);
  if (virtual_host) {
    base->host = bucket + "." + base->host;
  } else {
    base->path_prefix += "/" + bucket;
  }
  return base;
}

}  // namespace s3
}  // namespace tfs3
