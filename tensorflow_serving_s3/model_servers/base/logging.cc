// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/logging.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"
#include "absl/log/internal/globals.h"
#include "absl/log/log_entry.h"
#include "absl/log/log_sink.h"
#include "absl/log/log_sink_registry.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/model_servers/base/json_writer.h"
#include "tensorflow_serving_s3/model_servers/base/stderr_lines.h"

namespace tfs3 {
namespace {

// Limits the log entries of each place in the source of other libraries.
class RepeatLimiter {
 public:
  // Returns whether to show `entry`. If so, sets `*num_omitted` to the number
  // of entries of the same place that were not shown before it.
  bool Admit(const absl::LogEntry& entry, int64_t* num_omitted) {
    const int64_t second = absl::ToUnixSeconds(entry.timestamp());
    std::lock_guard<std::mutex> lock(mu_);
    Place& place =
        places_[{std::string(entry.source_filename()), entry.source_line()}];
    if (place.second != second) {
      place.second = second;
      place.shown = 0;
    }
    if (place.shown == kMaxPerSecond) {
      ++place.num_omitted;
      return false;
    }
    ++place.shown;
    *num_omitted = std::exchange(place.num_omitted, 0);
    return true;
  }

 private:
  static constexpr int kMaxPerSecond = 10;

  struct Place {
    int64_t second = 0;
    int shown = 0;  // In that second.
    int64_t num_omitted = 0;
  };

  std::mutex mu_;
  // By file and line.
  std::map<std::pair<std::string, int>, Place> places_;
};

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

// Returns a line of LogFormat::kJson.
std::string JsonLine(absl::Time time, absl::LogSeverity severity,
                     absl::string_view source, absl::string_view message,
                     absl::string_view stacktrace = "") {
  std::string line =
      absl::StrCat("{\"time\": \"", TimeText(time), "\", \"severity\": \"",
                   absl::LogSeverityName(severity), "\", \"source\": ");
  AppendJsonLogString(source, &line);
  line += ", \"message\": ";
  AppendJsonLogString(message, &line);
  if (!stacktrace.empty()) {
    line += ", \"stacktrace\": ";
    AppendJsonLogString(stacktrace, &line);
  }
  line += "}\n";
  return line;
}

// Parses the severity of a line that a library wrote to stderr: "E1128 20:04:21
// ..." by gRPC and absl, "s3 [ERROR] ..." by the S3 client.
absl::LogSeverity SeverityOf(absl::string_view line) {
  constexpr char kLetters[] = "IWEF";
  if (line.size() > 5 &&
      std::all_of(line.begin() + 1, line.begin() + 5, absl::ascii_isdigit)) {
    const size_t severity = absl::string_view(kLetters).find(line[0]);
    if (severity != absl::string_view::npos) {
      return absl::NormalizeLogSeverity(static_cast<int>(severity));
    }
  }
  if (absl::StartsWith(line, "s3 [ERROR]") ||
      absl::StartsWith(line, "s3 [FATAL]")) {
    return absl::LogSeverity::kError;
  }
  if (absl::StartsWith(line, "s3 [WARN]")) {
    return absl::LogSeverity::kWarning;
  }
  return absl::LogSeverity::kInfo;
}

class StderrSink final : public absl::LogSink {
 public:
  StderrSink(LogFormat format, bool all_of_tensorflow)
      : format_(format), all_of_tensorflow_(all_of_tensorflow) {}

  void Send(const absl::LogEntry& entry) override {
    const bool ours =
        absl::StartsWith(entry.source_filename(), "tensorflow_serving_s3/");
    // Verbose messages exist only if the environment turned them on.
    if (!ours && !all_of_tensorflow_ && entry.verbosity() < 1 &&
        entry.log_severity() < absl::LogSeverity::kWarning) {
      return;
    }
    int64_t num_omitted = 0;
    if (!ours && entry.log_severity() < absl::LogSeverity::kFatal &&
        !limiter_.Admit(entry, &num_omitted)) {
      return;
    }
    std::string message(entry.text_message());
    if (num_omitted > 0) {
      absl::StrAppend(&message, " (", num_omitted,
                      " similar messages omitted)");
    }
    // Each message is one line and one write: lines of threads do not mix.
    if (format_ == LogFormat::kJson) {
      WriteToStderr(JsonLine(entry.timestamp(), entry.log_severity(),
                             SourceOf(entry), message, entry.stacktrace()));
      return;
    }
    WriteToStderr(TextLine(entry, message));
    // Only a failed CHECK has a stack trace.
    WriteToStderr(entry.stacktrace());
  }

  void Flush() override { std::fflush(stderr); }

 private:
  static std::string SourceOf(const absl::LogEntry& entry) {
    return absl::StrCat(entry.source_basename(), ":", entry.source_line());
  }

  static std::string TextLine(const absl::LogEntry& entry,
                              absl::string_view message) {
    std::string line = absl::StrCat(
        TimeText(entry.timestamp()), " ",
        absl::string_view(absl::LogSeverityName(entry.log_severity()), 1), " ",
        SourceOf(entry), "] ");
    AppendLogText(message, &line);
    line += '\n';
    return line;
  }

  const LogFormat format_;
  const bool all_of_tensorflow_;
  RepeatLimiter limiter_;
};

}  // namespace

absl::LogSeverityAtLeast ParseMinLogLevel(absl::string_view text) {
  const bool is_digit = text.size() == 1 && absl::ascii_isdigit(text[0]);
  const int level = is_digit ? text[0] - '0' : 0;
  return static_cast<absl::LogSeverityAtLeast>(
      std::min(level, static_cast<int>(absl::LogSeverityAtLeast::kFatal)));
}

void InitializeLogging(const LogOptions& options) {
  const char* const variable = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  absl::LogSeverityAtLeast level = options.level;
  if (variable != nullptr) {
    level = std::max(level, ParseMinLogLevel(variable));
  }
  absl::SetMinLogLevel(level);
  absl::AddLogSink(new StderrSink(options.format, variable != nullptr));
  absl::SetStderrThreshold(absl::LogSeverityAtLeast::kInfinity);
  // Applies the threshold. This is what absl::InitializeLog does, but
  // TensorFlow's library does not have that function.
  absl::log_internal::SetInitialized();
  if (options.format == LogFormat::kJson && options.capture_stderr) {
    CaptureStderr([](absl::string_view line) {
      WriteToStderr(JsonLine(absl::Now(), SeverityOf(line), "stderr", line));
    });
  }
}

void WriteLastError(LogFormat format, absl::string_view message) {
  if (format == LogFormat::kJson) {
    WriteToStderr(
        JsonLine(absl::Now(), absl::LogSeverity::kError, "main.cc", message));
  } else {
    WriteToStderr(absl::StrCat("tensorflow_model_server: ", message, "\n"));
  }
}

void FlushLogging() {
  std::fflush(nullptr);
  ReleaseStderr();
}

}  // namespace tfs3
