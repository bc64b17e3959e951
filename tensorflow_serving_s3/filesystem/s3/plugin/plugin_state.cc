// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/plugin/plugin_state.h"

#include <cstdlib>
#include <cstring>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/process_options.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/memory_budget.h"

namespace tfs3 {
namespace s3 {

Result<Client*> Filesystem::client() {
  Shared& shared = shared_.get();
  std::lock_guard<std::mutex> lock(shared.mutex);
  if (shared.client == nullptr) {
    Result<Options> options = ProcessOptions();
    if (!options.ok()) {
      return options.status();
    }
    Result<std::unique_ptr<Client>> client =
        Client::New(*options, ProcessGetenv);
    if (!client.ok()) {
      return client.status();
    }
    shared.client = *std::move(client);
    if (options->read_ahead_bytes.has_value()) {
      MemoryBudget::OfProcess().SetDefaultLimit(*options->read_ahead_bytes);
    }
  }
  return shared.client.get();
}

Result<Target> Resolve(const TF_Filesystem* filesystem, const char* path) {
  Result<S3Uri> uri = ParseUri(path);
  if (!uri.ok()) {
    return uri.status();
  }
  Result<Client*> client =
      static_cast<Filesystem*>(filesystem->plugin_filesystem)->client();
  if (!client.ok()) {
    return Status{client.status().code,
                  std::string(path) + ": " + client.status().message};
  }
  return Target{*client, *uri};
}

Status OpenedBeforeFork(const std::string& path) {
  return {TF_FAILED_PRECONDITION,
          path +
              " was opened before this process was forked: open it again in "
              "the child"};
}

Status IsADirectory(const char* path) {
  return {TF_FAILED_PRECONDITION,
          std::string(path) + " is a directory, not a file"};
}

void SetStatus(TF_Status* to, const Status& from) {
  TF_SetStatus(to, from.code, from.message.c_str());
}

char* CopyForTensorFlow(const std::string& text) {
  char* copy = static_cast<char*>(std::malloc(text.size() + 1));
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

}  // namespace s3
}  // namespace tfs3
