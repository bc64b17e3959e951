// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The common parts of the plugin's functions: the filesystem in TensorFlow's
// handle, and the conversion of values.
//
//   Result<Target> target = Resolve(filesystem, path);
//   if (!target.ok()) return SetStatus(status, target.status());
//   Use(*target->client, target->uri);
//
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_STATE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_STATE_H_

#include <memory>
#include <mutex>
#include <string>

#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/per_process.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

namespace tfs3 {
namespace s3 {

// The object in TF_Filesystem::plugin_filesystem.
class Filesystem {
 public:
  // Returns the client, which the first call in each process creates. After a
  // failure, the next call tries again.
  Result<Client*> client();

 private:
  struct Shared {
    std::mutex mutex;
    std::unique_ptr<Client> client;
  };
  PerProcess<Shared> shared_;
};

// A parsed path and its client.
struct Target {
  Client* client;
  S3Uri uri;
};

Result<Target> Resolve(const TF_Filesystem* filesystem, const char* path);

// The error for files that another process opened: their threads are not in
// this process.
Status OpenedBeforeFork(const std::string& path);

// The error for an operation on files.
Status IsADirectory(const char* path);

void SetStatus(TF_Status* to, const Status& from);

// Returns a copy, allocated by malloc, that TensorFlow frees.
char* CopyForTensorFlow(const std::string& text);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_STATE_H_
