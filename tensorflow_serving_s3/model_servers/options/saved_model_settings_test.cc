// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/saved_model_settings.h"

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow/core/protobuf/rewriter_config.pb.h"
#include "tensorflow_serving_s3/model_servers/options/server_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"

namespace tfs3 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Write(const std::string& text) {
  const std::string path = absl::StrCat(
      ::testing::TempDir(), "/",
      ::testing::UnitTest::GetInstance()->current_test_info()->name());
  std::ofstream(path) << text;
  return path;
}

tensorflow::ConfigProto ConfigOf(const ServerOptions& options) {
  const auto settings = MakeSavedModelOptions(options);
  EXPECT_TRUE(settings.ok()) << settings.status();
  return settings->session_options.config;
}

TEST(SavedModelSettingsTest, ThreadsComeFromTheFlags) {
  ServerOptions options;
  EXPECT_EQ(ConfigOf(options).intra_op_parallelism_threads(), 0);
  options.tensorflow_session_parallelism = 3;
  EXPECT_EQ(ConfigOf(options).intra_op_parallelism_threads(), 3);
  EXPECT_EQ(ConfigOf(options).inter_op_parallelism_threads(), 3);
  options.tensorflow_intra_op_parallelism = 4;
  options.tensorflow_inter_op_parallelism = 5;
  EXPECT_EQ(ConfigOf(options).intra_op_parallelism_threads(), 4);
  EXPECT_EQ(ConfigOf(options).inter_op_parallelism_threads(), 5);
}

TEST(SavedModelSettingsTest, FlagsForThreadsOverrideTheSessionConfigFile) {
  ServerOptions options;
  options.tensorflow_session_config_file =
      Write("intra_op_parallelism_threads: 7 allow_soft_placement: true");
  options.tensorflow_inter_op_parallelism = 2;
  const tensorflow::ConfigProto config = ConfigOf(options);
  EXPECT_EQ(config.intra_op_parallelism_threads(), 7);
  EXPECT_EQ(config.inter_op_parallelism_threads(), 2);
  EXPECT_TRUE(config.allow_soft_placement());
}

TEST(SavedModelSettingsTest, MixedPrecisionTurnsOnTheGraphOptimizer) {
  ServerOptions options;
  options.mixed_precision = "bfloat16";
  EXPECT_EQ(ConfigOf(options)
                .graph_options()
                .rewrite_options()
                .auto_mixed_precision_onednn_bfloat16(),
            tensorflow::RewriterConfig::ON);
}

TEST(SavedModelSettingsTest, FlagsForGpusConfigureTheSession) {
  ServerOptions options;
  EXPECT_FALSE(ConfigOf(options).has_gpu_options());
  options.per_process_gpu_memory_fraction = 0.5;
  options.xla_gpu_compilation_enabled = true;
  const tensorflow::ConfigProto config = ConfigOf(options);
  EXPECT_EQ(config.gpu_options().per_process_gpu_memory_fraction(), 0.5);
  EXPECT_EQ(config.graph_options().optimizer_options().global_jit_level(),
            tensorflow::OptimizerOptions::ON_1);
}

TEST(SavedModelSettingsTest, SplitsTagsAtCommas) {
  ServerOptions options;
  EXPECT_THAT(MakeSavedModelOptions(options)->tags, ElementsAre("serve"));
  options.saved_model_tags = "gpu,serve";
  EXPECT_THAT(MakeSavedModelOptions(options)->tags,
              ElementsAre("gpu", "serve"));
}

TEST(SavedModelSettingsTest, WithoutTagsUsesServe) {
  for (const char* const none : {"", ",", " "}) {
    ServerOptions options;
    options.saved_model_tags = none;
    EXPECT_THAT(MakeSavedModelOptions(options)->tags, ElementsAre("serve"));
  }
}

TEST(SavedModelSettingsTest, NegativeNumbersMeanTheDefault) {
  ServerOptions options;
  options.tensorflow_session_parallelism = -1;
  options.tensorflow_intra_op_parallelism = -1;
  options.tensorflow_inter_op_parallelism = -1;
  options.num_request_iterations_for_warmup = -1;
  EXPECT_EQ(ConfigOf(options).intra_op_parallelism_threads(), 0);
  EXPECT_EQ(ConfigOf(options).inter_op_parallelism_threads(), 0);
  EXPECT_EQ(MakeSavedModelOptions(options)->warmup.iterations, 1);
}

// Returns a PlatformConfigMap with one SessionBundleConfig.
std::string PlatformConfig(const std::string& legacy_config) {
  return absl::StrCat(
      "platform_configs { key: \"tensorflow\" value { source_adapter_config { "
      "[type.googleapis.com/"
      "tensorflow.serving.SavedModelBundleSourceAdapterConfig] { "
      "legacy_config { ",
      legacy_config, " } } } } }");
}

