// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SOURCES_STATIC_STORAGE_PATH_SOURCE_H_
#define TENSORFLOW_SERVING_S3_SOURCES_STATIC_STORAGE_PATH_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace tfs3 {

// Aspires to one version of one servable, which never changes. For programs
// that know their version, and for tests.
//
//   auto source = StaticStoragePathSource::Create(
//       {"half", 7, "s3://models/half/7"});
//   ConnectSourceToTarget(source->get(), &adapter);
//
// SetAspiredVersionsCallback sends the version once, on the thread of the
// caller. The source does not check whether the path exists: the load does.
class StaticStoragePathSource final : public Source<StoragePath> {
 public:
  // The fields of TensorFlow Serving's StaticStoragePathSourceConfig.
  struct Config {
    std::string servable_name;
    int64_t version_num = 0;
    StoragePath version_path;
  };

  // INVALID_ARGUMENT if the name or the path is empty or the version is
  // negative. The message names the cause and the cure.
  static absl::StatusOr<std::unique_ptr<StaticStoragePathSource>> Create(
      Config config);

  void SetAspiredVersionsCallback(AspiredVersionsCallback callback) override;

 private:
  explicit StaticStoragePathSource(Config config);

  const Config config_;
  bool connected_ = false;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SOURCES_STATIC_STORAGE_PATH_SOURCE_H_
