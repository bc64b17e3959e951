// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// ProvideFilesystemSupportFor, which fills in the tables of C functions, is the
// only interface between TensorFlow and the filesystem. A plugin with the same
// function can replace this one.
#include "tensorflow_serving_s3/filesystem/s3_adapter.h"

#include <cstdlib>
#include <memory>

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"
#include "tensorflow/c/experimental/filesystem/modular_filesystem_registration.h"
#include "tensorflow_serving_s3/filesystem/read_counter.h"
#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin.h"

namespace tfs3 {
namespace {

class S3ReadCounter : public ReadCounter {
 public:
  explicit S3ReadCounter(const std::string& directory) : watch_(directory) {}

  uint64_t bytes() const override { return watch_.bytes(); }

 private:
  const s3::ReadWatch watch_;
};

}  // namespace

absl::Status RegisterS3Filesystem(const std::string& scheme) {
  TF_FilesystemPluginInfo info = {};
  info.plugin_memory_allocate = std::malloc;
  info.plugin_memory_free = std::free;
  info.num_schemes = 1;
  // TensorFlow copies and frees the tables.
  info.ops = static_cast<TF_FilesystemPluginOps*>(
      std::calloc(1, sizeof(TF_FilesystemPluginOps)));
  s3::ProvideFilesystemSupportFor(info.ops, scheme.c_str());
  absl::Status status =
      tensorflow::filesystem_registration::RegisterFilesystemPluginImpl(&info);
  if (status.ok()) {
    RegisterReadCounter(scheme, [](const std::string& directory) {
      return std::make_unique<S3ReadCounter>(directory);
    });
  }
  return status;
}

}  // namespace tfs3
