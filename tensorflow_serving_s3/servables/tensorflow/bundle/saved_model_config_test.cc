// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "tensorflow/core/framework/attr_value.pb.h"
#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/grappler/grappler_item.h"
#include "tensorflow/core/grappler/optimizers/custom_graph_optimizer.h"
#include "tensorflow/core/grappler/optimizers/custom_graph_optimizer_registry.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/protobuf/rewriter_config.pb.h"
#include "tensorflow_serving_s3/proto/saved_model_config.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/late_file_system.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using tensorflow::RewriterConfig;
using tensorflow::serving::BatchOpRewriteConfig;
using tensorflow::serving::SavedModelConfig;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// A graph optimizer that changes nothing and counts its runs.
class Observer : public tensorflow::grappler::CustomGraphOptimizer {
 public:
  static inline std::atomic<int> runs{0};
  // The BatchOpRewriteConfig of the last run.
  static inline std::string& parameter = *new std::string();

  std::string name() const override { return "batch_op_rewriter"; }
  bool UsesFunctionLibrary() const override { return false; }
  absl::Status Init(
      const RewriterConfig::CustomGraphOptimizer* config) override {
    const auto& parameters = config->parameter_map();
    const auto found = parameters.find("batch_op_rewrite_config");
    parameter = found == parameters.end() ? "" : found->second.s();
    return absl::OkStatus();
  }
  absl::Status Optimize(tensorflow::grappler::Cluster* /*cluster*/,
                        const tensorflow::grappler::GrapplerItem& item,
                        tensorflow::GraphDef* optimized) override {
    ++runs;
    *optimized = item.graph;
    return absl::OkStatus();
  }
};

REGISTER_GRAPH_OPTIMIZER_AS(Observer, "batch_op_rewriter");

// Returns options for sessions that run the observer.
SavedModelOptions OptionsWithObserver() {
  SavedModelOptions options;
  options.session_options.config.mutable_graph_options()
      ->mutable_rewrite_options()
      ->add_custom_optimizers()
      ->set_name("batch_op_rewriter");
  return options;
}

std::string FileOf(const std::string& model) {
  return model + "/assets.extra/saved_model_config.pb";
}

// Copies half_plus_three and writes `content` to the copy's config file.
std::string ModelWith(const std::string& content) {
  const std::string model = CopyTestModel(
      "half_plus_three",
      testing::UnitTest::GetInstance()->current_test_info()->name());
  std::filesystem::create_directories(model + "/assets.extra");
  EXPECT_TRUE(tensorflow::WriteStringToFile(tensorflow::Env::Default(),
                                            FileOf(model), content)
                  .ok());
  return model;
}

std::string ModelWith(const SavedModelConfig& config) {
  return ModelWith(config.SerializeAsString());
}

RewriterConfig RewriteOptionsOf(const std::string& model,
                                const tensorflow::SessionOptions& options) {
  const auto applied = ApplySavedModelConfig(model, options);
  EXPECT_TRUE(applied.ok()) << applied.status();
  return applied->config.graph_options().rewrite_options();
}

TEST(SavedModelConfigTest, DisableMetaOptimizerReachesTheSession) {
  Observer::runs = 0;
  ASSERT_TRUE(SavedModelBundle::Load(TestModelPath("half_plus_three"),
                                     OptionsWithObserver())
                  .ok());
  EXPECT_GT(Observer::runs, 0);

  SavedModelConfig config;
  config.mutable_session_overrides()->set_disable_meta_optimizer(true);
  Observer::runs = 0;
  ASSERT_TRUE(
      SavedModelBundle::Load(ModelWith(config), OptionsWithObserver()).ok());
  EXPECT_EQ(Observer::runs, 0);
}

TEST(SavedModelConfigTest, AModelMayEnableAnOptimizerThatTheServerDisables) {
  tensorflow::SessionOptions options;
  options.config.mutable_graph_options()
      ->mutable_rewrite_options()
      ->set_disable_meta_optimizer(true);
  SavedModelConfig config;
  config.mutable_session_overrides()->set_disable_meta_optimizer(false);

  EXPECT_FALSE(
      RewriteOptionsOf(ModelWith(config), options).disable_meta_optimizer());
}

