// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/server_options.h"

#include <stdlib.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

absl::Status Parse(std::vector<const char*> arguments, ServerOptions* options) {
  return ParseServerOptions(arguments, options);
}

TEST(ServerOptionsTest, HasTheDefaultsOfTensorFlowServing) {
  ServerOptions options;
  ASSERT_TRUE(Parse({"--model_base_path=/m"}, &options).ok());
  EXPECT_EQ(options.model_name, "default");
  EXPECT_EQ(options.port, 8500);
  EXPECT_EQ(options.rest_api_port, 0);
  EXPECT_EQ(options.rest_api_timeout_in_ms, 30000);
  EXPECT_EQ(options.file_system_poll_wait_seconds, 1);
  EXPECT_EQ(options.max_num_load_retries, 5);
  EXPECT_EQ(options.load_retry_interval_micros, 60000000);
}

TEST(ServerOptionsTest, VersionAndHelpNeedNoOtherFlag) {
  ServerOptions options;
  EXPECT_TRUE(Parse({"--version"}, &options).ok());
  EXPECT_TRUE(options.version);
  EXPECT_TRUE(Parse({"--help"}, &options).ok());
  EXPECT_TRUE(options.help);
}

TEST(ServerOptionsTest, WithACustomSourceNoFlagNamesModels) {
  ServerOptions options;
  options.has_custom_source = true;
  EXPECT_TRUE(Parse({"--port=1"}, &options).ok());
  for (const char* flag : {"--model_base_path=/m", "--model_config_file=/m"}) {
    ServerOptions refused;
    refused.has_custom_source = true;
    EXPECT_THAT(std::string(Parse({flag}, &refused).message()),
                HasSubstr("the models come from a source"));
  }
}

absl::Status ParseWith(ModelVariables variables,
                       std::vector<const char*> arguments,
                       ServerOptions* options) {
  options->model_variables = std::move(variables);
  return Parse(std::move(arguments), options);
}

TEST(ModelVariablesTest, NameTheFolderAndTheModel) {
  ServerOptions options;
  ASSERT_TRUE(ParseWith({"half", "s3://bucket"}, {}, &options).ok());
  EXPECT_EQ(options.model_name, "half");
  EXPECT_EQ(options.model_base_path, "s3://bucket/half");
}

TEST(ModelVariablesTest, ASlashAtTheEndOfTheBasePathIsNotDoubled) {
  for (const auto& [base, path] :
       {std::pair("s3://bucket/", "s3://bucket/half"),
        std::pair("/models/", "/models/half"), std::pair("/", "/half")}) {
    ServerOptions options;
    ASSERT_TRUE(ParseWith({"half", base}, {}, &options).ok());
    EXPECT_EQ(options.model_base_path, path);
  }
}

// As in TensorFlow Serving's image, whose script passes both flags before the
// arguments of the user.
TEST(ModelVariablesTest, EachFlagReplacesItsVariableOnly) {
  ServerOptions named;
  ASSERT_TRUE(ParseWith({"half", "/m"}, {"--model_name=a"}, &named).ok());
  EXPECT_EQ(named.model_name, "a");
  EXPECT_EQ(named.model_base_path, "/m/half");
  ServerOptions moved;
  ASSERT_TRUE(ParseWith({"half", "/m"}, {"--model_base_path=/x"}, &moved).ok());
  EXPECT_EQ(moved.model_name, "half");
  EXPECT_EQ(moved.model_base_path, "/x");
}

TEST(ModelVariablesTest, AModelConfigFileReplacesThemWithoutAWarning) {
  ServerOptions options;
  ASSERT_TRUE(
      ParseWith({"half", "/m"}, {"--model_config_file=/c"}, &options).ok());
  EXPECT_EQ(options.model_base_path, "");
  EXPECT_THAT(options.warnings, IsEmpty());
}

TEST(ModelVariablesTest, ANameAloneIsTheNameOfTheModelAtTheFlagsPath) {
  ServerOptions options;
  ASSERT_TRUE(ParseWith({"half", ""}, {"--model_base_path=/m"}, &options).ok());
  EXPECT_EQ(options.model_name, "half");
  ServerOptions nothing;
  EXPECT_THAT(std::string(ParseWith({"half", ""}, {}, &nothing).message()),
              HasSubstr("set --model_base_path"));
}

TEST(ModelVariablesTest, ABasePathAloneIsAnErrorThatAsksForTheName) {
  ServerOptions options;
  const absl::Status status = ParseWith({"", "s3://bucket"}, {}, &options);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("MODEL_BASE_PATH is s3://bucket, but MODEL_NAME is not "
                        "set"));
  ServerOptions flag;
  EXPECT_TRUE(
      ParseWith({"", "s3://bucket"}, {"--model_base_path=/m"}, &flag).ok());
  EXPECT_EQ(flag.model_name, "default");
}

TEST(ModelVariablesTest, ACustomSourceIgnoresThem) {
  ServerOptions options;
  options.has_custom_source = true;
  EXPECT_TRUE(ParseWith({"half", "/m"}, {}, &options).ok());
  EXPECT_EQ(options.model_base_path, "");
}

