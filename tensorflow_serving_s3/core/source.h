// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SOURCE_H_
#define TENSORFLOW_SERVING_S3_CORE_SOURCE_H_

#include <functional>
#include <vector>

#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_data.h"

namespace tfs3 {

// Decides which versions of one or more servables are aspired, that is, should
// be loaded. A stream is all versions of one servable name.
//
//   source->SetAspiredVersionsCallback(
//       [](absl::string_view name, std::vector<ServableData<T>> versions) {
//         // From now on, `versions` are the aspired versions of `name`.
//       });
//
// Contract:
//  - The callback is set once. The source starts its work (threads, polling) in
//    SetAspiredVersionsCallback, not in its constructor.
//  - Each call of the callback passes the complete list of versions of one
//    stream. Versions that are not in the list are unloaded; an empty list
//    unloads the stream. Every `versions[i].id().name` equals `servable_name`.
//  - A repeated list changes nothing.
//  - Calls for one stream do not overlap. Calls for different streams may
//    overlap, on threads of the source.
//  - After the destructor of the source has returned, the callback is not
//    called.
template <typename T>
class Source {
 public:
  virtual ~Source() = default;

  using AspiredVersionsCallback = std::function<void(
      absl::string_view servable_name, std::vector<ServableData<T>> versions)>;

  // Starts to send aspired versions to `callback`. A second call ends the
  // process.
  virtual void SetAspiredVersionsCallback(AspiredVersionsCallback callback) = 0;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SOURCE_H_
