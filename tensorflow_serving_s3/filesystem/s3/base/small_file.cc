// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/small_file.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tfs3 {
namespace s3 {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;

Status CannotBeRead(const std::string& name, int error) {
  const bool absent = error == ENOENT || error == ENOTDIR;
  return {absent ? TF_NOT_FOUND : TF_FAILED_PRECONDITION,
          name + " cannot be read: " + std::strerror(error)};
}

}  // namespace

Result<std::string> ReadSmallFile(const std::string& name) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(name.c_str(), "rbe"), std::fclose);
  if (file == nullptr) {
    return CannotBeRead(name, errno);
  }
  std::string text(kMaxBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) {
    return CannotBeRead(name, errno);
  }
  if (text.size() > kMaxBytes) {
    return CannotBeRead(name, EFBIG);
  }
  return text;
}

}  // namespace s3
}  // namespace tfs3
