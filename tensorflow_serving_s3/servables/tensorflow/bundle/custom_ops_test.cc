// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/custom_ops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using tensorflow::tstring;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// Returns the folder of tensorflow-text.
std::filesystem::path TextFolder() {
  return std::filesystem::path(std::getenv("TEST_SRCDIR")) /
         "tensorflow_text/tensorflow_text/python";
}

TEST(CustomOpsTest, AModelThatNeedsThemLoads) {
  const std::string model = TestModelPath("whitespace_tokenizer");
  const absl::Status without =
      SavedModelBundle::Load(model, SavedModelOptions()).status();
  EXPECT_THAT(
      std::string(without.message()),
      AllOf(StartsWith(model + ": Op type not registered "
                               "'TFText>WhitespaceTokenizeWithOffsetsV2"),
            HasSubstr("--custom_op_libraries")));

  const absl::Status loaded =
      LoadCustomOps({TextFolder() / "ops/_whitespace_tokenizer_v2.so"});

  ASSERT_TRUE(loaded.ok()) << loaded;
  const auto bundle = SavedModelBundle::Load(model, SavedModelOptions());
  ASSERT_TRUE(bundle.ok()) << bundle.status();
  Tensor texts(tensorflow::DT_STRING, TensorShape({2}));
  texts.flat<tstring>()(0) = "what is this";
  texts.flat<tstring>()(1) = "tokens";
  const auto tokens = (*(*bundle)->GetSignature(""))->Run({texts}, {});
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  ASSERT_EQ(tokens->front().shape(), TensorShape({2, 3}));
  const auto matrix = tokens->front().matrix<tstring>();
  EXPECT_EQ(matrix(0, 0), "what");
  EXPECT_EQ(matrix(0, 1), "is");
  EXPECT_EQ(matrix(0, 2), "this");
  EXPECT_EQ(matrix(1, 0), "tokens");
  EXPECT_EQ(matrix(1, 1), "");
}

TEST(CustomOpsTest, LoadsEveryLibraryOfTensorFlowText) {
  std::vector<std::string> libraries;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(TextFolder())) {
    if (entry.path().extension() == ".so") {
      libraries.push_back(entry.path());
    }
  }
  ASSERT_GT(libraries.size(), 10u);

  EXPECT_EQ(LoadCustomOps(libraries), absl::OkStatus());
  // Loading them again is not an error.
  EXPECT_EQ(LoadCustomOps(libraries), absl::OkStatus());
}

TEST(CustomOpsTest, NamesAFileThatIsNotALibrary) {
  const std::string path = testing::TempDir() + "no_library.so";
  std::ofstream(path) << std::string(1000, 'x');

  const absl::Status status = LoadCustomOps({path});

  EXPECT_FALSE(status.ok());
  EXPECT_THAT(
      std::string(status.message()),
      StartsWith("the custom op library " + path + " cannot be loaded: "));
  EXPECT_THAT(std::string(status.message()), HasSubstr("invalid ELF header"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("TensorFlow 2."));
}

TEST(CustomOpsTest, NamesAMissingFile) {
  const absl::Status status = LoadCustomOps({"/nowhere/ops.so"});

  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/ops.so"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("No such file or directory"));
}

TEST(CustomOpsTest, RefusesPathsThatAreNotLocalFiles) {
  EXPECT_EQ(LoadCustomOps({"s3://ops/ops.so"}),
            absl::InvalidArgumentError(
                "the custom op library s3://ops/ops.so is not a local file; "
                "copy it to this machine"));
  EXPECT_EQ(LoadCustomOps({"ops.so"}),
            absl::InvalidArgumentError(
                "the custom op library \"ops.so\" is not a path; give the "
                "whole path of a file"));
}

}  // namespace
}  // namespace tfs3
