// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/metadata_json.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/json/json.h"
#include "google/protobuf/message.h"

namespace tfs3::rest {
namespace {

absl::Status Append(const google::protobuf::Message& message,
                    absl::string_view part, std::string* json) {
  google::protobuf::json::PrintOptions options;
  options.add_whitespace = true;
  options.always_print_fields_with_no_presence = true;
  options.preserve_proto_field_names = true;
  std::string text;
  const absl::Status status =
      google::protobuf::json::MessageToJsonString(message, &text, options);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("Cannot write ", part, " as JSON: ", status.message(),
                     "; use GetModelMetadata of the gRPC API"));
  }
  *json += text;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> MetadataJson(
    const tensorflow::serving::ModelSpec& spec,
    const tensorflow::serving::SignatureDefMap& signatures) {
  std::string json = "{\n\"model_spec\":";
  absl::Status status = Append(spec, "the model_spec", &json);
  json += ",\n\"metadata\": {\"signature_def\": ";
  if (status.ok()) {
    status = Append(signatures, "the signatures", &json);
  }
  if (!status.ok()) {
    return status;
  }
  json += "}\n}\n";
  return json;
}

}  // namespace tfs3::rest
