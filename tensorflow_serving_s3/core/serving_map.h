// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SERVING_MAP_H_
#define TENSORFLOW_SERVING_S3_CORE_SERVING_MAP_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/reader_gate.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// The loaded versions from which requests get their handles.
//
//   map.Add(harness);
//   UntypedServableHandle handle =
//       map.Acquire(ServableRequest::Latest("half"));
//   map.Remove(harness);
//   harness->StartQuiescing(...);
//
// Promises:
//  - Acquire is wait-free. Its cost does not depend on the number of servables
//    up to some 10,000, except for the caches of the processor.
//  - Add, Remove and Replace copy the few servables whose names have the same
//    hash. They wait for the readers that are inside Acquire at that moment.
//  - When Remove or Replace has returned, no Acquire uses the old harness.
// Thread-safe. The harnesses must live while they are in the map.
class ServingMap {
 public:
  ServingMap() = default;
  ServingMap(const ServingMap&) = delete;
  ServingMap& operator=(const ServingMap&) = delete;
  ~ServingMap();

  // Returns a handle to the requested version, or to the highest version. The
  // handle is empty if the version is not in the map.
  UntypedServableHandle Acquire(const ServableRequest& request) const;

  // All versions, in order.
  std::vector<ServableId> List() const;

  // The map must not contain another harness with the same ID.
  void Add(LoaderHarness* harness);

  // `harness` must be in the map.
  void Remove(LoaderHarness* harness);

  // Replaces `harness` with `next`, which has the same ID. Acquire finds one of
  // them at any time.
  void Replace(LoaderHarness* harness, LoaderHarness* next);

 private:
  struct Servable {
    std::string name;
    std::vector<LoaderHarness*> versions;  // The highest first; not empty.
  };
  // The servables whose names have the same hash. Immutable.
  using Bucket = std::vector<Servable>;
  static constexpr size_t kNumBuckets = 8192;

  // The index of the bucket for the servable `name`.
  static size_t BucketOf(const std::string& name);
  // The versions of a servable, or null.
  static const std::vector<LoaderHarness*>* Find(const Bucket* bucket,
                                                 const std::string& name);
  // Lets `change` modify the versions of a servable, and publishes the result.
  void Update(const std::string& name,
              const std::function<void(std::vector<LoaderHarness*>&)>& change);

  ReaderGate gate_;
  mutable std::mutex writer_mu_;
  // Null: an empty bucket. Written under writer_mu_.
  std::array<std::atomic<const Bucket*>, kNumBuckets> buckets_ = {};
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SERVING_MAP_H_