TEST(ModelVariablesTest, ComeFromTheEnvironment) {
  setenv("MODEL_NAME", "half", /*overwrite=*/1);
  unsetenv("MODEL_BASE_PATH");
  EXPECT_EQ(ModelVariablesOfEnvironment().model_name, "half");
  EXPECT_EQ(ModelVariablesOfEnvironment().model_base_path, "");
  unsetenv("MODEL_NAME");
}

TEST(ServerOptionsTest, ProbeNeedsNoOtherFlagAndNoValue) {
  for (const char* const flag : {"--probe", "--probe="}) {
    ServerOptions options;
    EXPECT_TRUE(Parse({flag, "--port=8500"}, &options).ok()) << flag;
    EXPECT_EQ(options.probe, "http://localhost:8501/readyz") << flag;
  }
  ServerOptions options;
  EXPECT_TRUE(Parse({"--probe=unix:/run/rest.sock"}, &options).ok());
  EXPECT_EQ(options.probe, "unix:/run/rest.sock");
}

struct BadCommandLine {
  std::vector<const char*> arguments;
  std::string message;
};

class BadCommandLineTest : public ::testing::TestWithParam<BadCommandLine> {};

TEST_P(BadCommandLineTest, ReturnsInvalidArgument) {
  ServerOptions options;
  const absl::Status status = Parse(GetParam().arguments, &options);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadCommandLineTest,
    ::testing::Values(
        BadCommandLine{{}, "set --model_base_path"},
        BadCommandLine{{"--model_base_path=/m", "--model_name="},
                       "--model_name is empty"},
        BadCommandLine{{"--model_base_path=/m", "--log_format=xml"},
                       "use \"text\" or \"json\""},
        BadCommandLine{{"--model_base_path=/m", "--log_level=loud"},
                       "--log_level=loud is not valid"},
        BadCommandLine{{"--model_base_path=/m", "--run_thread=x"},
                       "\"auto\" or \"caller\" or \"pool\""},
        BadCommandLine{{"--model_base_path=/m", "--model_version_policy=x"},
                       "\"LATEST_VERSION\" or \"ALL_VERSIONS\""},
        BadCommandLine{{"--model_base_path=/m", "--management_address=8510"},
                       "HOST:PORT, as in 127.0.0.1:8510, or unix:PATH"},
        BadCommandLine{{"--model_base_path=/m", "--management_address=unix:"},
                       "is not an address"},
        BadCommandLine{{"--model_base_path=/m", "--management_address=h:0"},
                       "is not an address"},
        BadCommandLine{{"--model_base_path=/m", "--aspired_version_policy=x"},
                       "--aspired_version_policy=x is not valid"},
        BadCommandLine{{"--model_base_path=/m", "--batching_parameters_file=b"},
                       "needs --enable_batching"},
        BadCommandLine{
            {"--model_base_path=/m", "--grpc_channel_arguments=a=1,b"},
            "\"b\" is not NAME=VALUE"},
        BadCommandLine{{"--model_base_path=/m", "--use_alts_credentials"},
                       "--use_alts_credentials is not supported: this server "
                       "has no ALTS; use TLS"},
        BadCommandLine{{"--model_base_path=/m", "--use_alts_credential"},
                       "did you mean --use_alts_credentials?"},
        BadCommandLine{{"--model_base_path=/m", "--port=0"},
                       "no port to serve on"}));

TEST(ServerOptionsTest, WarnsAboutFlagsWithoutEffect) {
  for (const char* const flag :
       {"--thread_pool_factory_config_file=/no/such/file",
        "--per_process_gpu_memory_fraction=0.5",
        "--per_process_gpu_memory_fraction=1", "--xla_cpu_compilation_enabled",
        "--xla_gpu_compilation_enabled=true",
        "--remove_unused_fields_from_bundle_metagraph=false",
        "--prefer_tflite_model", "--use_tflite_model=1", "--num_tflite_pools=2",
        "--num_tflite_interpreters=0", "--num_tflite_interpreters_per_pool=-1",
        "--use_saved_model=false", "--skip_initialize_tpu",
        "--mixed_precision=float16", "--model_config_file_poll_wait_seconds=1",
        "--enable_per_model_batching_parameters",
        "--monitoring_config_file=/no/such/file"}) {
    ServerOptions options;
    ASSERT_TRUE(Parse({"--model_base_path=/m", flag}, &options).ok()) << flag;
    const std::string name =
        std::string(flag).substr(0, std::string(flag).find('='));
    EXPECT_THAT(options.warnings,
                ElementsAre(HasSubstr(absl::StrCat(name, " has no effect"))));
  }
}

TEST(ServerOptionsTest, DoesNotWarnAboutFlagsWithTheDefaultValue) {
  ServerOptions options;
  ASSERT_TRUE(Parse({"--model_base_path=/m", "--use_saved_model=true",
                     "--use_alts_credentials=false", "--num_tflite_pools=1",
                     "--thread_pool_factory_config_file=",
                     "--per_process_gpu_memory_fraction=0.0",
                     "--model_version_policy=LATEST_VERSION"},
                    &options)
                  .ok());
  EXPECT_THAT(options.warnings, IsEmpty());
}

