// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_SIMPLE_SERVERS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_SIMPLE_SERVERS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_state.h"

// Builds a whole chain from a source to a manager, with settings that suit most
// programs. A program that needs other settings builds its own chain: see
// simple_servers.cc for an example.
namespace tfs3 {

// The name of the servable that the manager serves.
inline constexpr char kSimpleServableName[] = "default";

// Creates a manager that serves the newest version of the SavedModel under
// `base_path`: a URL such as s3://models/half, or an absolute path. The manager
// looks for a newer version every second. It loads the new version before it
// unloads the old one.
//
//   EventBus<ServableState> bus;
//   ServableStateMonitor monitor(&bus);
//   absl::StatusOr<std::shared_ptr<Manager>> manager =
//       CreateSingleTFModelManagerFromBasePath("s3://models/half", &bus);
//   const auto request = ServableRequest::Latest(kSimpleServableName);
//   absl::Status loaded = monitor.WaitUntilServablesReachState(
//       {request}, ServableState::ManagerState::kAvailable,
//       absl::Now() + absl::Minutes(1));
//   absl::StatusOr<ServableHandle<SavedModelBundle>> model =
//       (*manager)->GetServableHandle<SavedModelBundle>(request);
//
// Returns immediately. GetServableHandle returns NOT_FOUND until the first
// version is loaded. If a version is missing or broken, the manager tries again
// until it can load the version. The manager logs errors and publishes the
// states of the versions on `servable_event_bus`. The bus may be null;
// otherwise it must outlive the manager.
//
// Returns INVALID_ARGUMENT if `base_path` is empty or relative.
//
// The manager is thread-safe. When the last pointer to it is deleted, it stops
// polling, waits until all handles are deleted, and unloads the model.
absl::StatusOr<std::shared_ptr<Manager>> CreateSingleTFModelManagerFromBasePath(
    const std::string& base_path,
    EventBus<ServableState>* servable_event_bus = nullptr);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_SIMPLE_SERVERS_H_