TEST(SavedModelConfigTest, KeepsOptionsThatTheModelDoesNotSet) {
  tensorflow::SessionOptions options;
  options.config.mutable_graph_options()
      ->mutable_rewrite_options()
      ->set_disable_meta_optimizer(true);
  SavedModelConfig config;
  config.mutable_session_overrides();
  config.set_critical(true);
  config.mutable_tfrt_runtime_config();

  const auto applied = ApplySavedModelConfig(ModelWith(config), options);

  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(applied->config.SerializeAsString(),
            options.config.SerializeAsString());
}

TEST(SavedModelConfigTest, PassesOptionsToTheGraphOptimizer) {
  SavedModelConfig config;
  BatchOpRewriteConfig& batching =
      *config.mutable_session_overrides()->mutable_batch_op_rewriter_config();
  batching.set_enable_adaptive_shared_batching_thread_pool(true);
  (*batching.mutable_batch_options())["half"].set_max_batch_size(8);

  ASSERT_TRUE(SavedModelBundle::Load(ModelWith(config), {}).ok());

  std::string serialized;
  ASSERT_TRUE(absl::Base64Unescape(Observer::parameter, &serialized));
  BatchOpRewriteConfig seen;
  ASSERT_TRUE(seen.ParseFromString(serialized));
  EXPECT_TRUE(seen.enable_adaptive_shared_batching_thread_pool());
  EXPECT_EQ(seen.batch_options().at("half").max_batch_size(), 8);
}

TEST(SavedModelConfigTest, AddsNoSecondEntryForAnOptimizer) {
  SavedModelConfig config;
  config.mutable_session_overrides()->mutable_batch_op_rewriter_config();
  (*config.mutable_session_overrides()
        ->mutable_remote_op_remap_config()
        ->mutable_model_name_remap())["a"] = "b";

  const RewriterConfig rewrite = RewriteOptionsOf(
      ModelWith(config), OptionsWithObserver().session_options);

  ASSERT_EQ(rewrite.custom_optimizers_size(), 2);
  EXPECT_EQ(rewrite.custom_optimizers(0).name(), "batch_op_rewriter");
  EXPECT_EQ(rewrite.custom_optimizers(1).name(), "remote_op_config_rewrite");
  EXPECT_EQ(rewrite.custom_optimizers(1).parameter_map().count(
                "remote_op_rewrite_config"),
            1);
}

TEST(SavedModelConfigTest, AMissingOrEmptyFileChangesNothing) {
  tensorflow::SessionOptions options;
  options.config.set_intra_op_parallelism_threads(3);
  for (const std::string& model :
       {TestModelPath("half_plus_three"), ModelWith(std::string())}) {
    const auto applied = ApplySavedModelConfig(model, options);
    ASSERT_TRUE(applied.ok()) << applied.status();
    EXPECT_EQ(applied->config.SerializeAsString(),
              options.config.SerializeAsString());
  }
}

TEST(SavedModelConfigTest, NotFoundAfterOpeningIsAMissingFile) {
  ASSERT_TRUE(
      tensorflow::Env::Default()
          ->RegisterFileSystem("late", std::make_unique<LateFileSystem>())
          .ok());

  const auto applied =
      ApplySavedModelConfig("late://model", tensorflow::SessionOptions());

  EXPECT_TRUE(applied.ok()) << applied.status();
}

TEST(SavedModelConfigTest, IgnoresUnknownFields) {
  // Field 900, a varint.
  EXPECT_TRUE(
      SavedModelBundle::Load(ModelWith(std::string("\xa0\x38\x01")), {}).ok());
}

TEST(SavedModelConfigTest, AModelWithADamagedFileDoesNotLoad) {
  for (const std::string& broken :
       {std::string("session_overrides { disable_meta_optimizer: true }"),
        std::string("\x0a\x7f"), std::string(100, '\xff')}) {
    const std::string model = ModelWith(broken);
    const absl::Status status = SavedModelBundle::Load(model, {}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()),
                AllOf(StartsWith(FileOf(model) + ": "),
                      HasSubstr("SavedModelConfig"), HasSubstr("delete it")));
  }
}

TEST(SavedModelConfigTest, NamesAFileThatCannotBeRead) {
  const std::string model = ModelWith(std::string());
  std::filesystem::remove(FileOf(model));
  std::filesystem::create_directory(FileOf(model));

  const absl::Status status = SavedModelBundle::Load(model, {}).status();

  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), StartsWith(FileOf(model)));
}

}  // namespace
}  // namespace tfs3