// As TensorFlow Serving does: they mean no limit, no pause or the default.
TEST(ServerOptionsTest, AcceptsZeroAndNegativeNumbers) {
  for (const char* const flag :
       {"--rest_api_timeout_in_ms", "--model_config_file_poll_wait_seconds",
        "--file_system_poll_wait_seconds", "--max_num_load_retries",
        "--load_retry_interval_micros", "--num_request_iterations_for_warmup",
        "--tensorflow_session_parallelism", "--tensorflow_intra_op_parallelism",
        "--tensorflow_inter_op_parallelism"}) {
    for (const char* const value : {"0", "-1"}) {
      ServerOptions options;
      EXPECT_EQ(Parse({"--model_base_path=/m", flag, value}, &options),
                absl::OkStatus());
      EXPECT_THAT(options.warnings, IsEmpty());
    }
  }
}

TEST(ServerOptionsTest, TheSamePortForBothServesOnlyGrpc) {
  ServerOptions options;
  ASSERT_TRUE(
      Parse({"--model_base_path=/m", "--port=8501", "--rest_api_port=8501"},
            &options)
          .ok());
  EXPECT_EQ(options.rest_api_port, 0);
  EXPECT_THAT(options.warnings,
              ElementsAre(HasSubstr("--rest_api_port are both 8501")));
}

TEST(ServerOptionsTest, SetsLogFormatInSpiteOfAnError) {
  ServerOptions options;
  EXPECT_FALSE(Parse({"--prt=1", "--log_format=json"}, &options).ok());
  EXPECT_EQ(options.log_format, "json");
}

TEST(ServerOptionsTest, DoesNotWarnAboutDefaults) {
  ServerOptions options;
  ASSERT_TRUE(Parse({"--model_base_path=/m"}, &options).ok());
  EXPECT_THAT(options.warnings, IsEmpty());
}

TEST(ParseChannelArgumentsTest, SplitsPairsAtCommas) {
  EXPECT_THAT(*ParseChannelArguments("a.b=1,c=x=y, d = z ,,e="),
              ElementsAre(Pair("a.b", "1"), Pair("c", "x=y"), Pair("d", "z"),
                          Pair("e", "")));
  EXPECT_THAT(*ParseChannelArguments(""), IsEmpty());
}

// The flags of the releases 1.0 to 2.20 of TensorFlow Serving.
TEST(ServerHelpTest, ListsTheFlagsOfTensorFlowServing) {
  const std::string help = ServerHelp();
  for (const char* const flag : {"port",
                                 "grpc_socket_path",
                                 "grpc_channel_arguments",
                                 "grpc_max_threads",
                                 "rest_api_port",
                                 "rest_api_num_threads",
                                 "rest_api_timeout_in_ms",
                                 "rest_api_enable_cors_support",
                                 "enable_grpc_healthcheck_service",
                                 "model_name",
                                 "model_version_policy",
                                 "model_base_path",
                                 "model_config_file",
                                 "model_config_file_poll_wait_seconds",
                                 "file_system_poll_wait_seconds",
                                 "num_load_threads",
                                 "num_unload_threads",
                                 "max_num_load_retries",
                                 "load_retry_interval_micros",
                                 "flush_filesystem_caches",
                                 "saved_model_tags",
                                 "allow_version_labels_for_unavailable_models",
                                 "enable_batching",
                                 "batching_parameters_file",
                                 "enable_per_model_batching_parameters",
                                 "tensorflow_session_parallelism",
                                 "tensorflow_intra_op_parallelism",
                                 "tensorflow_inter_op_parallelism",
                                 "tensorflow_session_config_file",
                                 "per_process_gpu_memory_fraction",
                                 "enable_model_warmup",
                                 "num_request_iterations_for_warmup",
                                 "enable_serialization_as_tensor_content",
                                 "monitoring_config_file",
                                 "ssl_config_file",
                                 "enable_profiler",
                                 "enable_signature_method_name_check",
                                 "remove_unused_fields_from_bundle_metagraph",
                                 "platform_config_file",
                                 "thread_pool_factory_config_file",
                                 "mixed_precision",
                                 "xla_cpu_compilation_enabled",
                                 "xla_gpu_compilation_enabled",
                                 "use_saved_model",
                                 "use_tflite_model",
                                 "num_tflite_interpreters",
                                 "prefer_tflite_model",
                                 "num_tflite_pools",
                                 "num_tflite_interpreters_per_pool",
                                 "use_alts_credentials",
                                 "skip_initialize_tpu",
                                 "version"}) {
    EXPECT_THAT(help, HasSubstr(absl::StrCat("\n  --", flag, "=")));
  }
}

TEST(ServerHelpTest, FitsInto80Columns) {
  const std::string help = ServerHelp();
  size_t begin = 0;
  size_t longest = 0;
  for (size_t end; (end = help.find('\n', begin)) != help.npos;
       begin = end + 1) {
    longest = std::max(longest, end - begin);
  }
  EXPECT_GT(longest, 60u);
  EXPECT_LE(longest, 80u);
}

}  // namespace
}  // namespace tfs3
