// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/request_logging/request_logger.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/lib/io/record_reader.h"
#include "tensorflow/core/lib/monitoring/collected_metrics.h"
#include "tensorflow/core/lib/monitoring/collection_registry.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/file_system.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using tensorflow::serving::ModelServerConfig;
using tensorflow::serving::PredictionLog;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

const ServableId kHalf{"half", 7};

// The limit for things that take milliseconds on an idle machine.
constexpr milliseconds kPatience = seconds(60);

// Returns a request with an identifier.
PredictionLog LogOf(const std::string& id, size_t padding = 0) {
  PredictionLog log;
  auto* const request = log.mutable_predict_log()->mutable_request();
  request->mutable_model_spec()->set_name(id);
  request->add_output_filter(std::string(padding, 'x'));
  return log;
}

std::vector<PredictionLog> ReadLogs(const std::string& path) {
  std::unique_ptr<tensorflow::RandomAccessFile> file;
  EXPECT_TRUE(
      tensorflow::Env::Default()->NewRandomAccessFile(path, &file).ok());
  tensorflow::io::SequentialRecordReader reader(file.get());
  tensorflow::tstring bytes;
  std::vector<PredictionLog> logs;
  while (reader.ReadRecord(&bytes).ok()) {
    logs.emplace_back();
    EXPECT_TRUE(logs.back().ParseFromArray(bytes.data(),
                                           static_cast<int>(bytes.size())));
  }
  return logs;
}

class RequestLoggerTest : public ::testing::Test {
 protected:
  RequestLoggerTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = absl::StrCat(testing::TempDir(), "/", test->name());
    model_ = test->name();
    std::filesystem::remove_all(folder_);
  }

  std::string prefix() const { return folder_ + "/logs/half"; }

  static void AddModel(const std::string& name, double rate,
                       const std::string& prefix, ModelServerConfig* config) {
    auto* const model = config->mutable_model_config_list()->add_config();
    model->set_name(name);
    auto* const logging = model->mutable_logging_config();
    logging->mutable_log_collector_config()->set_filename_prefix(prefix);
    logging->mutable_sampling_config()->set_sampling_rate(rate);
  }

  ModelServerConfig ConfigOf(double rate) const {
    ModelServerConfig config;
    AddModel("half", rate, prefix(), &config);
    return config;
  }

  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    if (!std::filesystem::exists(folder_ + "/logs")) {
      return files;
    }
    for (const auto& file :
         std::filesystem::directory_iterator(folder_ + "/logs")) {
      files.push_back(file.path());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  // Returns the identifiers of the logged requests, for each file.
  std::vector<std::vector<std::string>> Logged() const {
    std::vector<std::vector<std::string>> logged;
    for (const std::string& file : Files()) {
      logged.emplace_back();
      for (const PredictionLog& log : ReadLogs(file)) {
        logged.back().push_back(
            log.predict_log().request().model_spec().name());
      }
    }
    return logged;
  }

  // Returns the increase of the metric of a model since the test began.
  static int64_t CountOf(const std::string& model, const std::string& status) {
    const auto metrics =
        tensorflow::monitoring::CollectionRegistry::Default()->CollectMetrics(
            {});
    const auto set =
        metrics->point_set_map.find("/tensorflow/serving/request_log_count");
    if (set == metrics->point_set_map.end()) {
      return 0;
    }
    for (const auto& point : set->second->points) {
      if (point->labels[0].value == model && point->labels[1].value == status) {
        return point->int64_value;
      }
    }
    return 0;
  }

  std::string folder_;
  std::string model_;  // A name of this test only.
};

