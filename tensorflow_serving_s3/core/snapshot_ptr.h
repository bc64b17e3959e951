// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SNAPSHOT_PTR_H_
#define TENSORFLOW_SERVING_S3_CORE_SNAPSHOT_PTR_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "tensorflow_serving_s3/core/reader_gate.h"

namespace tfs3 {

// An immutable value that is read often and replaced rarely.
//
//   SnapshotPtr<Routes> routes(std::make_unique<Routes>());
//   // Readers, any thread:
//   Model* model = routes.Read(
//       [&](const Routes& r) { return r.Find(name); });
//   // A writer:
//   routes.Publish(std::make_unique<Routes>(...));
//
// Promises:
//  - Read is wait-free: two increments and one load.
//  - When Publish returns, the old value is destroyed. The memory accesses of
//    its readers happened before the return.
//  - Publish waits for the readers that are inside Read. So a function given to
//    Read must be short and must neither block nor publish.
// Thread-safe; the destructor must not overlap with other calls.
template <typename T>
class SnapshotPtr {
 public:
  explicit SnapshotPtr(std::unique_ptr<const T> value)
      : value_(value.release()) {}
  SnapshotPtr(const SnapshotPtr&) = delete;
  SnapshotPtr& operator=(const SnapshotPtr&) = delete;
  ~SnapshotPtr() { delete value_.load(); }

  // Returns f(value). The result must not contain references to the value.
  template <typename F>
  auto Read(F&& f) const {
    const ReaderGate::Section section(gate_);
    return std::forward<F>(f)(static_cast<const T&>(*value_.load()));
  }

  // Replaces the value.
  void Publish(std::unique_ptr<const T> value) {
    std::lock_guard<std::mutex> lock(writer_mu_);
    const std::unique_ptr<const T> old(value_.exchange(value.release()));
    gate_.WaitForReaders();
  }

 private:
  std::atomic<const T*> value_;
  ReaderGate gate_;
  std::mutex writer_mu_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SNAPSHOT_PTR_H_
