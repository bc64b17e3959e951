// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/writing/upload_limits.h"

#include <cstddef>

#include "tensorflow_serving_s3/filesystem/s3/base/per_process.h"

namespace tfs3 {
namespace s3 {
namespace {

struct Limits {
  Semaphore upload_memory{size_t{128} << 20};
  Semaphore copy_slots{32};
};

Limits& LimitsOfProcess() {
  // Never destroyed: files may be closed after main.
  static StaticPerProcess<Limits> limits;
  return limits.get();
}

}  // namespace

Semaphore& UploadMemory() { return LimitsOfProcess().upload_memory; }

Semaphore& CopySlots() { return LimitsOfProcess().copy_slots; }

}  // namespace s3
}  // namespace tfs3
