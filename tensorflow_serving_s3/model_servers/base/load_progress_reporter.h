// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_LOAD_PROGRESS_REPORTER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_LOAD_PROGRESS_REPORTER_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"

namespace tfs3 {

// Returns "Loading half version 1 for 12 s: 512.0 of 1024.0 MB, 42.7 MB/s,
// about 12 s left", or the parts of it that are known. MB/s is the average
// since the beginning of the load; 1 MB is 1,000,000 bytes.
std::string DescribeLoad(const LoadProgress& load);

// Reports long loads periodically until it is destroyed:
//
//   LoadProgressReporter reporter(absl::Seconds(5), [](const std::string& line)
//   {
//     ABSL_LOG(INFO) << line;
//   });
//
// Every `period` it reports each load that has taken at least this time, and
// measures the size of the model (MeasureLoads). It calls `report` on its own
// thread.
class LoadProgressReporter {
 public:
  using Report = std::function<void(const std::string& line)>;

  LoadProgressReporter(absl::Duration period, Report report);
  // Waits for a running MeasureLoads.
  ~LoadProgressReporter();
  LoadProgressReporter(const LoadProgressReporter&) = delete;
  LoadProgressReporter& operator=(const LoadProgressReporter&) = delete;

 private:
  void Run();

  const absl::Duration period_;
  const Report report_;
  std::mutex mu_;
  std::condition_variable stop_;
  bool stopping_ = false;  // Guarded by mu_.
  std::thread thread_;     // Last: it uses the other members.
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_LOAD_PROGRESS_REPORTER_H_
