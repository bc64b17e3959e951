// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SIMPLE_LOADER_H_
#define TENSORFLOW_SERVING_S3_CORE_SIMPLE_LOADER_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/core/any_ptr.h"
#include "tensorflow_serving_s3/core/loader.h"

namespace tfs3 {

// A Loader that calls one function to construct the servable. The destructor of
// the servable frees it.
//
//   SimpleLoader<Table> loader(
//       [path](const LoadContext&) -> absl::StatusOr<std::unique_ptr<Table>> {
//         return Table::Read(path);
//       });
template <typename ServableType>
class SimpleLoader : public Loader {
 public:
  // Called by each Load; retries call it again. Must not return null.
  using Creator = std::function<absl::StatusOr<std::unique_ptr<ServableType>>(
      const LoadContext& context)>;

  explicit SimpleLoader(Creator creator) : creator_(std::move(creator)) {}

  absl::Status Load(const LoadContext& context) override {
    absl::StatusOr<std::unique_ptr<ServableType>> servable = creator_(context);
    if (!servable.ok()) {
      return servable.status();
    }
    servable_ = *std::move(servable);
    return absl::OkStatus();
  }

  void Unload() override { servable_.reset(); }

  AnyPtr servable() override { return AnyPtr(servable_.get()); }

 private:
  const Creator creator_;
  std::unique_ptr<ServableType> servable_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SIMPLE_LOADER_H_
