// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/status_json.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/protobuf/error_codes.pb.h"
#include "tensorflow_serving_s3/model_servers/rest/json_writer.h"

namespace tfs3::rest {
namespace {

using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelVersionStatus;

// "model_version_status": [...], each line after the first indented by
// `indent`.
void AppendVersions(const GetModelStatusResponse& versions,
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
    absl::StrAppend(json, "\n", indent, "  }\n", indent, " }");
    separator = ",";
  }
  absl::StrAppend(json, "\n", indent, "]");
}

}  // namespace

std::string ModelStatusJson(const GetModelStatusResponse& versions) {
  std::string json = "{\n ";
  AppendVersions(versions, " ", &json);
  json += "\n}\n";
  return json;
}

std::string ModelListJson(const std::vector<ModelSummary>& models) {
  std::string json = "{\n \"models\": [";
  absl::string_view separator = "";
  for (const ModelSummary& model : models) {
    absl::StrAppend(&json, separator, "\n  {\n   \"name\": ");
    AppendJsonString(model.name, &json);
    absl::StrAppend(&json,
                    ",\n   \"available\": ", model.available ? "true" : "false",
                    ",\n   \"problem\": ");
    AppendJsonString(model.problem, &json);
    json += ",\n   ";
    AppendVersions(model.versions, "   ", &json);
    json += "\n  }";
    separator = ",";
  }
  json += "\n ]\n}\n";
  return json;
}

}  // namespace tfs3::rest
