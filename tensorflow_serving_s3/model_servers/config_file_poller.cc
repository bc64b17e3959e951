// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/config_file_poller.h"

#include <utility>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/model_servers/model_config.h"

namespace tfs3 {
namespace {

constexpr absl::Duration kRepeatErrorAfter = absl::Minutes(10);

}  // namespace

ConfigFilePoller::ConfigFilePoller(
    Options options, tensorflow::serving::ModelServerConfig current,
    ConfigReloader* reloader)
    : options_(std::move(options)),
      reloader_(reloader),
      current_(std::move(current)),
      thread_(1) {
  thread_.ScheduleAfter(options_.period, [this] { Poll(); });
}

ConfigFilePoller::~ConfigFilePoller() { thread_.Stop(); }

void ConfigFilePoller::Poll() {
  const absl::Status status = ReadAndApply();
  const absl::Time now = absl::Now();
  if (!status.ok() &&
      (status != logged_ || now - logged_time_ >= kRepeatErrorAfter)) {
    ABSL_LOG(ERROR) << status.message() << "; the models do not change";
    logged_time_ = now;
  }
  logged_ = status;
  thread_.ScheduleAfter(options_.period, [this] { Poll(); });
}

absl::Status ConfigFilePoller::ReadAndApply() {
  auto config = ReadModelServerConfig(options_.env, options_.path);
  if (!config.ok()) {
    if (options_.counters != nullptr) {
      ++options_.counters->unreadable;
    }
    return config.status();
  }
  if (SameConfig(*config, current_)) {
    return absl::OkStatus();
  }
  if (absl::Status status = reloader_->ApplyConfig(*config); !status.ok()) {
    return absl::Status(status.code(),
                        absl::StrCat("The model configuration ", options_.path,
                                     " was refused: ", status.message()));
  }
  current_ = *std::move(config);
  return absl::OkStatus();
}

}  // namespace tfs3
