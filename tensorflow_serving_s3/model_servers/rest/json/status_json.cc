// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/json/status_json.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow/core/protobuf/error_codes.pb.h"
#include "tensorflow_serving_s3/model_servers/base/json_writer.h"

namespace tfs3::rest {
namespace {

using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelVersionStatus;

// Returns the running load of a version, or null.
const LoadProgress* FindLoad(absl::string_view name, int64_t version,
                             const std::vector<LoadProgress>& loads) {
  for (const LoadProgress& load : loads) {
    if (load.id.version == version && load.id.name == name) {
      return &load;
    }
  }
  return nullptr;
}

void AppendLoad(const LoadProgress& load, absl::string_view indent,
                std::string* json) {
  absl::StrAppendFormat(json,
                        ",\n%s  \"load_progress\": {\n%s   \"seconds\": %.1f",
                        indent, indent, absl::ToDoubleSeconds(load.elapsed));
  if (load.bytes_read.has_value()) {
    absl::StrAppend(json, ",\n", indent, "   \"bytes_read\": \"",
                    *load.bytes_read, "\"");
  }
  if (load.total_bytes.has_value()) {
    absl::StrAppend(json, ",\n", indent, "   \"total_bytes\": \"",
                    *load.total_bytes, "\"");
  }
  absl::StrAppend(json, "\n", indent, "  }");
}

// Appends "model_version_status": [...]. Indents each line after the first by
// `indent`.
void AppendVersions(absl::string_view name,
                    const GetModelStatusResponse& versions,
                    const std::vector<LoadProgress>& loads,
                    absl::string_view indent, std::string* json) {
  *json += "\"model_version_status\": [";
  absl::string_view separator = "";
  for (const ModelVersionStatus& version : versions.model_version_status()) {
    absl::StrAppend(
        json, separator, "\n", indent, " {\n", indent, "  \"version\": \"",
        version.version(), "\",\n", indent, "  \"state\": \"",
        ModelVersionStatus::State_Name(version.state()), "\",\n", indent,
        "  \"status\": {\n", indent, "   \"error_code\": \"",
        tensorflow::error::Code_Name(version.status().error_code()), "\",\n",
        indent, "   \"error_message\": ");
    AppendJsonString(version.status().error_message(), json);
    absl::StrAppend(json, "\n", indent, "  }");
    const LoadProgress* const load =
        version.state() == ModelVersionStatus::LOADING
            ? FindLoad(name, version.version(), loads)
            : nullptr;
    if (load != nullptr) {
      AppendLoad(*load, indent, json);
    }
    absl::StrAppend(json, "\n", indent, " }");
    separator = ",";
  }
  absl::StrAppend(json, "\n", indent, "]");
}

}  // namespace

std::string ModelStatusJson(absl::string_view name,
                            const GetModelStatusResponse& versions,
                            const std::vector<LoadProgress>& loads) {
  std::string json = "{\n ";
  AppendVersions(name, versions, loads, " ", &json);
  json += "\n}\n";
  return json;
}

std::string ModelListJson(const std::vector<ModelSummary>& models,
                          const std::vector<LoadProgress>& loads,
                          const std::string& source_problem) {
  std::string json = "{\n ";
  if (!source_problem.empty()) {
    json += "\"source_problem\": ";
    AppendJsonString(source_problem, &json);
    json += ",\n ";
  }
  json += "\"models\": [";
  absl::string_view separator = "";
  for (const ModelSummary& model : models) {
    absl::StrAppend(&json, separator, "\n  {\n   \"name\": ");
    AppendJsonString(model.name, &json);
    absl::StrAppend(&json,
                    ",\n   \"available\": ", model.available ? "true" : "false",
                    ",\n   \"problem\": ");
    AppendJsonString(model.problem, &json);
    json += ",\n   ";
    AppendVersions(model.name, model.versions, loads, "   ", &json);
    json += "\n  }";
    separator = ",";
  }
  json += "\n ]\n}\n";
  return json;
}

}  // namespace tfs3::rest
