// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/memory_limit.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

namespace tfs3 {
namespace {

// Returns the number at the beginning of a file; nullopt if the file does not
// exist or has no positive number, such as "max".
std::optional<int64_t> ReadNumber(const std::string& path) {
  std::ifstream file(path);
  int64_t number;
  if (!(file >> number) || number <= 0) {
    return std::nullopt;
  }
  return number;
}

// Returns MemTotal of /proc/meminfo, in bytes.
std::optional<int64_t> ReadMachineMemory(const std::string& root) {
  std::ifstream file(root + "/proc/meminfo");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    int64_t kibibytes;
    if (words >> name >> kibibytes && name == "MemTotal:") {
      return kibibytes << 10;
    }
  }
  return std::nullopt;
}

// Calls `visit` with `group` and each of its parents: "/a/b", "/a", "".
template <typename Visit>
void ForEachGroup(std::string group, Visit visit) {
  while (true) {
    if (group == "/") {
      group.clear();
    }
    visit(group);
    if (group.empty()) {
      return;
    }
    group.resize(group.rfind('/'));
  }
}

}  // namespace

int64_t ReadMemoryLimit(const std::string& root) {
  std::optional<int64_t> limit = ReadMachineMemory(root);
  const auto take = [&limit](std::optional<int64_t> other) {
    if (other.has_value()) {
      limit = std::min(limit.value_or(*other), *other);
    }
  };
  // Lines look like "0::/group" (version 2) and "9:cpu,memory:/group" (version
  // 1). In a container the group may have the name that the host uses. Its
  // folder then does not exist, but ForEachGroup also visits the container's
  // root.
  std::ifstream groups(root + "/proc/self/cgroup");
  std::string line;
  while (std::getline(groups, line)) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) {
      continue;
    }
    const std::string controllers =
        "," + line.substr(first + 1, second - first - 1) + ",";
    const std::string group = line.substr(second + 1);
    if (group.empty() || group.front() != '/') {
      continue;
    }
    if (controllers == ",,") {
      ForEachGroup(group, [&](const std::string& path) {
        take(ReadNumber(root + "/sys/fs/cgroup" + path + "/memory.max"));
      });
    } else if (controllers.find(",memory,") != controllers.npos) {
      ForEachGroup(group, [&](const std::string& path) {
        take(ReadNumber(root + "/sys/fs/cgroup/memory" + path +
                        "/memory.limit_in_bytes"));
      });
    }
  }
  return limit.value_or(0);
}

}  // namespace tfs3