TEST_F(RequestLoggerTest, WritesPredictionLogsWithTheirMetadata) {
  RequestLogger::Options options;
  options.saved_model_tags = {"serve"};
  RequestLogger logger(options);
  logger.SetConfig(ConfigOf(0.5));
  logger.Log(kHalf, "serving_default", LogOf("a"));
  ASSERT_TRUE(logger.Flush(kPatience));
  const std::vector<std::string> files = Files();
  ASSERT_THAT(files, SizeIs(1));
  EXPECT_THAT(files[0], MatchesRegex(".*/logs/half-[0-9]{8}T[0-9]{6}Z-000001"
                                     "\\.tfrecord"));
  const std::vector<PredictionLog> logs = ReadLogs(files[0]);
  ASSERT_THAT(logs, SizeIs(1));
  EXPECT_EQ(logs[0].predict_log().request().model_spec().name(), "a");
  const auto& metadata = logs[0].log_metadata();
  EXPECT_EQ(metadata.model_spec().name(), "half");
  EXPECT_EQ(metadata.model_spec().version().value(), 7);
  EXPECT_EQ(metadata.model_spec().signature_name(), "serving_default");
  EXPECT_EQ(metadata.sampling_config().sampling_rate(), 0.5);
  EXPECT_THAT(metadata.saved_model_tags(), ElementsAre("serve"));
  EXPECT_GT(metadata.timestamp_secs(), 1700000000);
}

TEST_F(RequestLoggerTest, SamplesByTheRate) {
  RequestLogger logger{RequestLogger::Options()};
  const auto samples = [&](const char* model) {
    int number = 0;
    for (int i = 0; i < 10000; ++i) {
      number += logger.Samples(model) ? 1 : 0;
    }
    return number;
  };
  EXPECT_EQ(samples("half"), 0);
  logger.SetConfig(ConfigOf(0));
  EXPECT_EQ(samples("half"), 0);
  logger.SetConfig(ConfigOf(1));
  EXPECT_EQ(samples("half"), 10000);
  EXPECT_EQ(samples("other"), 0);
  logger.SetConfig(ConfigOf(0.25));
  // The margin is more than 11 standard deviations (43).
  EXPECT_NEAR(samples("half"), 2500, 500);
}

TEST_F(RequestLoggerTest, StartsAnotherFileAtTheSizeLimit) {
  RequestLogger::Options options;
  options.max_file_bytes = 1000;
  RequestLogger logger(options);
  logger.SetConfig(ConfigOf(1));
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    logger.Log(kHalf, "", LogOf(id, 600));
  }
  ASSERT_TRUE(logger.Flush(kPatience));
  EXPECT_THAT(Logged(), ElementsAre(ElementsAre("a", "b"),
                                    ElementsAre("c", "d"), ElementsAre("e")));
}

TEST_F(RequestLoggerTest, StartsAnotherFileAtTheAgeLimit) {
  RequestLogger::Options options;
  options.max_file_age = milliseconds(0);
  RequestLogger logger(options);
  logger.SetConfig(ConfigOf(1));
  for (const char* id : {"a", "b"}) {
    logger.Log(kHalf, "", LogOf(id));
  }
  ASSERT_TRUE(logger.Flush(kPatience));
  EXPECT_THAT(Logged(), ElementsAre(ElementsAre("a"), ElementsAre("b")));
}

TEST_F(RequestLoggerTest, FlushesPeriodically) {
  RequestLogger::Options options;
  options.flush_period = milliseconds(1);
  RequestLogger logger(options);
  logger.SetConfig(ConfigOf(1));
  logger.Log(kHalf, "", LogOf("a"));
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while ((Files().empty() || Logged()[0].empty()) &&
         std::chrono::steady_clock::now() < end) {
  }
  EXPECT_THAT(Logged(), ElementsAre(ElementsAre("a")));
}

TEST_F(RequestLoggerTest, DestructorWritesTheQueue) {
  {
    RequestLogger logger{RequestLogger::Options()};
    logger.SetConfig(ConfigOf(1));
    for (const char* id : {"a", "b"}) {
      logger.Log(kHalf, "", LogOf(id));
    }
  }
  EXPECT_THAT(Logged(), ElementsAre(ElementsAre("a", "b")));
}

TEST_F(RequestLoggerTest, DoesNotOverwriteTheFilesOfAnotherServer) {
  RequestLogger first{RequestLogger::Options()};
  RequestLogger second{RequestLogger::Options()};
  for (RequestLogger* logger : {&first, &second}) {
    logger->SetConfig(ConfigOf(1));
    logger->Log(kHalf, "", LogOf("a"));
    ASSERT_TRUE(logger->Flush(kPatience));
  }
  EXPECT_THAT(Logged(), ElementsAre(ElementsAre("a"), ElementsAre("a")));
}

