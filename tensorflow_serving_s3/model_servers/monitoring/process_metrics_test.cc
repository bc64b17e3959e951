// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/process_metrics.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"

namespace tfs3 {
namespace {

std::map<std::string, double> Read() {
  PrometheusWriter writer;
  WriteProcessMetrics(&writer);
  std::map<std::string, double> values;
  std::istringstream text(writer.text());
  for (std::string line; std::getline(text, line);) {
    if (line[0] == '#') {
      continue;
    }
    const size_t space = line.find(' ');
    values[line.substr(0, space)] = std::stod(line.substr(space + 1));
  }
  return values;
}

TEST(ProcessMetricsTest, MemoryIsThatOfThisProcess) {
  const double before = Read().at("process_resident_memory_bytes");
  constexpr size_t kBytes = size_t{64} << 20;
  const std::vector<char> block(kBytes, 'x');
  const auto values = Read();
  EXPECT_GT(values.at("process_resident_memory_bytes"), before + kBytes / 2);
  EXPECT_GT(values.at("process_virtual_memory_bytes"),
            values.at("process_resident_memory_bytes"));
  EXPECT_EQ(block.back(), 'x');
}

TEST(ProcessMetricsTest, OpenFilesAreCounted) {
  const double before = Read().at("process_open_fds");
  const int file = open("/proc/self/stat", O_RDONLY);
  EXPECT_EQ(Read().at("process_open_fds"), before + 1);
  close(file);
  EXPECT_GT(Read().at("process_max_fds"), before);
}

TEST(ProcessMetricsTest, ProcessorTimeRises) {
  const double before = Read().at("process_cpu_seconds_total");
  double after = before;
  // Works until a tick of the clock, 10 ms, has passed.
  while (after == before) {
    after = Read().at("process_cpu_seconds_total");
  }
  EXPECT_GT(after, before);
}

TEST(ProcessMetricsTest, ItStartedNotLongAgo) {
  const double now = std::chrono::duration<double>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
  const double start = Read().at("process_start_time_seconds");
  EXPECT_LT(start, now + 2);
  EXPECT_GT(start, now - 3600);
  EXPECT_GE(Read().at("process_threads"), 1);
}

}  // namespace
}  // namespace tfs3
