// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/model_config.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/path.h"
#include "tensorflow_serving_s3/proto/text_file.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::FileSystemStoragePathSourceConfig;
using ::tensorflow::serving::ModelConfig;
using ::tensorflow::serving::ModelServerConfig;

// Returns the name of the deprecated model_type, or "" if it is not set.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
std::string ModelTypeOf(const ModelConfig& model) {
  const auto type = model.model_type();
  return type == tensorflow::serving::MODEL_TYPE_UNSPECIFIED
             ? ""
             : tensorflow::serving::ModelType_Name(type);
}
#pragma GCC diagnostic pop

// Serializes equal messages to equal bytes. SerializeAsString does not, because
// the order of maps varies.
std::string DeterministicBytes(const ModelServerConfig& config) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  config.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// Returns whether `path` has a scheme or is an absolute local path, according
// to TensorFlow.
bool IsAbsolute(absl::string_view path) {
  absl::string_view scheme;
  absl::string_view host;
  absl::string_view rest;
  tensorflow::io::ParseURI(path, &scheme, &host, &rest);
  return !scheme.empty() || tensorflow::io::IsAbsolutePath(path);
}

// Limits the names of models and version labels, because access logs and
// metrics repeat them for every request.
constexpr size_t kMaxNameBytes = 512;
// S3 keys have up to 1,024 bytes and local paths 4,096.
constexpr size_t kMaxBasePathBytes = 8192;

// Escapes `text` for an error message, and shortens it.
std::string Shown(absl::string_view text) {
  constexpr size_t kShownBytes = 64;
  std::string shown = absl::CHexEscape(text.substr(0, kShownBytes));
  if (text.size() > kShownBytes) {
    absl::StrAppend(&shown, "... (", text.size(), " bytes)");
  }
  return shown;
}

// Returns whether a segment of `name` is "." or "..". HTTP clients remove such
// segments from a path.
bool HasDotSegment(absl::string_view name) {
  for (absl::string_view segment : absl::StrSplit(name, '/')) {
    if (segment == "." || segment == "..") {
      return true;
    }
  }
  return false;
}

// Checks the name of a model or version label. The error begins with `what`.
absl::Status CheckName(absl::string_view what, absl::string_view name) {
  const auto refuse = [&](absl::string_view rule) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " \"", Shown(name), "\" ", rule));
  };
  if (name.size() > kMaxNameBytes) {
    return refuse(absl::StrCat("is too long; a name has at most ",
                               kMaxNameBytes, " bytes"));
  }
  if (HasDotSegment(name)) {
    return refuse(
        "has \".\" or \"..\" as a path segment, which HTTP clients remove from "
        "URLs; choose another name, because requests could not use this one");
  }
  return absl::OkStatus();
}

absl::Status ValidateName(const ModelConfig& model) {
  if (model.name().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("The model with base path \"", Shown(model.base_path()),
                     "\" has an empty name; set the name that requests use"));
  }
  return CheckName("The model name", model.name());
}

absl::Status ValidateLabelNames(const ModelConfig& model) {
  for (const auto& [label, version] : model.version_labels()) {
    const std::string what =
        absl::StrCat("Model \"", model.name(), "\": the version label");
    if (auto status = CheckName(what, label); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateBasePath(const ModelConfig& model) {
  if (model.base_path().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Expected model ", model.name(),
                     " to have an absolute path or URI; got base_path()=; set "
                     "it, for example "
                     "to s3://BUCKET/",
                     model.name()));
  }
  if (model.base_path().size() > kMaxBasePathBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("The base path of model \"", model.name(),
                     "\" is too long: \"", Shown(model.base_path()),
                     "\"; it has at most ", kMaxBasePathBytes, " bytes"));
  }
  if (!IsAbsolute(model.base_path())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Expected model ", model.name(),
        " to have an absolute path or URI; got base_path()=", model.base_path(),
        "; use an absolute path, such as /models/", model.base_path(),
        ", or a URL, such as s3://BUCKET/", model.base_path()));
  }
  return absl::OkStatus();
}

