// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace tfs3 {
namespace {

std::filesystem::path FolderFrom(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr) {
    std::cerr << variable << " is not set; run the test with bazel test\n";
    std::exit(1);
  }
  return value;
}

}  // namespace

std::string TestModelPath(const std::string& name) {
  return FolderFrom("TEST_SRCDIR") / FolderFrom("TEST_WORKSPACE") /
         "tensorflow_serving_s3/servables/tensorflow/testdata" / name;
}

std::string CopyTestModel(const std::string& name, const std::string& copy) {
  const std::filesystem::path target = FolderFrom("TEST_TMPDIR") / copy;
  std::filesystem::remove_all(target);
  // Copies the files, not the symbolic links that Bazel makes.
  std::filesystem::copy(TestModelPath(name), target,
                        std::filesystem::copy_options::recursive);
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(target)) {
    std::filesystem::permissions(entry.path(),
                                 std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add);
  }
  return target;
}

void EditModel(const std::string& path,
               const std::function<void(tensorflow::SavedModel&)>& change) {
  const std::string file = path + "/saved_model.pb";
  tensorflow::SavedModel model;
  std::ifstream in(file, std::ios::binary);
  if (!model.ParseFromIstream(&in)) {
    std::cerr << file << " is not a SavedModel\n";
    std::exit(1);
  }
  in.close();
  change(model);
  std::ofstream out(file, std::ios::binary);
  model.SerializeToOstream(&out);
}

}  // namespace tfs3
