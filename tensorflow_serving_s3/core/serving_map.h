// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SERVING_MAP_H_
#define TENSORFLOW_SERVING_S3_CORE_SERVING_MAP_H_

#include <atomic>
#include <cstddef>
#include <memory>
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
//   map.Acquire(ServableRequest::Latest("half")); map.Remove(harness);
//   harness->StartQuiescing(...);
//
// Promises:
//  - Acquire is wait-free, and costs the same for one servable and for ten
//    thousand (but for the processor's caches).
//  - Add, Remove and Replace touch one servable name only; they wait for the
//    readers that are inside Acquire at that moment, which is nanoseconds.
//  - When Remove or Replace has returned, no Acquire comes to the old harness
//    any more.
// Thread-safe. The harnesses must live while they are in the map.
class ServingMap {
 public:
  ServingMap();
  ServingMap(const ServingMap&) = delete;
  ServingMap& operator=(const ServingMap&) = delete;
  ~ServingMap();

  // A handle to the version asked for, or to the highest; holds nothing if it
  // is not in the map.
  UntypedServableHandle Acquire(const ServableRequest& request) const;

  // All versions, in order.
  std::vector<ServableId> List() const;

  // No other harness of the same id may be in the map.
  void Add(LoaderHarness* harness);

  // `harness` must be in the map.
  void Remove(LoaderHarness* harness);

  // Puts `next` in the place of `harness`, of the same id, without a moment in
  // which neither could be had.
  void Replace(LoaderHarness* harness, LoaderHarness* next);

 private:
  // One servable; immutable but for its place in the chain of its bucket.
  struct Node {
    std::string name;
    size_t hash;
    std::vector<LoaderHarness*> versions;  // The newest first; not empty.
    std::atomic<Node*> next{nullptr};
  };
  using Link = std::atomic<Node*>;

  // Owns its nodes.
  struct Table {
    explicit Table(size_t num_buckets) : buckets(num_buckets) {}
    ~Table();
    Link& BucketOf(size_t hash) { return buckets[hash & (buckets.size() - 1)]; }
    std::vector<Link> buckets;  // As many as a power of two.
  };

  static size_t HashOf(const std::string& name);
  // The link that leads to the node of `name`, or to the end of its chain.
  static Link& FindLink(Table& table, const std::string& name, size_t hash);
  void UpdateLocked(const std::string& name,
                    std::vector<LoaderHarness*> versions);
  std::vector<LoaderHarness*> VersionsLocked(const std::string& name);
  void GrowLocked();

  ReaderGate gate_;
  std::atomic<Table*> table_;

  mutable std::mutex writer_mu_;
  size_t num_names_ = 0;  // Guarded by writer_mu_.
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SERVING_MAP_H_
