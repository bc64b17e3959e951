// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/stats_json.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace tfs3 {
namespace s3 {
namespace {

// Formats with a decimal point, independent of the locale.
std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.9f", value);
  std::replace(text, text + std::strlen(text), ',', '.');
  return text;
}

template <typename Values, typename ToText>
std::string Array(const Values& values, ToText to_text) {
  std::string text;
  for (const auto& value : values) {
    if (!text.empty()) {
      text += ", ";
    }
    text += to_text(value);
  }
  return "[" + text + "]";
}

std::string Count(uint64_t value) { return std::to_string(value); }

std::string OperationText(const OperationStats& operation) {
  std::string requests;
  for (const auto& [status, count] : operation.requests) {
    if (!requests.empty()) {
      requests += ", ";
    }
    requests += "\"" + std::to_string(status) + "\": " + Count(count);
  }
  return "\"" + std::string(operation.name) + "\": {\"requests\": {" +
         requests + "}, \"errors\": " + Count(operation.errors) +
         ", \"latency\": " + Array(operation.latency, Count) +
         ", \"latency_sum_seconds\": " + Number(operation.latency_sum_seconds) +
         "}";
}

}  // namespace

std::string StatsJson(const Stats& stats) {
  std::string operations;
  for (const OperationStats& operation : stats.operations) {
    if (!operations.empty()) {
      operations += ", ";
    }
    operations += OperationText(operation);
  }
  return "{\"operations\": {" + operations +
         "}, \"latency_limits\": " + Array(kLatencyLimits, Number) +
         ", \"received_bytes\": " + Count(stats.received_bytes) +
         ", \"sent_bytes\": " + Count(stats.sent_bytes) +
         ", \"retries\": " + Count(stats.retries) + "}";
}

}  // namespace s3
}  // namespace tfs3

size_t TFS3_StatsJson(char* buffer, size_t size) {
  const std::string text = tfs3::s3::StatsJson(tfs3::s3::ReadStats());
  if (size > 0) {
    const size_t copied = std::min(text.size(), size - 1);
    std::memcpy(buffer, text.data(), copied);
    buffer[copied] = '\0';
  }
  return text.size();
}
