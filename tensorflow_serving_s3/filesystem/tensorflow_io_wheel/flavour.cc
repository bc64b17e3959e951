// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The flavour `tensorflow_io_wheel`: the S3 filesystem in the published library
// of tensorflow-io.
#include "tensorflow_serving_s3/filesystem/flavour/flavour.h"

#include <cstdlib>
#include <cstring>
#include <optional>

#include "absl/log/absl_check.h"
#include "tensorflow/c/experimental/filesystem/filesystem_interface.h"
#include "tensorflow_serving_s3/filesystem/tensorflow_io/bucket_urls.h"
#include "tensorflow_serving_s3/filesystem/tensorflow_io/process_settings.h"
#include "tensorflow_serving_s3/filesystem/tensorflow_io/settings.h"
#include "tensorflow_serving_s3/filesystem/tensorflow_io_wheel/plugin_ops.h"
#include "tensorflow_serving_s3/filesystem/tensorflow_io_wheel/sized_reads.h"

namespace tfs3 {
namespace {

// Returns the settings of tensorflow-io, without AWS_LOG_LEVEL: the library
// uses messages of the SDK as printf formats, so a "%20" in a URL crashes it.
EnvironmentChanges Settings(const Environment& environment) {
  EnvironmentChanges changes = TensorflowIoSettings(environment);
  if (environment.count("AWS_LOG_LEVEL") > 0) {
    changes["AWS_LOG_LEVEL"] = std::nullopt;
  }
  return changes;
}

// Changes the environment, from which tensorflow-io reads its settings at its
// first use. Other threads must not read it meanwhile: s3_adapter_static.cc
// calls this once, before main.
void Provide(TF_FilesystemPluginOps* ops, const char* scheme) {
  ChangeProcessEnvironment(Settings(ProcessEnvironment()));
  TF_FilesystemPluginInfo plugin = {};
  TF_InitPlugin(&plugin);
  const std::optional<TF_FilesystemPluginOps> taken = TakeOps(plugin, "s3");
  // Only a wrong pin of the library can fail this check.
  ABSL_CHECK(taken.has_value()) << "the library has no filesystem for s3";
  *ops = *taken;
  std::free(ops->scheme);
  ops->scheme = strdup(scheme);
  AcceptBucketsWithoutSlash(ops->filesystem_ops);
  ReadOnlyWithinFiles(*ops);
}

}  // namespace

const S3Flavour& LinkedS3Flavour() {
  static constexpr S3Flavour flavour = {"tensorflow_io_wheel",
                                        "tensorflow-io 0.37.1", &Provide};
  return flavour;
}

}  // namespace tfs3
