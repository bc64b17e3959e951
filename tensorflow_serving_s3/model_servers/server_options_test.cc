// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/server_options.h"

#include <string>
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
using ::testing::UnorderedElementsAre;

absl::Status Parse(std::vector<const char*> arguments, ServerOptions* options) {
  return ParseServerOptions(arguments, options);
}

TEST(ServerOptionsTest, DefaultsAreThoseOfTensorFlowServing) {
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

TEST(ServerOptionsTest, VersionAndHelpNeedNothingElse) {
  ServerOptions options;
  EXPECT_TRUE(Parse({"--version"}, &options).ok());
  EXPECT_TRUE(options.version);
  EXPECT_TRUE(Parse({"--help"}, &options).ok());
  EXPECT_TRUE(options.help);
}

struct BadCommandLine {
  std::vector<const char*> arguments;
  std::string message;
};

class BadCommandLineTest : public ::testing::TestWithParam<BadCommandLine> {};

TEST_P(BadCommandLineTest, IsExplained) {
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
                       "it is \"text\" or \"json\""},
        BadCommandLine{{"--model_base_path=/m", "--log_level=loud"},
                       "--log_level=loud is not known"},
        BadCommandLine{{"--model_base_path=/m", "--run_thread=x"},
                       "\"auto\" or \"caller\" or \"pool\""},
        BadCommandLine{{"--model_base_path=/m", "--mixed_precision=x"},
                       "--mixed_precision=x is not known"},
        BadCommandLine{{"--model_base_path=/m", "--aspired_version_policy=x"},
                       "--aspired_version_policy=x is not known"},
        BadCommandLine{{"--model_base_path=/m", "--batching_parameters_file=b"},
                       "--enable_batching is not"},
        BadCommandLine{
            {"--model_base_path=/m", "--enable_per_model_batching_parameters"},
            "--enable_batching is not"},
        BadCommandLine{
            {"--model_base_path=/m", "--grpc_channel_arguments=a=1,b"},
            "\"b\" is no argument"},
        BadCommandLine{{"--model_base_path=/m", "--monitoring_config_file=m"},
                       "no REST port for metrics"},
        BadCommandLine{{"--model_base_path=/m", "--prefer_tflite_model"},
                       "--prefer_tflite_model is not supported"},
        BadCommandLine{{"--model_base_path=/m", "--use_alts_credentials"},
                       "use TLS instead"},
        BadCommandLine{{"--model_base_path=/m", "--platform_config_file=p"},
                       "--platform_config_file is not supported"},
        BadCommandLine{
            {"--model_base_path=/m", "--thread_pool_factory_config_file=p"},
            "--thread_pool_factory_config_file is not"},
        BadCommandLine{{"--model_base_path=/m", "--port=0"},
                       "no port to serve on"},
        BadCommandLine{
            {"--model_base_path=/m", "--port=8501", "--rest_api_port=8501"},
            "are both 8501"}));

TEST(ServerOptionsTest, TellsOfFlagsThatChangeNothing) {
  ServerOptions options;
  ASSERT_TRUE(Parse({"--model_base_path=/m", "--skip_initialize_tpu",
                     "--per_process_gpu_memory_fraction=0.5",
                     "--xla_cpu_compilation_enabled", "--num_tflite_pools=2",
                     "--num_tflite_interpreters_per_pool=3",
                     "--remove_unused_fields_from_bundle_metagraph=false"},
                    &options)
                  .ok());
  EXPECT_THAT(
      options.warnings,
      UnorderedElementsAre(
          HasSubstr("--skip_initialize_tpu changes nothing"),
          HasSubstr("--per_process_gpu_memory_fraction changes nothing"),
          HasSubstr("--xla_cpu_compilation_enabled changes nothing"),
          HasSubstr("--num_tflite_pools changes nothing"),
          HasSubstr("--num_tflite_interpreters_per_pool changes nothing"),
          HasSubstr("--remove_unused_fields_from_bundle_metagraph changes "
                    "nothing")));
}

TEST(ServerOptionsTest, NothingIsToldOfDefaults) {
  ServerOptions options;
  ASSERT_TRUE(Parse({"--model_base_path=/m"}, &options).ok());
  EXPECT_THAT(options.warnings, IsEmpty());
}

TEST(ParseChannelArgumentsTest, NumbersThatGrpcCannotTakeAreRefused) {
  EXPECT_TRUE(ParseChannelArguments("a=2147483647").ok());
  EXPECT_THAT(
      std::string(ParseChannelArguments("a=2147483648").status().message()),
      HasSubstr("a=2147483648 has a number that gRPC cannot take"));
  EXPECT_THAT(
      std::string(ParseChannelArguments("grpc.max_receive_message_length=5")
                      .status()
                      .message()),
      HasSubstr("--grpc_max_receive_message_bytes"));
}

TEST(ParseChannelArgumentsTest, PairsHaveCommasBetweenThem) {
  EXPECT_THAT(*ParseChannelArguments("a.b=1,c=x=y"),
              ElementsAre(Pair("a.b", "1"), Pair("c", "x=y")));
  EXPECT_THAT(*ParseChannelArguments(""), IsEmpty());
}

// The flags of TensorFlow Serving that its users' command lines have.
TEST(ServerHelpTest, HasTheFlagsOfTensorFlowServing) {
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
                                 "prefer_tflite_model",
                                 "num_tflite_pools",
                                 "num_tflite_interpreters_per_pool",
                                 "use_alts_credentials",
                                 "skip_initialize_tpu",
                                 "version"}) {
    EXPECT_THAT(help, HasSubstr(absl::StrCat("\n  --", flag, "=")));
  }
}

TEST(ServerHelpTest, FitsIntoATerminal) {
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
