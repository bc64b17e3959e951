// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef EXAMPLES_CUSTOM_SERVABLE_HASHMAP_SOURCE_ADAPTER_H_
#define EXAMPLES_CUSTOM_SERVABLE_HASHMAP_SOURCE_ADAPTER_H_

#include <memory>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/source_adapter.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace custom_servable {

// The servable. Handles give access to it:
//
//   auto capitals = manager->GetServableHandle<Hashmap>(
//       tfs3::ServableRequest::Latest("capitals"));
using Hashmap = std::unordered_map<std::string, std::string>;

// The file in the folder of a version.
constexpr absl::string_view kTableFile = "table.tsv";

// Parses lines "key<TAB>value". Ignores empty lines, and "\r" at the end of a
// line. A value may be empty.
//
// INVALID_ARGUMENT with the line and the cure if a line does not have exactly
// one tab, if its key is empty, or if two lines have the same key.
absl::StatusOr<Hashmap> ParseTable(absl::string_view text);

// A CompletenessCheck: FAILED_PRECONDITION if a version has no table.tsv yet.
absl::Status CheckTableComplete(tensorflow::Env* env,
                                const tfs3::StoragePath& version_path);

// Makes a loader for the folder of each version. The loader reads table.tsv in
// any file system of TensorFlow, such as a local disk or s3://.
class HashmapSourceAdapter final
    : public tfs3::UnarySourceAdapter<tfs3::StoragePath,
                                      std::unique_ptr<tfs3::Loader>> {
 public:
  explicit HashmapSourceAdapter(
      tensorflow::Env* env = tensorflow::Env::Default())
      : env_(env) {}

  ~HashmapSourceAdapter() override { Detach(); }

 protected:
  // Reads nothing: a source reports its versions at each poll, and the manager
  // drops the loaders of versions that it has.
  absl::StatusOr<std::unique_ptr<tfs3::Loader>> Convert(
      const tfs3::StoragePath& path) override;

 private:
  tensorflow::Env* const env_;
};

}  // namespace custom_servable

#endif  // EXAMPLES_CUSTOM_SERVABLE_HASHMAP_SOURCE_ADAPTER_H_
