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

// What a loader is told when it is asked to load.
struct LoadContext {
  // The version that the loader stands for.
  ServableId servable_id;
};

// Knows how to bring one servable version to life and how to end it, and owns
// it in between.
//
// Contract between a manager (the caller) and a loader:
//  - Making and destroying a loader is cheap: sources make one for each version
//    at each poll, and most are dropped unused. All work is in Load.
//  - Load and Unload never overlap, with each other or themselves, but may run
//    on different threads.
//  - A failed Load leaves nothing behind and may be called again.
//  - Unload is called only after a successful Load, once, when no handle is
//    left. A loader that is destroyed while loaded frees everything too.
//  - Estimates never grow: what is estimated after a load is no more than what
//    was before.
//  - servable() is asked for only between a successful Load and Unload.
//
// SimpleLoader suits servables that are made by one function call.
class Loader {
 public:
  virtual ~Loader() = default;

  // Makes the servable. May take long. The error names the resource, the cause
  // and the cure: it is logged and shown as the version's state.
  virtual absl::Status Load(const LoadContext& context) = 0;

  // Frees what Load made.
  virtual void Unload() = 0;

  // The servable, as the type by which handles ask for it.
  virtual AnyPtr servable() = 0;

  // What the servable will take while it is loaded, the peak of the load
  // included; once loaded, what it takes. May read files, and runs where Load
  // runs. An error counts as a failed load. Asked for only by managers with a
  // limit.
  virtual absl::StatusOr<ResourceEstimate> EstimateResources() const {
    return ResourceEstimate();
  }

  // What Load would load, such as a storage path: a version that is loaded is
  // loaded anew when a loader with another origin comes for it. Empty if it is
  // not known, which is never a reason to load anew. Does not change.
  virtual std::string origin() const { return ""; }
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_LOADER_H_
