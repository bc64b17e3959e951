// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_STARTUP_TIMING_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_STARTUP_TIMING_H_

#include <memory>
#include <mutex>
#include <optional>

#include "absl/time/time.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/servable_state.h"

namespace tfs3 {

// When this process was started, to the kernel's 10 ms.
absl::Time ProcessStartTime();

// Tells, in one log line, what the time from the start of the process to the
// first model that can be asked was spent on:
//
//   startup milliseconds since process start: main=310 ports=325 listed=348
//   loaded=412
//
// main: the program's main began, TensorFlow's libraries are loaded; ports: the
// ports are open; listed: a version was found in storage; loaded: it is
// available. Logs nothing if no model ever is. Thread-safe.
class StartupTiming {
 public:
  // `bus` must outlive this object.
  StartupTiming(absl::Time main_began, EventBus<ServableState>* bus);

  // To be called when the ports have been opened.
  void PortsAreOpen();

 private:
  void HandleEvent(const ServableState& state);

  const absl::Time main_began_;
  std::mutex mu_;
  // Guarded by mu_.
  std::optional<absl::Time> ports_;
  std::optional<absl::Time> listed_;
  bool logged_ = false;
  // Last, so that events stop before anything else goes.
  const std::unique_ptr<EventBus<ServableState>::Subscription> subscription_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_STARTUP_TIMING_H_
