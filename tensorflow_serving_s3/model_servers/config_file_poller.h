// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_CONFIG_FILE_POLLER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_CONFIG_FILE_POLLER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/scheduled_thread_pool.h"
#include "tensorflow_serving_s3/model_servers/base/config_reloader.h"
#include "tensorflow_serving_s3/model_servers/base/reload_counters.h"

namespace tfs3 {

// Reads a file with the model configuration periodically, and applies it when
// it has changed. The effect is that of HandleReloadConfigRequest.
//
//   ConfigFilePoller poller({"s3://bucket/models.config", absl::Seconds(60)},
//                           config, &core);
//
// If the file cannot be read, or the configuration is refused, the models stay.
// The log has the error when it is new and every ten minutes. Thread-safe. The
// destructor waits for a running read.
class ConfigFilePoller {
 public:
  struct Options {
    std::string path;
    absl::Duration period;
    // Counts the files that cannot be read; the reloader counts the other
    // results. Null: do not count. Must outlive the poller.
    ReloadCounters* counters = nullptr;
    tensorflow::Env* env = tensorflow::Env::Default();
  };

  // `current` is the content of the file at the start of the server. `reloader`
  // must outlive the poller.
  ConfigFilePoller(Options options,
                   tensorflow::serving::ModelServerConfig current,
                   ConfigReloader* reloader);
  ~ConfigFilePoller();

 private:
  void Poll();
  absl::Status ReadAndApply();

  const Options options_;
  ConfigReloader* const reloader_;

  // Used only by the polling thread.
  tensorflow::serving::ModelServerConfig current_;
  absl::Status logged_;
  absl::Time logged_time_ = absl::InfinitePast();

  ScheduledThreadPool thread_;  // Last: it uses the other members.
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_CONFIG_FILE_POLLER_H_
