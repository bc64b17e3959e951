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

// Aspires to one version of one servable, for ever: for programs that know
// which version they want, and for tests.
//
//   auto source = StaticStoragePathSource::Create(
//       {"half", 7, "s3://models/half/7"});
//   ConnectSourceToTarget(source->get(), &adapter);
//
// The version is sent once, in SetAspiredVersionsCallback, on the caller's
// thread. Nothing looks whether it is there: that shows when it is loaded.
class StaticStoragePathSource final : public Source<StoragePath> {
 public:
  // The fields of TensorFlow Serving's StaticStoragePathSourceConfig.
  struct Config {
    std::string servable_name;
    int64_t version_num = 0;
    StoragePath version_path;
  };

  // INVALID_ARGUMENT, naming what is wrong and the cure, if the name or the
  // path is empty or the version is negative.
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
