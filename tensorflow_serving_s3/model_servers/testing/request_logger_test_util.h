// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_REQUEST_LOGGER_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_REQUEST_LOGGER_TEST_UTIL_H_

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tensorflow/core/lib/io/record_reader.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/file_system.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger.h"

namespace tfs3 {

// Logs every request to one model, in a folder named after the running test.
//
//   LoggedModel log("half");
//   options.request_logger = log.logger();
//   ... requests ...
//   EXPECT_EQ(log.Read().size(), 1);
class LoggedModel {
 public:
  explicit LoggedModel(const std::string& model) {
    folder_ = absl::StrCat(
        ::testing::TempDir(), "/",
        ::testing::UnitTest::GetInstance()->current_test_info()->name());
    tensorflow::serving::ModelServerConfig config;
    auto* const entry = config.mutable_model_config_list()->add_config();
    entry->set_name(model);
    auto* const logging = entry->mutable_logging_config();
    logging->mutable_log_collector_config()->set_filename_prefix(folder_ +
                                                                 "/log");
    logging->mutable_sampling_config()->set_sampling_rate(1);
    logger_.SetConfig(config);
  }

  RequestLogger* logger() { return &logger_; }

  // Returns all logs that have been written.
  std::vector<tensorflow::serving::PredictionLog> Read() {
    EXPECT_TRUE(logger_.Flush(std::chrono::seconds(60)));
    std::vector<tensorflow::serving::PredictionLog> logs;
    if (!std::filesystem::exists(folder_)) {
      return logs;
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      std::unique_ptr<tensorflow::RandomAccessFile> file;
      EXPECT_TRUE(tensorflow::Env::Default()
                      ->NewRandomAccessFile(entry.path(), &file)
                      .ok());
      tensorflow::io::SequentialRecordReader reader(file.get());
      tensorflow::tstring bytes;
      while (reader.ReadRecord(&bytes).ok()) {
        EXPECT_TRUE(logs.emplace_back().ParseFromArray(
            bytes.data(), static_cast<int>(bytes.size())));
      }
    }
    return logs;
  }

 private:
  std::string folder_;
  RequestLogger logger_{RequestLogger::Options()};
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_REQUEST_LOGGER_TEST_UTIL_H_
