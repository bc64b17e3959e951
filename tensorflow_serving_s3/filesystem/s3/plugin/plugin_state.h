// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What every function of the plugin's tables stands on: the filesystem that
// TensorFlow's handle carries, and the ways of values to TensorFlow.
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

// What TF_Filesystem carries.
class Filesystem {
 public:
  // Made at the first call of each process; a failure is tried again by the
  // next.
  Result<Client*> client();

 private:
  struct Shared {
    std::mutex mutex;
    std::unique_ptr<Client> client;
  };
  PerProcess<Shared> shared_;
};

// A path that is about to be used: where it is, and whom to ask.
struct Target {
  Client* client;
  S3Uri uri;
};

Result<Target> Resolve(const TF_Filesystem* filesystem, const char* path);

// For files whose OwnerProcess is not this one: the threads that serve them are
// not here.
Status OpenedBeforeFork(const std::string& path);

// What is asked of a file was asked of this directory.
Status IsADirectory(const char* path);

void SetStatus(TF_Status* to, const Status& from);

// In memory of malloc, for TensorFlow to free.
char* CopyForTensorFlow(const std::string& text);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PLUGIN_STATE_H_
