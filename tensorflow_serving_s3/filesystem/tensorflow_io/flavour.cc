// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The flavour `tensorflow_io`: the S3 filesystem of tensorflow-io.
#include "tensorflow_serving_s3/filesystem/flavour/flavour.h"

#include "tensorflow_serving_s3/filesystem/tensorflow_io/bucket_urls.h"
#include "tensorflow_serving_s3/filesystem/tensorflow_io/process_settings.h"
#include "tensorflow_serving_s3/filesystem/tensorflow_io/settings.h"

// The headers of tensorflow-io are not part of its library's interface.
namespace tensorflow {
namespace io {
namespace s3 {
void ProvideFilesystemSupportFor(TF_FilesystemPluginOps* ops, const char* uri);
}  // namespace s3
}  // namespace io
}  // namespace tensorflow

namespace tfs3 {
namespace {

// Changes the environment, from which tensorflow-io reads its settings at its
// first use. Other threads must not read it meanwhile: s3_adapter_static.cc
// calls this once, before main.
void Provide(TF_FilesystemPluginOps* ops, const char* scheme) {
  ChangeProcessEnvironment(TensorflowIoSettings(ProcessEnvironment()));
  tensorflow::io::s3::ProvideFilesystemSupportFor(ops, scheme);
  AcceptBucketsWithoutSlash(ops->filesystem_ops);
}

}  // namespace

const S3Flavour& LinkedS3Flavour() {
  static constexpr S3Flavour flavour = {"tensorflow_io", "tensorflow-io 0.29.0",
                                        &Provide};
  return flavour;
}

}  // namespace tfs3
