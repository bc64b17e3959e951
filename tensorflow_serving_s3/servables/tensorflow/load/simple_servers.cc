// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/simple_servers.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/saved_model_bundle_source_adapter.h"
#include "tensorflow_serving_s3/sources/file_system_storage_path_source.h"

namespace tfs3 {
namespace {

constexpr int kPollWaitSeconds = 1;

// Destroyed from the last member to the first: the source stops finding
// versions before the manager unloads them.
struct Chain {
  std::unique_ptr<AspiredVersionsManager> manager;
  SavedModelBundleSourceAdapter adapter{SavedModelOptions()};
  std::unique_ptr<FileSystemStoragePathSource> source;
};

}  // namespace

absl::StatusOr<std::shared_ptr<Manager>> CreateSingleTFModelManagerFromBasePath(
    const std::string& base_path, EventBus<ServableState>* servable_event_bus) {
  const auto chain = std::make_shared<Chain>();

  FileSystemStoragePathSource::Config config;
  config.set_file_system_poll_wait_seconds(kPollWaitSeconds);
  auto* const servable = config.add_servables();
  servable->set_servable_name(kSimpleServableName);
  servable->set_base_path(base_path);
  auto source = FileSystemStoragePathSource::Create(config);
  if (!source.ok()) {
    return source.status();
  }
  chain->source = *std::move(source);

  AspiredVersionsManager::Options options;
  options.aspired_version_policy =
      std::make_unique<AvailabilityPreservingPolicy>();
  options.servable_event_bus = servable_event_bus;
  auto manager = AspiredVersionsManager::Create(std::move(options));
  if (!manager.ok()) {
    return manager.status();
  }
  chain->manager = *std::move(manager);

  ConnectSourceToTarget(&chain->adapter, chain->manager.get());
  ConnectSourceToTarget(chain->source.get(), &chain->adapter);
  // The pointer to the manager keeps the whole chain alive.
  return std::shared_ptr<Manager>(chain, chain->manager.get());
}

}  // namespace tfs3
