// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/testing/reference_json.h"

#include "rapidjson/document.h"
#include "rapidjson/encodedstream.h"
#include "rapidjson/memorystream.h"

namespace tfs3::rest {
namespace {

rapidjson::Document Parse(std::string_view json) {
  rapidjson::MemoryStream bytes(json.data(), json.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream>
      stream(bytes);
  rapidjson::Document document;
  document.ParseStream<rapidjson::kParseNanAndInfFlag>(stream);
  return document;
}

}  // namespace

bool ReferenceAccepts(std::string_view json) {
  const rapidjson::Document document = Parse(json);
  return !document.HasParseError() && document.IsObject();
}

std::optional<std::string> ReferenceString(std::string_view json,
                                           const char* key) {
  const rapidjson::Document document = Parse(json);
  if (document.HasParseError() || !document.IsObject()) {
    return std::nullopt;
  }
  const auto member = document.FindMember(key);
  if (member == document.MemberEnd() || !member->value.IsString()) {
    return std::nullopt;
  }
  return std::string(member->value.GetString(),
                     member->value.GetStringLength());
}

bool IsStrictJson(std::string_view json) {
  if (json.find('\0') != json.npos) {
    return false;
  }
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(),
                                                        json.size());
  return !document.HasParseError();
}

bool DeviatesFromJson(std::string_view json) {
  for (const char* accident :
       {"NInf", "NaInf", "NaN.", "NaNe", "NaNE", "Inf.", "Infe", "InfE",
        "Infinity.", "Infinitye", "InfinityE"}) {
    if (json.find(accident) != json.npos) {
      return true;
    }
  }
  return false;
}

}  // namespace tfs3::rest
