// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/server_options.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tensorflow/core/util/port.h"
#include "tensorflow_serving_s3/model_servers/options/flags.h"
#include "tensorflow_serving_s3/model_servers/options/server_flags.h"
#include "tensorflow_serving_s3/model_servers/options/unsupported_flags.h"

namespace tfs3 {
namespace {

// Adds a warning for each flag that is set and has no effect.
absl::Status CheckUnsupported(ServerOptions* options) {
  const std::vector<UnsupportedFlag>& flags = UnsupportedFlags();
  for (size_t i = 0; i < flags.size(); ++i) {
    if (options->unsupported[i] == flags[i].default_value) {
      continue;
    }
    if (flags[i].refused) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--", flags[i].name, " is not supported: ", flags[i].reason));
    }
    options->warnings.push_back(
        absl::StrCat("--", flags[i].name, " has no effect: ", flags[i].reason));
  }
  return absl::OkStatus();
}

// Warns about flags for GPUs if TensorFlow was built without CUDA.
void CheckGpuFlags(ServerOptions* options) {
  if (tensorflow::IsGoogleCudaEnabled()) {
    return;
  }
  constexpr char kReason[] =
      " has no effect: this server uses no GPU; build it with --config=cuda";
  if (options->per_process_gpu_memory_fraction != 0) {
    options->warnings.push_back(
        absl::StrCat("--per_process_gpu_memory_fraction", kReason));
  }
  if (options->xla_gpu_compilation_enabled) {
    options->warnings.push_back(
        absl::StrCat("--xla_gpu_compilation_enabled", kReason));
  }
}

absl::Status CheckChoice(absl::string_view flag, absl::string_view value,
                         const std::vector<absl::string_view>& choices) {
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, "=", value, " is not valid; use \"",
                   absl::StrJoin(choices, "\" or \""), "\""));
}

absl::Status CheckChoices(const ServerOptions& options) {
  std::vector<absl::string_view> policies;
  for (const NamedAspiredVersionPolicy& policy : AspiredVersionPolicies()) {
    policies.push_back(policy.name);
  }
  if (auto status = CheckChoice("aspired_version_policy",
                                options.aspired_version_policy, policies);
      !status.ok()) {
    return status;
  }
  if (auto status = CheckChoice("run_thread", options.run_thread,
                                {"auto", "caller", "pool"});
      !status.ok()) {
    return status;
  }
  if (auto status =
          CheckChoice("model_version_policy", options.model_version_policy,
                      {kLatestVersion, kAllVersions});
      !status.ok()) {
    return status;
  }
  if (auto status =
          CheckChoice("log_format", options.log_format, {"text", "json"});
      !status.ok()) {
    return status;
  }
  return CheckChoice("log_level", options.log_level,
                     {"info", "warning", "error"});
}

absl::Status CheckBatching(const ServerOptions& options) {
  if (!options.enable_batching && !options.batching_parameters_file.empty() &&
      options.platform_config_file.empty()) {
    return absl::InvalidArgumentError(
        "--batching_parameters_file needs --enable_batching");
  }
  return absl::OkStatus();
}

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Returns the folder that the variables name; empty if one is not set.
std::string PathOfVariables(const ModelVariables& variables) {
  if (variables.model_name.empty() || variables.model_base_path.empty()) {
    return "";
  }
  const absl::string_view base =
      absl::StripSuffix(variables.model_base_path, "/");
  return absl::StrCat(base, "/", variables.model_name);
}

// Parses the flags. The variables are the defaults of the flags.
absl::Status ParseFlagsAndVariables(absl::Span<const char* const> arguments,
                                    ServerOptions* options) {
  std::string path_of_variables;
  if (!options->has_custom_source) {
    if (!options->model_variables.model_name.empty()) {
      options->model_name = options->model_variables.model_name;
    }
    path_of_variables = PathOfVariables(options->model_variables);
    options->model_base_path = path_of_variables;
  }
  absl::Status status = ParseFlags(ServerFlags(options), arguments);
  if (!options->model_config_file.empty() &&
      options->model_base_path == path_of_variables) {
    options->model_base_path.clear();
  }
  return status;
}

absl::Status CheckModels(const ServerOptions& options) {
  if (options.has_custom_source) {
    return options.model_base_path.empty() && options.model_config_file.empty()
               ? absl::OkStatus()
               : absl::InvalidArgumentError(
                     "the models come from a source: remove --model_base_path "
                     "and --model_config_file");
  }
  if (options.model_base_path.empty() && options.model_config_file.empty()) {
    const ModelVariables& variables = options.model_variables;
    if (!variables.model_base_path.empty() && variables.model_name.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "nothing to serve: MODEL_BASE_PATH is ", variables.model_base_path,
          ", but MODEL_NAME is not set; set it to the model's folder in "
          "MODEL_BASE_PATH, or set --model_base_path"));
    }
    return absl::InvalidArgumentError(
        "nothing to serve: set --model_base_path, as in "
        "--model_base_path=s3://bucket/models/half, or --model_config_file "
        "(see --help)");
  }
  if (options.model_config_file.empty() && options.model_name.empty()) {
    return absl::InvalidArgumentError(
        "--model_name is empty: set the name that requests use");
  }
  return absl::OkStatus();
}

