// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"

namespace tfs3 {
namespace {

void AppendEscaped(absl::string_view text, bool quotes_too, std::string* out) {
  for (const char c : text) {
    switch (c) {
      case '\\':
        *out += "\\\\";
        break;
      case '\n':
        *out += "\\n";
        break;
      case '"':
        *out += quotes_too ? "\\\"" : "\"";
        break;
      default:
        *out += c;
    }
  }
}

}  // namespace

void PrometheusWriter::Family(absl::string_view name, absl::string_view type,
                              absl::string_view help) {
  if (!help.empty()) {
    absl::StrAppend(&text_, "# HELP ", name, " ");
    AppendEscaped(help, /*quotes_too=*/false, &text_);
    text_ += '\n';
  }
  absl::StrAppend(&text_, "# TYPE ", name, " ", type, "\n");
}

void PrometheusWriter::Comment(absl::string_view line) {
  text_ += "# ";
  AppendEscaped(line, /*quotes_too=*/false, &text_);
  text_ += '\n';
}

void PrometheusWriter::BeginSample(absl::string_view name, Labels labels) {
  absl::StrAppend(&text_, name);
  absl::string_view separator = "{";
  for (const auto& [label, value] : labels) {
    absl::StrAppend(&text_, separator, label, "=\"");
    AppendEscaped(value, /*quotes_too=*/true, &text_);
    text_ += '"';
    separator = ",";
  }
  if (!labels.empty()) {
    text_ += '}';
  }
  text_ += ' ';
}

void PrometheusWriter::Sample(absl::string_view name, Labels labels,
                              int64_t value) {
  BeginSample(name, labels);
  absl::StrAppend(&text_, value, "\n");
}

void PrometheusWriter::Sample(absl::string_view name, Labels labels,
                              double value) {
  BeginSample(name, labels);
  absl::StrAppend(&text_, PrometheusNumber(value), "\n");
}

std::string PrometheusNumber(double value) {
  if (std::isnan(value)) {
    return "NaN";
  }
  if (std::isinf(value)) {
    return value > 0 ? "+Inf" : "-Inf";
  }
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return std::string(text.data(), end);
}

}  // namespace tfs3
