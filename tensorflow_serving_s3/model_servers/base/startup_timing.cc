// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/startup_timing.h"

#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/log/absl_log.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace tfs3 {

absl::Time ProcessStartTime() {
  // proc(5): field 22 is the start in clock ticks since boot. The code counts
  // after field 2, because the program name there may contain spaces.
  constexpr size_t kStartAfterName = 22 - 3;
  std::ifstream file("/proc/self/stat");
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  const std::vector<absl::string_view> fields =
      absl::StrSplit(absl::string_view(stat).substr(stat.rfind(')') + 2), ' ');
  int64_t ticks;
  timespec now_since_boot;
  if (fields.size() <= kStartAfterName ||
      !absl::SimpleAtoi(fields[kStartAfterName], &ticks) ||
      clock_gettime(CLOCK_BOOTTIME, &now_since_boot) != 0) {
    return absl::Now();
  }
  const absl::Duration since_boot = absl::Seconds(
      static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK)));
  return absl::Now() -
         (absl::DurationFromTimespec(now_since_boot) - since_boot);
}

StartupTiming::StartupTiming(absl::Time main_began,
                             EventBus<ServableState>* bus)
    : main_began_(main_began),
      subscription_(bus->Subscribe(
          [this](const ServableState& state) { HandleEvent(state); })) {}

void StartupTiming::PortsAreOpen() {
  std::lock_guard<std::mutex> lock(mu_);
  ports_ = absl::Now();
}

void StartupTiming::HandleEvent(const ServableState& state) {
  std::lock_guard<std::mutex> lock(mu_);
  const absl::Time now = absl::Now();
  if (!listed_.has_value()) {
    listed_ = now;
  }
  if (logged_ || !ports_.has_value() ||
      state.manager_state != ServableState::ManagerState::kAvailable) {
    return;
  }
  logged_ = true;
  const absl::Time start = ProcessStartTime();
  const auto since_start = [start](absl::Time time) {
    return absl::ToInt64Milliseconds(time - start);
  };
  ABSL_LOG(INFO) << "startup milliseconds since process start: main="
                 << since_start(main_began_)
                 << " ports=" << since_start(*ports_)
                 << " listed=" << since_start(*listed_)
                 << " loaded=" << since_start(now);
}

}  // namespace tfs3
