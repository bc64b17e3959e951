// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_TARGET_H_
#define TENSORFLOW_SERVING_S3_CORE_TARGET_H_

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "absl/log/absl_check.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/source.h"

namespace tfs3 {

// Receives the aspired versions of a Source<T>.
//
//   ConnectSourceToTarget(&source, &target);
//
// The callback may be copied and called from several threads concurrently.
// After the target was destroyed, it does nothing. So sources and targets may
// be destroyed in any order.
template <typename T>
class Target {
 public:
  virtual ~Target() = default;

  // Returns the argument for Source<T>::SetAspiredVersionsCallback.
  virtual typename Source<T>::AspiredVersionsCallback
  GetAspiredVersionsCallback() = 0;
};

// Implements Target; a subclass implements SetAspiredVersions:
//
//   class Printer : public TargetBase<StoragePath> {
//    public:
//     ~Printer() override { Detach(); }
//
//    protected:
//     void SetAspiredVersions(absl::string_view name,
//                             std::vector<ServableData<StoragePath>> versions)
//         override { ... }
//   };
//
// The destructor of the most derived class must call Detach() first, before
// its members are destroyed.
template <typename T>
class TargetBase : public Target<T> {
 public:
  TargetBase() : link_(std::make_shared<Link>(this)) {}
  TargetBase(const TargetBase&) = delete;
  TargetBase& operator=(const TargetBase&) = delete;

  ~TargetBase() override {
    // There is no callback, or Detach has disabled all of them.
    ABSL_CHECK(link_.use_count() == 1 || link_->target == nullptr)
        << "A leaf class of TargetBase does not call Detach() first in its "
           "destructor";
  }

  typename Source<T>::AspiredVersionsCallback GetAspiredVersionsCallback()
      final {
    return [link = link_](absl::string_view servable_name,
                          std::vector<ServableData<T>> versions) {
      std::shared_lock<std::shared_mutex> lock(link->mu);
      if (link->target != nullptr) {
        link->target->SetAspiredVersions(servable_name, std::move(versions));
      }
    };
  }

 protected:
  // Receives the complete list of versions of one stream, see Source. Called
  // from several threads concurrently. Must not call the callback of this
  // target or Detach().
  virtual void SetAspiredVersions(absl::string_view servable_name,
                                  std::vector<ServableData<T>> versions) = 0;

  // Waits for running callbacks and disables all callbacks. May be called more
  // than once.
  void Detach() {
    std::unique_lock<std::shared_mutex> lock(link_->mu);
    link_->target = nullptr;
  }

 private:
  // Shared with the callbacks; outlives the target.
  struct Link {
    explicit Link(TargetBase* target) : target(target) {}
    std::shared_mutex mu;
    TargetBase* target;  // Guarded by mu; nullptr once detached.
  };

  const std::shared_ptr<Link> link_;
};

// Starts to send the aspired versions of `source` to `target`.
template <typename T>
void ConnectSourceToTarget(Source<T>* source, Target<T>* target) {
  source->SetAspiredVersionsCallback(target->GetAspiredVersionsCallback());
}

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_TARGET_H_
