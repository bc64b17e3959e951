// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/load_progress_reporter.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace tfs3 {
namespace {

constexpr double kBytesPerMb = 1e6;

}  // namespace

std::string DescribeLoad(const LoadProgress& load) {
  const double seconds = absl::ToDoubleSeconds(load.elapsed);
  std::string text = absl::StrFormat("Loading %s version %d for %.0f s",
                                     load.id.name, load.id.version, seconds);
  if (!load.bytes_read.has_value()) {
    if (load.total_bytes.has_value()) {
      absl::StrAppendFormat(
          &text, ": a model of %.1f MB",
          static_cast<double>(*load.total_bytes) / kBytesPerMb);
    }
    return text;
  }
  const double read = static_cast<double>(*load.bytes_read) / kBytesPerMb;
  const double speed = seconds > 0 ? read / seconds : 0;
  if (!load.total_bytes.has_value()) {
    absl::StrAppendFormat(&text, ": %.1f MB read, %.1f MB/s", read, speed);
    return text;
  }
  const double total = static_cast<double>(*load.total_bytes) / kBytesPerMb;
  absl::StrAppendFormat(&text, ": %.1f of %.1f MB, %.1f MB/s", read, total,
                        speed);
  if (read >= total) {
    text += ", all bytes read";
  } else if (speed > 0) {
    absl::StrAppendFormat(&text, ", about %.0f s left", (total - read) / speed);
  }
  return text;
}

LoadProgressReporter::LoadProgressReporter(absl::Duration period, Report report)
    : period_(period), report_(std::move(report)), thread_([this] { Run(); }) {}

LoadProgressReporter::~LoadProgressReporter() {
  {
    std::lock_guard<std::mutex> lock(mu_);
    stopping_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void LoadProgressReporter::Run() {
  std::unique_lock<std::mutex> lock(mu_);
  const auto period = absl::ToChronoMilliseconds(period_);
  while (!stop_.wait_for(lock, period, [this] { return stopping_; })) {
    lock.unlock();
    MeasureLoads(period_);
    for (const LoadProgress& load : ActiveLoads()) {
      if (load.elapsed >= period_) {
        report_(DescribeLoad(load));
      }
    }
    lock.lock();
  }
}

}  // namespace tfs3
