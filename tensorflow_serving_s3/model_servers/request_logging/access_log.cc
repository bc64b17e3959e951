// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/request_logging/access_log.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/model_servers/base/json_writer.h"

namespace tfs3 {
namespace {

// Limits a field in bytes, because clients choose names, targets and headers.
constexpr size_t kMaxFieldBytes = 512;

std::string Cut(absl::string_view value) {
  size_t size = kMaxFieldBytes;
  // Does not cut within a UTF-8 character.
  while (size > 0 && (value[size] & 0xc0) == 0x80) {
    --size;
  }
  return absl::StrCat(value.substr(0, size), "... (", value.size(), " bytes)");
}

// Builds one line.
class Line {
 public:
  virtual ~Line() = default;

  // Adds nothing if `value` is empty.
  void AddText(absl::string_view key, absl::string_view value) {
    if (value.size() > kMaxFieldBytes) {
      Add(key, Cut(value), /*is_text=*/true);
    } else if (!value.empty()) {
      Add(key, value, /*is_text=*/true);
    }
  }
  void AddNumber(absl::string_view key, absl::string_view value) {
    Add(key, value, /*is_text=*/false);
  }

  virtual std::string Finish() && = 0;

 private:
  virtual void Add(absl::string_view key, absl::string_view value,
                   bool is_text) = 0;
};

class TextLine final : public Line {
 public:
  explicit TextLine(absl::string_view time)
      : text_(absl::StrCat(time, " access:")) {}

  std::string Finish() && override { return std::move(text_) + "\n"; }

 private:
  void Add(absl::string_view key, absl::string_view value,
           bool /*is_text*/) override {
    absl::StrAppend(&text_, " ", key, "=");
    if (IsPlain(value)) {
      absl::StrAppend(&text_, value);
    } else {
      AppendJsonLogString(value, &text_);
    }
  }

  // Returns whether `value` needs no quotes.
  static bool IsPlain(absl::string_view value) {
    for (const char c : value) {
      if (c <= ' ' || c == '"' || c == '=' || c > '~') {
        return false;
      }
    }
    return true;
  }

  std::string text_;
};

class JsonLine final : public Line {
 public:
  explicit JsonLine(absl::string_view time)
      : text_(absl::StrCat("{\"time\": \"", time, "\", \"log\": \"access\"")) {}

  std::string Finish() && override { return std::move(text_) + "}\n"; }

 private:
  void Add(absl::string_view key, absl::string_view value,
           bool is_text) override {
    absl::StrAppend(&text_, ", \"", key, "\": ");
    if (is_text) {
      AppendJsonLogString(value, &text_);
    } else {
      absl::StrAppend(&text_, value);
    }
  }

  std::string text_;
};

void Fill(const RequestRecord& record, Line* line) {
  line->AddText(
      "entrypoint",
      record.entrypoint == RequestRecord::Entrypoint::kGrpc ? "GRPC" : "REST");
  line->AddText("api", record.api);
  line->AddText("model", record.model_name);
  if (record.model_version >= 0) {
    line->AddNumber("version", absl::StrCat(record.model_version));
  }
  line->AddText("signature", record.signature_name);
  line->AddText("method", record.method);
  line->AddText("target", record.target);
  line->AddText("status", absl::StatusCodeToString(record.status.code()));
  if (record.http_status != 0) {
    line->AddNumber("http_status", absl::StrCat(record.http_status));
  }
  line->AddNumber(
      "duration_ms",
      absl::StrFormat(
          "%.3f",
          std::chrono::duration<double, std::milli>(record.duration).count()));
  line->AddNumber("request_bytes", absl::StrCat(record.request_bytes));
  line->AddNumber("response_bytes", absl::StrCat(record.response_bytes));
  line->AddText("peer", record.peer);
  line->AddText("traceparent", record.traceparent);
  line->AddText("error", record.status.message());
}

}  // namespace

AccessLog::AccessLog(LogFormat format, Sink sink)
    : format_(format), sink_(std::move(sink)) {}

void AccessLog::OnRequest(const RequestRecord& record) {
  const std::string time =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromChrono(record.start),
                       absl::UTCTimeZone());
  if (format_ == LogFormat::kJson) {
    JsonLine line(time);
    Fill(record, &line);
    sink_(std::move(line).Finish());
  } else {
    TextLine line(time);
    Fill(record, &line);
    sink_(std::move(line).Finish());
  }
}

}  // namespace tfs3
