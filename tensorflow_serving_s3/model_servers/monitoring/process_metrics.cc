// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include "absl/strings/string_view.h"

namespace tfs3 {
namespace {

// Fields of /proc/self/stat; see proc(5).
struct ProcessStat {
  double user_ticks = 0;
  double system_ticks = 0;
  int64_t threads = 0;
  double start_ticks = 0;  // Since boot.
  int64_t virtual_bytes = 0;
  int64_t resident_pages = 0;
};

std::optional<ProcessStat> ReadStat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  // The second field, the program name in parentheses, may have spaces.
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) {
    return std::nullopt;
  }
  std::istringstream fields(line.substr(name_end + 1));
  ProcessStat stat;
  std::string unused;
  const auto skip = [&](int n) {
    for (int i = 0; i < n; ++i) {
      fields >> unused;
    }
  };
  skip(11);  // From state (3) to cmajflt (13).
  fields >> stat.user_ticks >> stat.system_ticks;
  skip(4);  // cutime, cstime, priority, nice.
  fields >> stat.threads;
  skip(1);  // itrealvalue.
  fields >> stat.start_ticks >> stat.virtual_bytes >> stat.resident_pages;
  if (!fields) {
    return std::nullopt;
  }
  return stat;
}

// Returns the boot time in seconds since 1970.
std::optional<double> ReadBootTime() {
  std::ifstream file("/proc/stat");
  std::string key;
  double value = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    if (fields >> key >> value && key == "btime") {
      return value;
    }
  }
  return std::nullopt;
}

template <typename Value>
void Write(absl::string_view name, absl::string_view type,
           absl::string_view help, Value value, PrometheusWriter* writer) {
  writer->Family(name, type, help);
  writer->Sample(name, {}, value);
}

}  // namespace

void WriteProcessMetrics(PrometheusWriter* writer) {
  if (const std::optional<ProcessStat> stat = ReadStat()) {
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    Write("process_cpu_seconds_total", "counter",
          "User and system CPU time in seconds.",
          (stat->user_ticks + stat->system_ticks) / ticks, writer);
    Write("process_resident_memory_bytes", "gauge", "Resident memory in bytes.",
          stat->resident_pages * int64_t{sysconf(_SC_PAGESIZE)}, writer);
    Write("process_virtual_memory_bytes", "gauge", "Virtual memory in bytes.",
          stat->virtual_bytes, writer);
    Write("process_threads", "gauge", "Threads of the process.", stat->threads,
          writer);
    if (const std::optional<double> boot = ReadBootTime()) {
      Write("process_start_time_seconds", "gauge",
            "Start time of the process in seconds since 1970.",
            *boot + stat->start_ticks / ticks, writer);
    }
  }
  std::error_code error;
  const std::filesystem::directory_iterator descriptors("/proc/self/fd", error);
  if (!error) {
    // One of them is the descriptor of the folder itself.
    Write("process_open_fds", "gauge", "Open file descriptors.",
          int64_t{std::distance(begin(descriptors), end(descriptors))} - 1,
          writer);
  }
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    Write("process_max_fds", "gauge", "Limit of open file descriptors.",
          limit.rlim_cur == RLIM_INFINITY
              ? int64_t{-1}
              : static_cast<int64_t>(limit.rlim_cur),
          writer);
  }
}

}  // namespace tfs3