TEST(SavedModelSettingsTest, APlatformConfigReplacesTheFlags) {
  ServerOptions options;
  options.saved_model_tags = "of,the,flag";
  options.tensorflow_session_parallelism = 9;
  options.platform_config_file = Write(PlatformConfig(R"(
      session_config { intra_op_parallelism_threads: 3 }
      batching_parameters { max_batch_size { value: 17 } }
      saved_model_tags: "a" saved_model_tags: "b"
      enable_model_warmup: true
      model_warmup_options { num_request_iterations { value: 5 } })"));
  const auto settings = MakeSavedModelOptions(options);
  ASSERT_TRUE(settings.ok()) << settings.status();
  const tensorflow::ConfigProto& session = settings->session_options.config;
  EXPECT_EQ(session.intra_op_parallelism_threads(), 3);
  EXPECT_EQ(session.inter_op_parallelism_threads(), 0);
  EXPECT_EQ(settings->batch_scheduler->options().max_batch_size, 17);
  EXPECT_THAT(settings->tags, ElementsAre("a", "b"));
  EXPECT_TRUE(settings->warmup.enabled);
  EXPECT_EQ(settings->warmup.iterations, 5);

  options.platform_config_file = Write(PlatformConfig(""));
  const auto defaults = MakeSavedModelOptions(options);
  ASSERT_TRUE(defaults.ok()) << defaults.status();
  EXPECT_THAT(defaults->tags, ElementsAre("serve"));
  EXPECT_FALSE(defaults->warmup.enabled);
  EXPECT_EQ(defaults->batch_scheduler, nullptr);
}

TEST(SavedModelSettingsTest, APlatformConfigWithoutTensorFlowIsAnError) {
  ServerOptions options;
  options.platform_config_file = Write("");
  EXPECT_THAT(std::string(MakeSavedModelOptions(options).status().message()),
              AllOf(HasSubstr("no platform \"tensorflow\""),
                    HasSubstr("(--platform_config_file)")));
  options.platform_config_file =
      Write("platform_configs { key: \"tensorflow\" value {} }");
  EXPECT_THAT(std::string(MakeSavedModelOptions(options).status().message()),
              HasSubstr("source_adapter_config of the platform"));
}

TEST(SavedModelSettingsTest, RunThreadSelectsThePolicy) {
  ServerOptions options;
  EXPECT_EQ(MakeSavedModelOptions(options)->run_thread_policy,
            RunThreadPolicy::kAuto);
  options.run_thread = "caller";
  EXPECT_EQ(MakeSavedModelOptions(options)->run_thread_policy,
            RunThreadPolicy::kCaller);
  options.run_thread = "pool";
  EXPECT_EQ(MakeSavedModelOptions(options)->run_thread_policy,
            RunThreadPolicy::kPool);
}

TEST(SavedModelSettingsTest, WarmupComesFromTheFlags) {
  ServerOptions options;
  EXPECT_TRUE(MakeSavedModelOptions(options)->warmup.enabled);
  options.enable_model_warmup = false;
  options.num_request_iterations_for_warmup = 3;
  options.enable_signature_method_name_check = true;
  const auto settings = MakeSavedModelOptions(options);
  EXPECT_FALSE(settings->warmup.enabled);
  EXPECT_EQ(settings->warmup.iterations, 3);
  EXPECT_TRUE(settings->warmup.check_method_name);
}

TEST(SavedModelSettingsTest, BatchingComesFromTheFile) {
  ServerOptions options;
  EXPECT_EQ(MakeSavedModelOptions(options)->batch_scheduler, nullptr);
  options.enable_batching = true;
  EXPECT_EQ(MakeSavedModelOptions(options)
                ->batch_scheduler->options()
                .thread_pool_name,
            "model_server_batch_threads");
  options.batching_parameters_file = Write("max_batch_size { value: 17 }");
  const auto settings = MakeSavedModelOptions(options);
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->batch_scheduler->options().max_batch_size, 17);
}

TEST(SavedModelSettingsTest, ErrorsNameTheFlagAndTheFile) {
  ServerOptions options;
  options.enable_batching = true;
  options.batching_parameters_file = "/no/such";
  EXPECT_THAT(
      std::string(MakeSavedModelOptions(options).status().message()),
      AllOf(HasSubstr("/no/such"), HasSubstr("(--batching_parameters_file)")));
  options = ServerOptions();
  options.tensorflow_session_config_file = Write("intra: 7");
  const absl::Status status = MakeSavedModelOptions(options).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith("Error parsing text-format "
                               "tensorflow.ConfigProto: 1:6: "),
                    HasSubstr("(--tensorflow_session_config_file)")));
  for (std::string ServerOptions::*file :
       {&ServerOptions::batching_parameters_file,
        &ServerOptions::platform_config_file}) {
    options = ServerOptions();
    options.enable_batching = true;
    options.*file = Write("\n  x: 7");
    EXPECT_THAT(std::string(MakeSavedModelOptions(options).status().message()),
                AllOf(StartsWith("Error parsing text-format "
                                 "tensorflow.serving."),
                      HasSubstr(": 2:4: ")));
  }
}

}  // namespace
}  // namespace tfs3
