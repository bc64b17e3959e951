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

// Logs requests with their responses, as the logging_config of their model asks
// for (see RequestLogRule): tensorflow.serving.PredictionLog messages in
// TFRecord files, which Python reads with tf.data.TFRecordDataset and a model
// takes as its assets.extra/tf_serving_warmup_requests.
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
// Log only queues: a thread of the logger writes. What does not get into a file
// - the queue is full, the disk is full - is lost, which costs no request
// anything; it is counted and, at most once a minute, told in the server's log.
// Models with the same filename_prefix share files. The metric
// /tensorflow/serving/request_log_count{model_name, status} counts what was to
// be logged: OK is in a file, RESOURCE_EXHAUSTED found the queue full, anything
// else is an error of the file system.
//
// Thread-safe. The destructor writes what is queued.
class RequestLogger {
 public:
  struct Options {
    tensorflow::Env* env = tensorflow::Env::Default();
    // A file is followed by another when it has so many bytes, or is so old.
    uint64_t max_file_bytes = uint64_t{256} << 20;
    std::chrono::milliseconds max_file_age = std::chrono::hours(1);
    // What is in memory, and when at the latest it is in the file.
    uint64_t max_queue_bytes = uint64_t{64} << 20;
    std::chrono::milliseconds flush_period = std::chrono::seconds(1);
    // How long nothing is tried with a file that could not be written.
    std::chrono::milliseconds pause_after_error = std::chrono::seconds(1);
    // The tags that models are loaded with, for log_metadata.
    std::vector<std::string> saved_model_tags;
  };

  explicit RequestLogger(Options options);
  ~RequestLogger();
  RequestLogger(const RequestLogger&) = delete;
  RequestLogger& operator=(const RequestLogger&) = delete;

  // Replaces what is logged by what `config`, which is valid, asks for. Files
  // that are not needed any more are closed when what is queued is in them.
  void SetConfig(const tensorflow::serving::ModelServerConfig& config);

  // Whether a request to this model is to be logged: true as often as its
  // sampling_rate says. One load of an atomic where nothing is logged.
  bool Samples(absl::string_view model) const {
    return logs_anything_.load(std::memory_order_relaxed) && Draw(model);
  }

  // Logs what `id` has answered; adds the log_metadata. To be called after
  // Samples said so.
  void Log(const ServableId& id, absl::string_view signature_name,
           tensorflow::serving::PredictionLog log);

  // Waits until all that has been logged before is in files, or is lost; false
  // if that takes longer.
  bool Flush(std::chrono::milliseconds patience);

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

  // A file and what is known of it; the writing thread's.
  struct Sink {
    Sink(tensorflow::Env* env, const std::string& prefix) : file(env, prefix) {}

    RequestLogFile file;
    // What is written and not flushed yet, by model.
    std::map<std::string, int64_t> pending;
    Clock::time_point flush_at;
    // The last error, until `paused_until`.
    absl::Status error;
    Clock::time_point paused_until;
    // What is not told yet of what was lost.
    int64_t lost = 0;
    Clock::time_point silent_until;
  };

  bool Draw(absl::string_view model) const;

  void Run();
  // Until when the thread has nothing to do if nothing happens.
  Clock::time_point NextDeadline() const;
  void WriteEntry(const Entry& entry);
  // Flushes, closes and forgets what it is time for.
  void TendSinks(bool flush_now);
  // What became of all that is pending.
  void Settle(Sink* sink, const std::string& prefix,
              const absl::Status& status);
  void TellOfDropped();
  bool IsWanted(const std::string& prefix) const;

  const Options options_;
  std::atomic<bool> logs_anything_{false};
  SnapshotPtr<Rules> rules_;

  std::mutex mu_;
  std::condition_variable wake_;     // The thread has something to do.
  std::condition_variable settled_;  // num_settled_ has changed.
  // Guarded by mu_.
  std::deque<Entry> queue_;
  uint64_t queue_bytes_ = 0;  // Also of what is being written.
  uint64_t num_logged_ = 0;
  uint64_t num_settled_ = 0;
  int num_flushing_ = 0;  // Callers of Flush.
  bool config_changed_ = false;
  bool stopping_ = false;
  int64_t dropped_ = 0;

  // The writing thread's.
  std::map<std::string, std::unique_ptr<Sink>> sinks_;  // By prefix.
  Clock::time_point silent_about_drops_until_;

  std::thread thread_;  // Last: it uses all the others.
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REQUEST_LOGGING_REQUEST_LOGGER_H_
