// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/request_target.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace tfs3::net {
namespace {

constexpr std::string_view kMarks = "-._~!$&'()*+,;=%";

bool IsNameCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         kMarks.find(c) != std::string_view::npos;
}

bool IsAddressCharacter(char c) { return c == ':' || IsNameCharacter(c); }

bool IsPort(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase(absl::string_view(a.data(), a.size()),
                                absl::string_view(b.data(), b.size()));
}

}  // namespace

RequestTarget ParseRequestTarget(std::string_view target) {
  const size_t scheme = target.find("://");
  if (scheme == std::string_view::npos || scheme == 0 ||
      scheme > target.find_first_of("/?#")) {
    return {{}, {}, target};
  }
  RequestTarget parts;
  parts.scheme = target.substr(0, scheme);
  target.remove_prefix(scheme + 3);
  const size_t path = target.find_first_of("/?#");
  parts.authority = target.substr(0, path);
  parts.origin = path == std::string_view::npos ? "/" : target.substr(path);
  return parts;
}

bool IsHost(std::string_view text) {
  size_t end = 0;
  if (!text.empty() && text.front() == '[') {
    end = text.find(']');
    if (end == std::string_view::npos) {
      return false;
    }
    const std::string_view address = text.substr(1, end - 1);
    if (!std::all_of(address.begin(), address.end(), IsAddressCharacter)) {
      return false;
    }
    ++end;
  } else {
    end = std::find_if_not(text.begin(), text.end(), IsNameCharacter) -
          text.begin();
  }
  const std::string_view rest = text.substr(end);
  return rest.empty() || (rest.front() == ':' && IsPort(rest.substr(1)));
}

std::string_view TargetError(std::string_view target, std::string_view host) {
  const RequestTarget parts = ParseRequestTarget(target);
  if (parts.origin.empty() || (parts.origin.front() != '/' && target != "*")) {
    return "the request target is neither a path nor a URL with a path";
  }
  if (!parts.is_absolute()) {
    return {};
  }
  if (!EqualIgnoringCase(parts.scheme, "http") &&
      !EqualIgnoringCase(parts.scheme, "https")) {
    return "the request target is a URL of another protocol than HTTP";
  }
  if (!EqualIgnoringCase(parts.authority, host)) {
    return "the request target names another host than the Host header";
  }
  return {};
}

}  // namespace tfs3::net
