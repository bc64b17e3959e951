// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/variables.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tensorflow/cc/saved_model/loader.h"
#include "tensorflow/core/platform/errors.h"
#include "tensorflow/core/public/session_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

void Load(const std::string& path, tensorflow::SavedModelBundle& model) {
  TF_CHECK_OK(tensorflow::LoadSavedModel(tensorflow::SessionOptions(),
                                         tensorflow::RunOptions(), path,
                                         {"serve"}, &model));
}

bool LoadedModelHasUnrestoredVariables(const std::string& path) {
  tensorflow::SavedModelBundle model;
  Load(path, model);
  return HasUnrestoredVariables(*model.session,
                                model.meta_graph_def.graph_def());
}

TEST(VariablesTest, ARestoredModelHasThem) {
  EXPECT_FALSE(
      LoadedModelHasUnrestoredVariables(TestModelPath("half_plus_three")));
}

TEST(VariablesTest, AModelWithoutACheckpointLacksThem) {
  const std::string path = CopyTestModel("half_plus_three", "no_checkpoint");
  std::filesystem::remove_all(path + "/variables");

  EXPECT_TRUE(LoadedModelHasUnrestoredVariables(path));
}

TEST(VariablesTest, AreFoundByNodeNameWithoutASharedName) {
  tensorflow::SavedModelBundle model;
  Load(TestModelPath("half_plus_three"), model);
  tensorflow::GraphDef graph = model.meta_graph_def.graph_def();
  for (tensorflow::NodeDef& node : *graph.mutable_node()) {
    node.mutable_attr()->erase("shared_name");
  }
  EXPECT_FALSE(HasUnrestoredVariables(*model.session, graph));
}

TEST(VariablesTest, AModelWithoutVariablesLacksNone) {
  EXPECT_FALSE(LoadedModelHasUnrestoredVariables(TestModelPath("many_types")));
}

}  // namespace
}  // namespace tfs3
