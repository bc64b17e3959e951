// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_STARTUP_TIMING_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_STARTUP_TIMING_H_

#include <memory>
#include <mutex>
#include <optional>

#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/servable_state.h"

namespace tfs3 {

// Returns the start time of this process, with a resolution of 10 ms.
absl::Time ProcessStartTime();

// Logs one line with the times from the start of the process to the first
// available model:
//
//   startup milliseconds since process start: main=310 ports=325 listed=348
//   loaded=412
//
// main: main began, after TensorFlow's libraries were loaded. ports: the ports
// are open. listed: the server found a version in storage. loaded: the version
// is available. Thread-safe.
class StartupTiming {
 public:
  // `bus` must outlive this object.
  StartupTiming(absl::Time main_began, EventBus<ServableState>* bus);

  // Call it when the ports are open.
  void PortsAreOpen();

 private:
  void HandleEvent(const ServableState& state);

  const absl::Time main_began_;
  std::mutex mu_;
  // Guarded by mu_.
  std::optional<absl::Time> ports_;
  std::optional<absl::Time> listed_;
  bool logged_ = false;
  // Last: destroyed before the members that its callback uses.
  const std::unique_ptr<EventBus<ServableState>::Subscription> subscription_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_STARTUP_TIMING_H_
