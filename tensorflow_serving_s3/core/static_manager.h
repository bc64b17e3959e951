// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_STATIC_MANAGER_H_
#define TENSORFLOW_SERVING_S3_CORE_STATIC_MANAGER_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/core/basic_manager.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/simple_loader.h"

namespace tfs3 {

// A fixed set of loaded servables. StaticManagerBuilder constructs it.
class StaticManager final : public Manager {
 public:
  std::vector<ServableId> ListAvailableServableIds() const override;

 private:
  friend class StaticManagerBuilder;
  explicit StaticManager(std::unique_ptr<BasicManager> basic_manager);

  absl::StatusOr<UntypedServableHandle> GetUntypedServableHandle(
      const ServableRequest& request) const override;

  const std::unique_ptr<BasicManager> basic_manager_;
};

// Constructs a StaticManager.
//
//   StaticManagerBuilder builder;
//   absl::Status status = builder.AddServable({"half", 1}, std::move(model));
//   absl::StatusOr<std::unique_ptr<Manager>> manager =
//       std::move(builder).Build();
//
// Not thread-safe.
class StaticManagerBuilder {
 public:
  StaticManagerBuilder();

  // Adds a constructed servable for ServableHandle<T>. ALREADY_EXISTS if the ID
  // was added before, INVALID_ARGUMENT if `servable` is null.
  template <typename T>
  absl::Status AddServable(const ServableId& id, std::unique_ptr<T> servable) {
    if (servable == nullptr) {
      return NullServable(id);
    }
    // The only load moves the servable out. std::function needs a copyable
    // capture.
    auto owned = std::make_shared<std::unique_ptr<T>>(std::move(servable));
    return AddLoader(
        id,
        std::make_unique<SimpleLoader<T>>(
            [owned](const LoadContext&) -> absl::StatusOr<std::unique_ptr<T>> {
              return std::move(*owned);
            }));
  }

  // Adds a servable that Build loads. ALREADY_EXISTS if the ID was added
  // before.
  absl::Status AddLoader(const ServableId& id, std::unique_ptr<Loader> loader);

  // Loads all servables in parallel. If a load fails, unloads the others and
  // returns the error, which begins with the ID of the servable.
  absl::StatusOr<std::unique_ptr<Manager>> Build() &&;

 private:
  static absl::Status NullServable(const ServableId& id);

  std::unique_ptr<BasicManager> basic_manager_;
  std::vector<ServableId> ids_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_STATIC_MANAGER_H_
