// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_PROMETHEUS_WRITER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_PROMETHEUS_WRITER_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tfs3 {

// Writes metrics in the text format of Prometheus (exposition format 0.0.4).
//
//   PrometheusWriter writer;
//   writer.Family("process_open_fds", "gauge", "Open file descriptors.");
//   writer.Sample("process_open_fds", {}, 12);
//   Answer(PrometheusWriter::kContentType, std::move(writer).text());
//
// The names of families and labels must be valid. Label values and help may be
// any text; the writer escapes them. Not thread-safe.
class PrometheusWriter {
 public:
  static constexpr char kContentType[] =
      "text/plain; version=0.0.4; charset=utf-8";

  using Label = std::pair<absl::string_view, absl::string_view>;
  using Labels = absl::Span<const Label>;

  // Begins a family; its samples must follow. `type` is counter, gauge,
  // histogram or summary. `help` may be empty.
  void Family(absl::string_view name, absl::string_view type,
              absl::string_view help);

  // Writes a line that readers of the page see and Prometheus ignores.
  void Comment(absl::string_view line);

  void Sample(absl::string_view name, Labels labels, int64_t value);
  void Sample(absl::string_view name, Labels labels, double value);

  const std::string& text() const& { return text_; }
  std::string text() && { return std::move(text_); }

 private:
  void BeginSample(absl::string_view name, Labels labels);

  std::string text_;
};

// Formats a number: +Inf, -Inf, NaN, or the shortest text that parses to the
// same value.
std::string PrometheusNumber(double value);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MONITORING_PROMETHEUS_WRITER_H_
