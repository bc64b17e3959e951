// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Looks up keys of the standard input in the newest version of a table:
//
//   serve_hashmap s3://tables/capitals
//   fr                               <- input: a key
//   capitals version 1: Paris        <- the value
//
// Ends at the end of the input.

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "examples/custom_servable/hashmap_source_adapter.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/servable_state_monitor.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/sources/file_system_storage_path_source.h"

namespace custom_servable {
namespace {

constexpr char kName[] = "capitals";

// Returns the line for a key.
absl::StatusOr<std::string> LookUp(const tfs3::Manager& manager,
                                   const std::string& key) {
  // The handle keeps the version loaded until this function returns.
  absl::StatusOr<tfs3::ServableHandle<Hashmap>> table =
      manager.GetServableHandle<Hashmap>(tfs3::ServableRequest::Latest(kName));
  if (!table.ok()) {
    return table.status();
  }
  const auto found = (*table)->find(key);
  return absl::StrCat(
      table->id().DebugString(), ": ",
      found == (*table)->end() ? "no value for " + key : found->second);
}

absl::Status Serve(const std::string& base_path) {
  tfs3::EventBus<tfs3::ServableState> states;
  tfs3::ServableStateMonitor monitor(&states);

  // From the end of the chain to its beginning. So it stops in the reverse
  // order: first the source stops, last everything is unloaded.
  tfs3::AspiredVersionsManager::Options options;
  options.aspired_version_policy =
      std::make_unique<tfs3::AvailabilityPreservingPolicy>();
  options.servable_event_bus = &states;
  auto manager = tfs3::AspiredVersionsManager::Create(std::move(options));
  if (!manager.ok()) {
    return manager.status();
  }
  HashmapSourceAdapter adapter;
  tfs3::FileSystemStoragePathSource::Config config;
  config.set_file_system_poll_wait_seconds(1);
  auto* servable = config.add_servables();
  servable->set_servable_name(kName);
  servable->set_base_path(base_path);
  tfs3::FileSystemStoragePathSource::Options source_options;
  source_options.completeness = [](const std::string& version_path) {
    return CheckTableComplete(tensorflow::Env::Default(), version_path);
  };
  auto source = tfs3::FileSystemStoragePathSource::Create(
      config, std::move(source_options));
  if (!source.ok()) {
    return source.status();
  }

  tfs3::ConnectSourceToTarget(&adapter, manager->get());
  tfs3::ConnectSourceToTarget(source->get(), &adapter);

  const absl::Status loaded = monitor.WaitUntilServablesReachState(
      {tfs3::ServableRequest::Latest(kName)},
      tfs3::ServableState::ManagerState::kAvailable,
      absl::Now() + absl::Minutes(1));
  if (!loaded.ok()) {
    return loaded;
  }
  for (std::string key; std::getline(std::cin, key);) {
    const absl::StatusOr<std::string> line = LookUp(**manager, key);
    std::cout << (line.ok() ? *line : std::string(line.status().message()))
              << std::endl;
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace custom_servable

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "Usage: %s BASE_PATH, such as s3://BUCKET/capitals\n",
                 argv[0]);
    return 2;
  }
  const absl::Status status = custom_servable::Serve(argv[1]);
  if (!status.ok()) {
    std::fprintf(stderr, "%s: %s\n", argv[0],
                 std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}
