// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/results_to_json.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/json_writer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_output.h"

namespace tfs3::rest {
namespace {

constexpr std::string_view kBegin = "{\"results\": [";
constexpr std::string_view kEnd = "]}";
constexpr std::string_view kNext = ", ";
// More than the bytes of the constants above.
constexpr size_t kBytesAround = 32;

}  // namespace

std::string ResultsToJson(
    const tensorflow::serving::ClassificationResult& result,
    RequestMemory::Charge* charge) {
  JsonOutput out(charge, kBytesAround);
  std::string& json = out.text();
  json += kBegin;
  std::string_view before_example = "[";
  for (const auto& classifications : result.classifications()) {
    out.MakeRoom(kBytesAround);
    json += before_example;
    before_example = ", [";
    std::string_view before_class = "[";
    for (const auto& candidate : classifications.classes()) {
      out.MakeRoom(kBytesAround);
      json += before_class;
      before_class = ", [";
      out.AppendString(candidate.label(), /*as_bytes=*/false);
      out.MakeRoom(JsonOutput::kMaxBytesOfNumber + kBytesAround);
      json += kNext;
      AppendJsonNumber(candidate.score(), &json);
      json += ']';
    }
    out.MakeRoom(kBytesAround);
    json += ']';
  }
  out.MakeRoom(kBytesAround);
  json += kEnd;
  return std::move(out).Take();
}

std::string ResultsToJson(const tensorflow::serving::RegressionResult& result,
                          RequestMemory::Charge* charge) {
  JsonOutput out(charge, kBytesAround);
  std::string& json = out.text();
  json += kBegin;
  std::string_view separator;
  for (const auto& regression : result.regressions()) {
    out.MakeRoom(JsonOutput::kMaxBytesOfNumber);
    json += separator;
    separator = kNext;
    AppendJsonNumber(regression.value(), &json);
  }
  out.MakeRoom(kBytesAround);
  json += kEnd;
  return std::move(out).Take();
}

}  // namespace tfs3::rest
