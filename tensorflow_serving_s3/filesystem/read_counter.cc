// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/filesystem/read_counter.h"

#include <map>
#include <mutex>
#include <utility>

namespace tfs3 {
namespace {

struct Registry {
  std::mutex mu;
  std::map<std::string, ReadCounterFactory> factories;  // By scheme.
};

Registry& TheRegistry() {
  static Registry& registry = *new Registry();
  return registry;
}

}  // namespace

void RegisterReadCounter(const std::string& scheme,
                         ReadCounterFactory factory) {
  Registry& registry = TheRegistry();
  std::lock_guard<std::mutex> lock(registry.mu);
  registry.factories[scheme] = std::move(factory);
}

std::unique_ptr<ReadCounter> NewReadCounter(const std::string& directory) {
  const size_t scheme_end = directory.find("://");
  if (scheme_end == std::string::npos) {
    return nullptr;
  }
  Registry& registry = TheRegistry();
  std::lock_guard<std::mutex> lock(registry.mu);
  const auto found = registry.factories.find(directory.substr(0, scheme_end));
  return found == registry.factories.end() ? nullptr : found->second(directory);
}

}  // namespace tfs3
