// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The linked flavour fills in the tables of C functions, which are the only
// interface between TensorFlow and the filesystem.
#include "tensorflow_serving_s3/filesystem/s3_adapter.h"

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <utility>

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"
#include "tensorflow/c/experimental/filesystem/modular_filesystem_registration.h"
#include "tensorflow_serving_s3/filesystem/flavour/flavour.h"
#include "tensorflow_serving_s3/filesystem/read_counter.h"

namespace tfs3 {
namespace {

class FlavourReadCounter : public ReadCounter {
 public:
  explicit FlavourReadCounter(std::function<uint64_t()> read_bytes)
      : read_bytes_(std::move(read_bytes)) {}

  uint64_t bytes() const override { return read_bytes_(); }

 private:
  const std::function<uint64_t()> read_bytes_;
};

}  // namespace

absl::Status RegisterS3Filesystem(const std::string& scheme) {
  const S3Flavour& flavour = LinkedS3Flavour();
  TF_FilesystemPluginInfo info = {};
  info.plugin_memory_allocate = std::malloc;
  info.plugin_memory_free = std::free;
  info.num_schemes = 1;
  // TensorFlow copies and frees the tables.
  info.ops = static_cast<TF_FilesystemPluginOps*>(
      std::calloc(1, sizeof(TF_FilesystemPluginOps)));
  flavour.provide(info.ops, scheme.c_str());
  absl::Status status =
      tensorflow::filesystem_registration::RegisterFilesystemPluginImpl(&info);
  if (status.ok() && flavour.count_reads != nullptr) {
    RegisterReadCounter(
        scheme, [count = flavour.count_reads](const std::string& directory) {
          return std::make_unique<FlavourReadCounter>(count(directory));
        });
  }
  return status;
}

}  // namespace tfs3