absl::Status CheckPorts(const ServerOptions& options) {
  if (options.port == 0 && options.grpc_socket_path.empty() &&
      options.rest_api_port == 0 && options.rest_api_socket_path.empty()) {
    return absl::InvalidArgumentError(
        "no port to serve on: set --port for gRPC, --rest_api_port for REST, "
        "or both");
  }
  return absl::OkStatus();
}

absl::Status CheckManagementAddress(absl::string_view address) {
  if (address.empty()) {
    return absl::OkStatus();
  }
  absl::string_view path = address;
  if (absl::ConsumePrefix(&path, "unix:") && !path.empty()) {
    return absl::OkStatus();
  }
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon != address.npos && colon > 0 &&
      absl::SimpleAtoi(address.substr(colon + 1), &port) && port > 0 &&
      port <= 65535) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "--management_address=", address,
      " is not an address; use HOST:PORT, as in 127.0.0.1:8510, or unix:PATH, "
      "as in unix:/run/management.sock"));
}

// Adds a warning for each setting that has no effect because of another
// setting. These are not errors in TensorFlow Serving either.
void CheckCombinations(ServerOptions* options) {
  const auto warn = [options](absl::string_view text) {
    options->warnings.emplace_back(text);
  };
  if (options->mixed_precision != "" &&
      options->mixed_precision != "bfloat16") {
    warn(absl::StrCat("--mixed_precision has no effect: \"",
                      options->mixed_precision,
                      "\" is not a mode; the only mode is bfloat16"));
  }
  if (options->model_config_file.empty()) {
    if (options->model_config_file_poll_wait_seconds > 0) {
      warn(
          "--model_config_file_poll_wait_seconds has no effect: there is no "
          "--model_config_file to read again");
    }
  } else {
    if (!options->model_base_path.empty()) {
      warn("--model_base_path has no effect with --model_config_file");
    }
    if (options->model_version_policy != kLatestVersion) {
      warn("--model_version_policy has no effect with --model_config_file");
    }
  }
  if (options->enable_per_model_batching_parameters &&
      !options->enable_batching) {
    warn(
        "--enable_per_model_batching_parameters has no effect: "
        "--enable_batching is not set");
  }
  if (options->port != 0 && options->port == options->rest_api_port) {
    warn(
        absl::StrCat("REST is not served: --port and --rest_api_port are both ",
                     options->port, "; give REST another port"));
    options->rest_api_port = 0;
  }
  if (!options->monitoring_config_file.empty() && options->rest_api_port == 0 &&
      options->rest_api_socket_path.empty()) {
    warn(
        "--monitoring_config_file has no effect: there is no REST port for "
        "metrics; set --rest_api_port too");
  }
  if (options->rest_api_plain_http && options->ssl_config_file.empty()) {
    warn(
        "--rest_api_plain_http has no effect: without --ssl_config_file no "
        "port "
        "uses TLS");
  }
}

}  // namespace

ModelVariables ModelVariablesOfEnvironment() {
  return {Variable("MODEL_NAME"), Variable("MODEL_BASE_PATH")};
}

absl::Status ParseServerOptions(absl::Span<const char* const> arguments,
                                ServerOptions* options) {
  absl::Status status = ParseFlagsAndVariables(arguments, options);
  if (!status.ok() || options->version || options->help ||
      !options->probe.empty()) {
    return status;
  }
  if (status = CheckUnsupported(options); !status.ok()) {
    return status;
  }
  CheckGpuFlags(options);
  if (status = CheckChoices(*options); !status.ok()) {
    return status;
  }
  if (status = CheckBatching(*options); !status.ok()) {
    return status;
  }
  if (status = CheckManagementAddress(options->management_address);
      !status.ok()) {
    return status;
  }
  if (status = ParseChannelArguments(options->grpc_channel_arguments).status();
      !status.ok()) {
    return status;
  }
  if (status = CheckModels(*options); !status.ok()) {
    return status;
  }
  if (status = CheckPorts(*options); !status.ok()) {
    return status;
  }
  CheckCombinations(options);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>>
ParseChannelArguments(absl::string_view text) {
  std::vector<std::pair<std::string, std::string>> arguments;
  for (absl::string_view part :
       absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    const size_t equals = part.find('=');
    const absl::string_view name =
        absl::StripAsciiWhitespace(part.substr(0, equals));
    if (equals == part.npos || name.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--grpc_channel_arguments: \"", part,
          "\" is not NAME=VALUE; an example: "
          "grpc.max_connection_age_ms=2000,grpc.keepalive_time_ms=1000"));
    }
    arguments.emplace_back(name,
                           absl::StripAsciiWhitespace(part.substr(equals + 1)));
  }
  return arguments;
}

}  // namespace tfs3
