// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The flavour `crt`: the S3 filesystem of this folder.
#include "tensorflow_serving_s3/filesystem/flavour/flavour.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/base/stats.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/memory_budget.h"

namespace tfs3 {
namespace {

void SetReadAheadBytes(uint64_t bytes) {
  s3::MemoryBudget::OfProcess().SetLimit(bytes);
}

std::function<uint64_t()> CountReads(const std::string& directory) {
  return [watch = std::make_shared<const s3::ReadWatch>(directory)] {
    return watch->bytes();
  };
}

}  // namespace

const S3Flavour& LinkedS3Flavour() {
  static constexpr S3Flavour flavour = {"crt",
                                        "AWS Common Runtime",
                                        &s3::ProvideFilesystemSupportFor,
                                        &SetReadAheadBytes,
                                        &s3::ReadStats,
                                        &CountReads};
  return flavour;
}

}  // namespace tfs3
