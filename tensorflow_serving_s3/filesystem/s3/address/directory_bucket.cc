// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/directory_bucket.h"

#include <cstddef>
#include <utility>

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kSeparator[] = "--";

// The prefixes of zone IDs. "usg" and "us" are not ambiguous, because no
// direction begins with "g".
constexpr std::pair<const char*, const char*> kAreas[] = {
    {"usg", "us-gov"}, {"us", "us"}, {"eu", "eu"}, {"ap", "ap"},
    {"ca", "ca"},      {"sa", "sa"}, {"af", "af"}, {"me", "me"},
    {"il", "il"},      {"mx", "mx"}, {"cn", "cn"}};

constexpr std::pair<const char*, const char*> kDirections[] = {
    {"ne", "northeast"}, {"nw", "northwest"}, {"se", "southeast"},
    {"sw", "southwest"}, {"n", "north"},      {"s", "south"},
    {"e", "east"},       {"w", "west"},       {"c", "central"}};

bool IsNumber(const std::string& text) {
  return !text.empty() &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

std::string ZoneOfDirectoryBucket(const std::string& bucket) {
  const size_t suffix = bucket.rfind(kSeparator);
  if (suffix == std::string::npos || suffix == 0) {
    return "";
  }
  const std::string end = bucket.substr(suffix);
  if (end != "--x-s3" && end != "--xa-s3") {
    return "";
  }
  const size_t zone = bucket.rfind(kSeparator, suffix - 1);
  if (zone == std::string::npos || zone == 0 || zone + 2 >= suffix) {
    return "";
  }
  return bucket.substr(zone + 2, suffix - zone - 2);
}

bool IsDirectoryBucket(const std::string& bucket) {
  return !ZoneOfDirectoryBucket(bucket).empty();
}

std::string RegionOfZone(const std::string& zone) {
  const std::string id = zone.substr(0, zone.find('-'));
  for (const auto& [area, area_name] : kAreas) {
    const std::string begin = area;
    if (id.compare(0, begin.size(), begin) != 0) {
      continue;
    }
    const std::string rest = id.substr(begin.size());
    for (const auto& [direction, direction_name] : kDirections) {
      const std::string middle = direction;
      if (rest.compare(0, middle.size(), middle) != 0) {
        continue;
      }
      const std::string number = rest.substr(middle.size());
      if (!IsNumber(number)) {
        continue;
      }
      return std::string(area_name) + "-" + direction_name + "-" + number;
    }
  }
  return "";
}

}  // namespace s3
}  // namespace tfs3
