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

namespace tfs3 {

// Reads a file with the model configuration again and again, and applies it
// when it says something else than before: the same as
// HandleReloadConfigRequest for those who would rather write a file.
//
//   ConfigFilePoller poller({"s3://bucket/models.config", absl::Seconds(60)},
//                           config, &core);
//
// A file that cannot be read, or a configuration that is refused, changes
// nothing; the error is logged when it is new and once every ten minutes.
// Thread-safe. The destructor waits for a read that is under way.
class ConfigFilePoller {
 public:
  struct Options {
    std::string path;
    absl::Duration period;
    tensorflow::Env* env = tensorflow::Env::Default();
  };

  // `current` is what the file said when the server started. `reloader` must
  // outlive the poller.
  ConfigFilePoller(Options options,
                   tensorflow::serving::ModelServerConfig current,
                   ConfigReloader* reloader);
  ~ConfigFilePoller();

 private:
  void Poll();
  absl::Status ReadAndApply();

  const Options options_;
  ConfigReloader* const reloader_;

  // Of the polling thread.
  tensorflow::serving::ModelServerConfig current_;
  absl::Status logged_;
  absl::Time logged_time_ = absl::InfinitePast();

  ScheduledThreadPool thread_;  // Last, so that it stops first.
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_CONFIG_FILE_POLLER_H_
