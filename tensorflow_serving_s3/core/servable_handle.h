// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SERVABLE_HANDLE_H_
#define TENSORFLOW_SERVING_S3_CORE_SERVABLE_HANDLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/any_ptr.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// Requests the highest available version of a servable, or one version.
//
//   ServableRequest::Latest("half")
//   ServableRequest::Specific("half", 7)
struct ServableRequest {
  static ServableRequest Latest(absl::string_view name) {
    return ServableRequest{std::string(name), std::nullopt};
  }
  static ServableRequest Specific(absl::string_view name, int64_t version) {
    return ServableRequest{std::string(name), version};
  }
  static ServableRequest FromId(const ServableId& id) {
    return Specific(id.name, id.version);
  }

  std::string name;
  // Absent: the highest version that is available.
  std::optional<int64_t> version;

  // "Latest(half)" or "Specific(half, 7)". Part of error messages that clients
  // match on, so it does not change.
  std::string DebugString() const {
    return version.has_value()
               ? absl::StrCat("Specific(", name, ", ", *version, ")")
               : absl::StrCat("Latest(", name, ")");
  }
};

// A loaded servable that counts its handles, and is not unloaded before the
// count is zero. Implemented by managers.
class ServableLease {
 public:
  virtual const ServableId& id() const = 0;
  virtual AnyPtr servable() const = 0;

 protected:
  virtual ~ServableLease() = default;

 private:
  friend class UntypedServableHandle;
  // Decrements the count. Called once for each handle, on any thread. Must be
  // quick and must not unload.
  virtual void Release() = 0;
};

// A handle without the type of the servable, for managers. Callers use
// ServableHandle<T>. Movable, not copyable.
class UntypedServableHandle {
 public:
  UntypedServableHandle() = default;

  // The caller has incremented the count of `lease`; the handle decrements it.
  explicit UntypedServableHandle(ServableLease* lease) : lease_(lease) {}

  UntypedServableHandle(UntypedServableHandle&& other) noexcept
      : lease_(std::exchange(other.lease_, nullptr)) {}
  UntypedServableHandle& operator=(UntypedServableHandle&& other) noexcept {
    if (this != &other) {
      Reset();
      lease_ = std::exchange(other.lease_, nullptr);
    }
    return *this;
  }
  ~UntypedServableHandle() { Reset(); }

  // Requires a handle that is not empty.
  const ServableId& id() const { return lease_->id(); }

  AnyPtr servable() const {
    return lease_ == nullptr ? AnyPtr() : lease_->servable();
  }

  explicit operator bool() const { return lease_ != nullptr; }

 private:
  void Reset() {
    if (lease_ != nullptr) {
      std::exchange(lease_, nullptr)->Release();
    }
  }

  ServableLease* lease_ = nullptr;
};

// Gives access to one servable version. The version is not unloaded before its
// handles are destroyed.
//
//   absl::StatusOr<ServableHandle<Model>> model =
//       manager.GetServableHandle<Model>(ServableRequest::Latest("half"));
//   if (!model.ok()) return model.status();
//   (*model)->Predict(...);
//
// Keep a handle only for the duration of a request. The destructor of the
// manager waits for all handles. Movable, not copyable. One thread at a time
// may use a handle. The type of the servable defines which of its functions are
// thread-safe.
template <typename T>
class ServableHandle {
 public:
  // An empty handle; a handle that was moved from is empty too.
  ServableHandle() = default;

  // `untyped` must hold a servable of type T; see Manager::GetServableHandle.
  explicit ServableHandle(UntypedServableHandle untyped)
      : servable_(untyped.servable().template get<T>()),
        untyped_(std::move(untyped)) {}

  ServableHandle(ServableHandle&& other) noexcept
      : servable_(std::exchange(other.servable_, nullptr)),
        untyped_(std::move(other.untyped_)) {}
  ServableHandle& operator=(ServableHandle&& other) noexcept {
    servable_ = std::exchange(other.servable_, nullptr);
    untyped_ = std::move(other.untyped_);
    return *this;
  }

  // Requires a handle that is not empty.
  const ServableId& id() const { return untyped_.id(); }

  T* get() const { return servable_; }
  T& operator*() const { return *servable_; }
  T* operator->() const { return servable_; }
  explicit operator bool() const { return servable_ != nullptr; }

 private:
  T* servable_ = nullptr;
  UntypedServableHandle untyped_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SERVABLE_HANDLE_H_
