// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/saved_model_loader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

const LoadContext kContext{ServableId{"half", 1}};

std::shared_ptr<const SavedModelOptions> Options() {
  return std::make_shared<const SavedModelOptions>();
}

TEST(SavedModelLoaderTest, ServesTheModelBetweenLoadAndUnload) {
  SavedModelLoader loader(TestModelPath("half_plus_three"), Options());

  const absl::Status status = loader.Load(kContext);

  ASSERT_TRUE(status.ok()) << status;
  SavedModelBundle* model = loader.servable().get<SavedModelBundle>();
  ASSERT_NE(model, nullptr);
  EXPECT_TRUE(model->GetSignature("").ok());
  loader.Unload();
}

TEST(SavedModelLoaderTest, LoadsAgainAfterUnload) {
  SavedModelLoader loader(TestModelPath("half_plus_three"), Options());
  ASSERT_TRUE(loader.Load(kContext).ok());
  loader.Unload();

  ASSERT_TRUE(loader.Load(kContext).ok());

  EXPECT_TRUE(loader.servable().get<SavedModelBundle>()->GetSignature("").ok());
}

TEST(SavedModelLoaderTest, LoadsAfterTheModelIsRepaired) {
  const std::string path = CopyTestModel("half_plus_three", "repaired");
  std::filesystem::rename(path + "/saved_model.pb", path + "/away");
  SavedModelLoader loader(path, Options());
  ASSERT_EQ(loader.Load(kContext).code(), absl::StatusCode::kNotFound);
  std::filesystem::rename(path + "/away", path + "/saved_model.pb");

  EXPECT_TRUE(loader.Load(kContext).ok());
}

TEST(SavedModelLoaderTest, EstimatesMoreThanTheBytesOfTheFiles) {
  const std::string path = CopyTestModel("half_plus_three", "estimated");
  std::ofstream(path + "/variables/more") << std::string(1 << 20, 'x');
  const SavedModelLoader loader(path, Options());

  const auto estimate = loader.EstimateResources();

  ASSERT_TRUE(estimate.ok()) << estimate.status();
  EXPECT_GT(estimate->Get(ResourceKind::kMainMemory), 1 << 20);
}

TEST(SavedModelLoaderTest, OriginIsThePath) {
  EXPECT_EQ(SavedModelLoader("s3://models/half/1", Options()).origin(),
            "s3://models/half/1");
}

TEST(SavedModelLoaderTest, LoadsOneVersionFromTwoPathsConcurrently) {
  SavedModelLoader here(TestModelPath("half_plus_three"), Options());
  SavedModelLoader there(CopyTestModel("half_plus_three", "there"), Options());
  ASSERT_TRUE(here.Load(kContext).ok());

  const absl::Status status = there.Load(kContext);

  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace tfs3
