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

// The short way to servables: whole chains from a source to a manager, with
// settings that suit most programs. One that needs others puts its own chain
// together, as simple_servers.cc does.
namespace tfs3 {

// The name of the servable below.
inline constexpr char kSimpleServableName[] = "default";

// A manager that serves the newest version of the SavedModel under `base_path`:
// a URL such as s3://models/half, or an absolute path. It looks for a newer one
// every second, and loads it before it unloads the old one.
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
// Waits for nothing: until the first version is loaded, handles are NOT_FOUND.
// What becomes of each version is published on `servable_event_bus`, which may
// be null and otherwise must outlive the manager; errors are logged, too. What
// is missing or broken at first is looked for and loaded when it is there.
//
// INVALID_ARGUMENT if `base_path` is empty or relative.
//
// The manager is thread-safe. When the last pointer to it goes, it stops
// looking, waits for handles, and unloads the model.
absl::StatusOr<std::shared_ptr<Manager>> CreateSingleTFModelManagerFromBasePath(
    const std::string& base_path,
    EventBus<ServableState>* servable_event_bus = nullptr);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_LOAD_SIMPLE_SERVERS_H_