TEST_F(RequestLoggerTest, AFullQueueDropsAndCountsEntries) {
  RequestLogger::Options options;
  options.max_queue_bytes = 1000;
  RequestLogger logger(options);
  ModelServerConfig config;
  AddModel(model_, 1, prefix(), &config);
  logger.SetConfig(config);
  logger.Log({model_, 1}, "", LogOf("too large", 2000));
  logger.Log({model_, 1}, "", LogOf("a"));
  ASSERT_TRUE(logger.Flush(kPatience));
  EXPECT_THAT(Logged(), ElementsAre(ElementsAre("a")));
  EXPECT_EQ(CountOf(model_, "RESOURCE_EXHAUSTED"), 1);
  EXPECT_EQ(CountOf(model_, "OK"), 1);
}

TEST_F(RequestLoggerTest, SetConfigReplacesTheRules) {
  RequestLogger logger{RequestLogger::Options()};
  logger.SetConfig(ConfigOf(1));
  logger.Log(kHalf, "", LogOf("a"));
  ModelServerConfig other;
  AddModel("other", 1, folder_ + "/logs/other", &other);
  logger.SetConfig(other);
  EXPECT_FALSE(logger.Samples("half"));
  EXPECT_TRUE(logger.Samples("other"));
  logger.Log(kHalf, "", LogOf("not wanted any more"));
  logger.Log({"other", 1}, "", LogOf("b"));
  ASSERT_TRUE(logger.Flush(kPatience));
  EXPECT_THAT(Logged(), ElementsAre(ElementsAre("a"), ElementsAre("b")));
  logger.SetConfig(ModelServerConfig());
  EXPECT_FALSE(logger.Samples("other"));
}

TEST_F(RequestLoggerTest, ModelsWithTheSamePrefixShareFiles) {
  RequestLogger logger{RequestLogger::Options()};
  ModelServerConfig config = ConfigOf(1);
  AddModel("other", 1, prefix(), &config);
  logger.SetConfig(config);
  logger.Log(kHalf, "", LogOf("a"));
  logger.Log({"other", 1}, "", LogOf("b"));
  ASSERT_TRUE(logger.Flush(kPatience));
  EXPECT_THAT(Logged(), ElementsAre(ElementsAre("a", "b")));
}

TEST_F(RequestLoggerTest, LosesTheEntriesOfAPrefixThatCannotBeWritten) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ + "/logs") << "a file where the folder should be";
  RequestLogger logger{RequestLogger::Options()};
  ModelServerConfig config;
  AddModel(model_, 1, prefix(), &config);
  logger.SetConfig(config);
  for (int i = 0; i < 3; ++i) {
    logger.Log({model_, 1}, "", LogOf("a"));
  }
  ASSERT_TRUE(logger.Flush(kPatience));
  EXPECT_EQ(CountOf(model_, "OK"), 0);
  EXPECT_EQ(CountOf(model_, "FAILED_PRECONDITION"), 3);
}

TEST_F(RequestLoggerTest, AFullDiskLosesOnlyTheEntriesThatDoNotFit) {
  RequestLogger::Options options;
  options.pause_after_error = milliseconds(0);
  RequestLogger logger(options);
  ModelServerConfig config;
  AddModel(model_, 1, prefix(), &config);
  logger.SetConfig(config);
  // A limit of the file size has the same effect as a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  const rlimit limit = {100, old_limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  logger.Log({model_, 1}, "", LogOf("a", 2000));
  const bool flushed = logger.Flush(kPatience);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  ASSERT_TRUE(flushed);
  EXPECT_EQ(CountOf(model_, "OK"), 0);
  logger.Log({model_, 1}, "", LogOf("b", 2000));
  ASSERT_TRUE(logger.Flush(kPatience));
  EXPECT_EQ(CountOf(model_, "OK"), 1);
  EXPECT_THAT(Logged(), ElementsAre(IsEmpty(), ElementsAre("b")));
}

}  // namespace
}  // namespace tfs3