absl::Status ValidatePlatform(
    const ModelConfig& model,
    const std::set<std::string, std::less<>>& platforms) {
  if (!ModelTypeOf(model).empty() && !model.model_platform().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Model \"", model.name(),
        "\" has both model_platform and model_type; remove the deprecated "
        "model_type"));
  }
  const std::string platform = PlatformOf(model);
  if (platforms.count(platform) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("Model \"", model.name(), "\" has the platform \"",
                     Shown(platform), "\"; the platforms of this server: \"",
                     absl::StrJoin(platforms, "\", \""), "\""));
  }
  return absl::OkStatus();
}

absl::Status ValidateVersions(const ModelConfig& model) {
  const auto& policy = model.model_version_policy();
  const auto& specific = policy.specific().versions();
  if (policy.has_specific() && specific.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "The model_version_policy of model \"", model.name(),
        "\" is specific but has no version; add at least one, as in "
        "specific { versions: 1 }"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ModelServerConfig> ReadModelServerConfig(
    tensorflow::Env* env, const std::string& path) {
  ModelServerConfig config;
  if (absl::Status status = ReadTextFile(
          path,
          "model_config_list { config { name: \"half\" base_path: "
          "\"s3://bucket/half\" model_platform: \"tensorflow\" } }",
          &config, env);
      !status.ok()) {
    return absl::Status(status.code(),
                        absl::StrCat(status.message(),
                                     " (the model "
                                     "configuration, --model_config_file)"));
  }
  return config;
}

absl::Status ValidateModelServerConfig(
    const ModelServerConfig& config,
    const std::set<std::string, std::less<>>& platforms) {
  if (config.has_custom_model_config()) {
    return absl::InvalidArgumentError(
        "custom_model_config is for servers with a custom source of models; "
        "this server needs a model_config_list");
  }
  std::set<std::string> names;
  for (const ModelConfig& model : config.model_config_list().config()) {
    if (auto status = ValidateName(model); !status.ok()) {
      return status;
    }
    if (!names.insert(model.name()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("Illegal to list model ", model.name(),
                       " multiple times in config list; rename or remove one "
                       "of them"));
    }
    if (auto status = ValidateBasePath(model); !status.ok()) {
      return status;
    }
    if (auto status = ValidatePlatform(model, platforms); !status.ok()) {
      return status;
    }
    if (auto status = ValidateVersions(model); !status.ok()) {
      return status;
    }
    if (auto status = ValidateLabelNames(model); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateLabelTargets(const ModelServerConfig& config) {
  for (const ModelConfig& model : config.model_config_list().config()) {
    const auto& policy = model.model_version_policy();
    if (!policy.has_specific()) {
      continue;
    }
    const auto& specific = policy.specific().versions();
    for (const auto& [label, version] : model.version_labels()) {
      if (std::find(specific.begin(), specific.end(), version) !=
          specific.end()) {
        continue;
      }
      return absl::InvalidArgumentError(
          absl::StrCat("The version label \"", label, "\" of model \"",
                       model.name(), "\" points at version ", version,
                       ", which is not one of the specific versions in its "
                       "model_version_policy: ",
                       absl::StrJoin(specific, ", "),
                       "; add it there, or start the server with "
                       "--allow_version_labels_for_unavailable_models"));
    }
  }
  return absl::OkStatus();
}

bool SameConfig(const ModelServerConfig& a, const ModelServerConfig& b) {
  return DeterministicBytes(a) == DeterministicBytes(b);
}

std::string PlatformOf(const ModelConfig& model) {
  if (!model.model_platform().empty()) {
    return model.model_platform();
  }
  // TENSORFLOW or OTHER; not set means TensorFlow too.
  const std::string type = absl::AsciiStrToLower(ModelTypeOf(model));
  return type.empty() ? std::string(kTensorFlowPlatform) : type;
}

FileSystemStoragePathSourceConfig SourceConfigOf(
    const ModelServerConfig& config, int64_t file_system_poll_wait_seconds,
    bool servable_versions_always_present) {
  FileSystemStoragePathSourceConfig source;
  source.set_file_system_poll_wait_seconds(file_system_poll_wait_seconds);
  source.set_servable_versions_always_present(servable_versions_always_present);
  for (const ModelConfig& model : config.model_config_list().config()) {
    auto* servable = source.add_servables();
    servable->set_servable_name(model.name());
    servable->set_base_path(model.base_path());
    if (model.has_model_version_policy()) {
      *servable->mutable_servable_version_policy() =
          model.model_version_policy();
    }
  }
  return source;
}

}  // namespace tfs3
