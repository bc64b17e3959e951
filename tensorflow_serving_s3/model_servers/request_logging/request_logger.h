// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/snapshot_ptr.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger_config.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger_file.h"

namespace tfs3 {

// Logs requests with their responses, according to the logging_config of the
// model (see RequestLogRule). Writes tensorflow.serving.PredictionLog messages
// to TFRecord files. Python reads them with tf.data.TFRecordDataset; a model
// can use them as assets.extra/tf_serving_warmup_requests.
//
//   RequestLogger logger{RequestLogger::Options()};
//   logger.SetConfig(core->config());
//   ...
//   if (logger.Samples("half")) {
//     PredictionLog log;
//     *log.mutable_predict_log()->mutable_request() = request;
//     *log.mutable_predict_log()->mutable_response() = response;
//     logger.Log(ServableId{"half", 1}, "serving_default", std::move(log));
//   }
//
// Log adds to a queue; a thread of the logger writes. If the queue or the disk
// is full, log entries are lost, but requests do not fail. The server's log
// reports this at most once a minute. Models with the same filename_prefix
// share files. The metric /tensorflow/serving/request_log_count{model_name,
// status} counts log entries by status: OK: written; RESOURCE_EXHAUSTED: the
// queue was full; others: an error of the file system.
//
// Thread-safe. The destructor writes the queue.
class RequestLogger {
 public:
  struct Options {
    tensorflow::Env* env = tensorflow::Env::Default();
    // Starts another file when the file has this size or age.
    uint64_t max_file_bytes = uint64_t{256} << 20;
    std::chrono::milliseconds max_file_age = std::chrono::hours(1);
    // Limits for entries in memory: their bytes, and the time until the file
    // has them.
    uint64_t max_queue_bytes = uint64_t{64} << 20;
    std::chrono::milliseconds flush_period = std::chrono::seconds(1);
    // The time until the next attempt after a file could not be written.
    std::chrono::milliseconds pause_after_error = std::chrono::seconds(1);
    // The tags of the loaded graphs, for log_metadata.
    std::vector<std::string> saved_model_tags;
  };

  explicit RequestLogger(Options options);
  ~RequestLogger();
  RequestLogger(const RequestLogger&) = delete;
  RequestLogger& operator=(const RequestLogger&) = delete;

  // Replaces the rules by those of `config`, which must be valid. Closes files
  // without a rule after writing the queue.
  void SetConfig(const tensorflow::serving::ModelServerConfig& config);

  // Decides by the sampling_rate of the model whether to log a request. Only
  // loads an atomic if there are no rules.
  bool Samples(absl::string_view model) const {
    return logs_anything_.load(std::memory_order_relaxed) && Draw(model);
  }

  // Logs a request that `id` has answered, and adds the log_metadata. Call it
  // if Samples returned true.
  void Log(const ServableId& id, absl::string_view signature_name,
           tensorflow::serving::PredictionLog log);

  // Waits until all earlier entries are written or lost. Returns false after
  // `timeout`.
  bool Flush(std::chrono::milliseconds timeout);

 private:
  using Clock = RequestLogFile::Clock;
  using Rules =
      std::map<std::string, std::shared_ptr<const RequestLogRule>, std::less<>>;

  struct Entry {
    std::shared_ptr<const RequestLogRule> rule;
    std::string model;
    tensorflow::serving::PredictionLog log;
    uint64_t bytes = 0;
  };

  // A file and its state, for the writing thread.
  struct Sink {
    Sink(tensorflow::Env* env, const std::string& prefix) : file(env, prefix) {}

    RequestLogFile file;
    // The number of entries that are not flushed yet, by model.
    std::map<std::string, int64_t> pending;
    Clock::time_point flush_at;
    // The last error; valid until `paused_until`.
    absl::Status error;
    Clock::time_point paused_until;
    // The number of lost entries that are not reported yet.
    int64_t lost = 0;
    Clock::time_point next_report;
  };

  bool Draw(absl::string_view model) const;

  void Run();
  // Returns the time at which the thread must flush or close a file.
  Clock::time_point NextDeadline() const;
  void WriteEntry(const Entry& entry);
  // Flushes, closes and removes sinks as necessary.
  void MaintainSinks(bool flush_now);
  // Counts all pending entries of `sink` with `status`, and reports an error.
  void Settle(Sink* sink, const std::string& prefix,
              const absl::Status& status);
  void ReportDropped();
  bool IsWanted(const std::string& prefix) const;

  const Options options_;
  std::atomic<bool> logs_anything_{false};
  SnapshotPtr<Rules> rules_;

  std::mutex mu_;
  std::condition_variable wake_;     // The thread has work.
  std::condition_variable settled_;  // num_settled_ has changed.
  // Guarded by mu_.
  std::deque<Entry> queue_;
  uint64_t queue_bytes_ = 0;  // Includes the entries that are being written.
  uint64_t num_logged_ = 0;
  uint64_t num_settled_ = 0;
  int num_flushing_ = 0;  // Running calls of Flush.
  bool config_changed_ = false;
  bool stopping_ = false;
  int64_t dropped_ = 0;

  // Used only by the writing thread.
  std::map<std::string, std::unique_ptr<Sink>> sinks_;  // By prefix.
  Clock::time_point next_drop_report_;

  std::thread thread_;  // Last: it uses the other members.
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_H_
