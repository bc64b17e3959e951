// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SOURCE_H_
#define TENSORFLOW_SERVING_S3_CORE_SOURCE_H_

#include <functional>
#include <vector>

#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_data.h"

namespace tfs3 {

// Says which versions of which servables should be there, for one or more
// streams (a stream is all versions of one servable name).
//
//   source->SetAspiredVersionsCallback(
//       [](absl::string_view name, std::vector<ServableData<T>> versions) {
//         // `versions` is all that is wanted of `name` from now on.
//       });
//
// Contract:
//  - The callback is set once. The source does nothing before that: it starts
//    its work (threads, polling) in SetAspiredVersionsCallback, not when it is
//    made.
//  - Each call of the callback gives the complete set of versions of one
//    stream. A version absent from it is to be unloaded; an empty list unloads
//    the stream. Every `versions[i].id().name` equals `servable_name`.
//  - Calls may be repeated with the same versions; that changes nothing.
//  - Calls for one stream come one after the other; calls for several streams
//    may come at once, from threads of the source.
//  - After the source's destructor has returned, the callback is not called
//    any more.
template <typename T>
class Source {
 public:
  virtual ~Source() = default;

  using AspiredVersionsCallback = std::function<void(
      absl::string_view servable_name, std::vector<ServableData<T>> versions)>;

  // Starts the flow of aspired versions to `callback`. Call it once; a second
  // call is a fault of the program and ends it.
  virtual void SetAspiredVersionsCallback(AspiredVersionsCallback callback) = 0;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SOURCE_H_
