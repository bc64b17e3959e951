// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/tensorflow_io/bucket_urls.h"

#include <cstddef>
#include <type_traits>

namespace tfs3 {
namespace {

// The replaced functions.
TF_FilesystemOps originals;

template <auto member, typename Function>
struct Wrapper;

template <auto member, typename Result, typename... Rest>
struct Wrapper<member, Result (*)(const TF_Filesystem*, const char*, Rest...)> {
  static Result Call(const TF_Filesystem* filesystem, const char* path,
                     Rest... rest) {
    return (originals.*member)(filesystem, WithBucketSlash(path).c_str(),
                               rest...);
  }
};

template <auto member>
void Wrap(TF_FilesystemOps* ops) {
  using Function = std::remove_reference_t<decltype(ops->*member)>;
  if (ops->*member != nullptr) {
    ops->*member = &Wrapper<member, Function>::Call;
  }
}

}  // namespace

std::string WithBucketSlash(const std::string& url) {
  const size_t scheme_end = url.find("://");
  if (scheme_end == std::string::npos) {
    return url;
  }
  const size_t bucket = scheme_end + 3;
  const bool has_slash = url.find('/', bucket) != std::string::npos;
  return has_slash || bucket == url.size() ? url : url + "/";
}

void AcceptBucketsWithoutSlash(TF_FilesystemOps* ops) {
  originals = *ops;
  Wrap<&TF_FilesystemOps::create_dir>(ops);
  Wrap<&TF_FilesystemOps::recursively_create_dir>(ops);
  Wrap<&TF_FilesystemOps::path_exists>(ops);
  Wrap<&TF_FilesystemOps::stat>(ops);
  Wrap<&TF_FilesystemOps::is_directory>(ops);
  Wrap<&TF_FilesystemOps::get_file_size>(ops);
  Wrap<&TF_FilesystemOps::get_children>(ops);
}

}  // namespace tfs3
