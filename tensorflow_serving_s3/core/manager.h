// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_MANAGER_H_
#define TENSORFLOW_SERVING_S3_CORE_MANAGER_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// Owns servables and gives access to the available ones.
//
//   absl::StatusOr<ServableHandle<Model>> model =
//       manager->GetServableHandle<Model>(ServableRequest::Latest("half"));
//
// Thread-safe. GetServableHandle never waits for a load or an unload.
class Manager {
 public:
  virtual ~Manager() = default;

  // The available versions, in order.
  virtual std::vector<ServableId> ListAvailableServableIds() const = 0;

  // Returns a handle to the requested version; if the request has no version,
  // to the highest available version.
  //
  // NOT_FOUND "Servable not found for request: Latest(half)" (or
  // "Specific(half, 7)") if there is none. INVALID_ARGUMENT if the servable is
  // of a type other than T.
  template <typename T>
  absl::StatusOr<ServableHandle<T>> GetServableHandle(
      const ServableRequest& request) const {
    absl::StatusOr<UntypedServableHandle> untyped =
        GetUntypedServableHandle(request);
    if (!untyped.ok()) {
      return untyped.status();
    }
    ServableHandle<T> handle(*std::move(untyped));
    if (!handle) {
      return absl::InvalidArgumentError(absl::StrCat(
          "The servable found for request ", request.DebugString(),
          " does not have the requested type; use the API that serves its "
          "type"));
    }
    return handle;
  }

 private:
  virtual absl::StatusOr<UntypedServableHandle> GetUntypedServableHandle(
      const ServableRequest& request) const = 0;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_MANAGER_H_
