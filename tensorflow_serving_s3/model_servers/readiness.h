// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_READINESS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_READINESS_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>

#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// Knows when the server is ready for the first time: when a version of each
// awaited model, and each awaited version, has become available.
//
//   Readiness readiness;
//   readiness.Await({{"half"}, {{"half", 7}}});
//   readiness.VersionIsAvailable({"half", 7});
//   readiness.is_ready();  // true, and stays so
//
// Thread-safe.
class Readiness {
 public:
  struct Awaited {
    std::set<std::string, std::less<>> models;
    std::set<ServableId> versions;
  };

  // From now on awaits this in place of what it awaited; nothing if it has been
  // ready.
  void Await(Awaited awaited);

  void VersionIsAvailable(const ServableId& id);

  // Awaits only these versions of a model from now on, of those that it
  // awaited.
  void AwaitAtMost(const std::string& model, const std::set<int64_t>& versions);

  bool is_ready() const { return ready_; }

  Awaited awaited() const;

 private:
  void UpdateLocked();

  mutable std::mutex mu_;
  Awaited awaited_;  // Guarded by mu_.
  std::atomic<bool> ready_{false};
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_READINESS_H_
