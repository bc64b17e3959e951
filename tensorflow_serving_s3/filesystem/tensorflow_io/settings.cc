// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/tensorflow_io/settings.h"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace tfs3 {
namespace {

std::string Lowercase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

// Returns the value of a variable; empty if it is not set.
std::string Get(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

bool IsYes(const std::string& value) {
  const std::string word = Lowercase(value);
  return word == "1" || word == "true" || word == "yes" || word == "on";
}

bool IsNo(const std::string& value) {
  const std::string word = Lowercase(value);
  return word == "0" || word == "false" || word == "no" || word == "off";
}

bool HasScheme(const std::string& endpoint) {
  const std::string lower = Lowercase(endpoint);
  return lower.compare(0, 7, "http://") == 0 ||
         lower.compare(0, 8, "https://") == 0;
}

// Returns the endpoint with its scheme; empty for AWS. Removes a slash at the
// end, because tensorflow-io appends a slash.
std::string Endpoint(const Environment& environment) {
  std::string endpoint = Get(environment, "S3_ENDPOINT");
  if (!IsYes(Get(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))) {
    for (const char* name : {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
      if (endpoint.empty()) {
        endpoint = Get(environment, name);
      }
    }
  }
  while (!endpoint.empty() && endpoint.back() == '/') {
    endpoint.pop_back();
  }
  if (endpoint.empty() || HasScheme(endpoint)) {
    return endpoint;
  }
  const bool plain = IsNo(Get(environment, "S3_USE_HTTPS"));
  return (plain ? "http://" : "https://") + endpoint;
}

// Returns whether the host of the endpoint is in amazonaws.com or in another
// domain of AWS of that name (amazonaws.com.cn).
bool IsAws(const std::string& endpoint) {
  const size_t begin = endpoint.find("://") + 3;
  const std::string host =
      endpoint.substr(begin, endpoint.find_first_of(":/", begin) - begin);
  return ("." + Lowercase(host)).find(".amazonaws.") != std::string::npos;
}

}  // namespace

EnvironmentChanges TensorflowIoSettings(const Environment& environment) {
  EnvironmentChanges changes;
  const auto set = [&](const std::string& name, const std::string& value) {
    if (Get(environment, name) != value) {
      changes[name] = value;
    }
  };
  const auto is_empty = [&](const std::string& name) {
    return Get(environment, name).empty();
  };

  const std::string endpoint = Endpoint(environment);
  if (!endpoint.empty()) {
    set("S3_ENDPOINT", endpoint);
    if (is_empty("S3_DISABLE_MULTI_PART_DOWNLOAD") && !IsAws(endpoint)) {
      set("S3_DISABLE_MULTI_PART_DOWNLOAD", "1");
    }
  } else if (environment.count("S3_ENDPOINT") > 0) {
    changes["S3_ENDPOINT"] = std::nullopt;
  }
  if (is_empty("S3_CA_FILE") && !is_empty("AWS_CA_BUNDLE")) {
    set("S3_CA_FILE", Get(environment, "AWS_CA_BUNDLE"));
  }
  if (!is_empty("AWS_REGION")) {
    set("AWS_DEFAULT_REGION", Get(environment, "AWS_REGION"));
  }
  if (IsYes(Get(environment, "AWS_EC2_METADATA_DISABLED"))) {
    set("AWS_EC2_METADATA_DISABLED", "true");
  }
  return changes;
}

}  // namespace tfs3
