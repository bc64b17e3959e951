// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_LOADER_H_
#define TENSORFLOW_SERVING_S3_CORE_LOADER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/core/any_ptr.h"
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// The arguments of Loader::Load.
struct LoadContext {
  // The version that is loaded.
  ServableId servable_id;
};

// Loads, owns and unloads one servable version.
//
// Contract between a manager (the caller) and a loader:
//  - Constructing and destroying a loader is cheap: sources construct one for
//    each version at each poll, and most are not used. Load does all the work.
//  - Load and Unload never overlap, with each other or themselves, but may run
//    on different threads.
//  - A failed Load frees everything and may be called again.
//  - Unload is called only after a successful Load, once, when no handle is
//    left. The destructor of a loaded loader frees everything too.
//  - Estimates never grow: the estimate after a load is not above the estimate
//    before it.
//  - servable() is called only between a successful Load and Unload.
//
// Use SimpleLoader for a servable that one function call constructs.
class Loader {
 public:
  virtual ~Loader() = default;

  // Loads the servable. May take long. The error names the resource, the cause
  // and the cure: it is logged and is part of the version's state.
  virtual absl::Status Load(const LoadContext& context) = 0;

  // Frees the servable.
  virtual void Unload() = 0;

  // The servable, as the type `T` of its ServableHandle<T>.
  virtual AnyPtr servable() = 0;

  // Estimates the resources of the servable: before a load including the peak
  // of the load, after it without the peak. May read files; runs on the thread
  // of Load. An error counts as a failed load. Only managers with a limit call
  // this.
  virtual absl::StatusOr<ResourceEstimate> EstimateResources() const {
    return ResourceEstimate();
  }

  // Where Load reads from, such as a storage path. When a new loader of a
  // loaded version has another origin, the manager replaces the data of the
  // version. Empty: unknown; then the manager does not replace the data.
  // Constant.
  virtual std::string origin() const { return ""; }
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_LOADER_H_
