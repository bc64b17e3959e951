// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/config_file_poller.h"

#include <unistd.h>

#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/log_entry.h"
#include "absl/log/log_sink.h"
#include "absl/log/log_sink_registry.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::ModelServerConfig;
using ::testing::ElementsAre;

// Records the name of the first model of each configuration; refuses "bad".
class RecordingReloader final : public ConfigReloader {
 public:
  absl::Status ApplyConfig(const ModelServerConfig& config) override {
    std::lock_guard<std::mutex> lock(mu_);
    names_.push_back(config.model_config_list().config(0).name());
    called_.notify_all();
    return names_.back() == "bad" ? absl::InvalidArgumentError("it is bad")
                                  : absl::OkStatus();
  }
  absl::Status ReloadConfig(
      const ModelServerConfig& config, absl::Time /*deadline*/,
      const std::function<bool()>& /*cancelled*/) override {
    return ApplyConfig(config);
  }

  std::vector<std::string> WaitForCalls(size_t count) {
    std::unique_lock<std::mutex> lock(mu_);
    called_.wait(lock, [&] { return names_.size() >= count; });
    return names_;
  }

 private:
  std::mutex mu_;
  std::condition_variable called_;
  std::vector<std::string> names_;
};

class ConfigFilePollerTest : public ::testing::Test {
 protected:
  // Replaces the file atomically.
  void Write(const std::string& text) {
    std::ofstream(path_ + ".new") << text;
    ASSERT_EQ(std::rename((path_ + ".new").c_str(), path_.c_str()), 0);
  }
  void WriteModel(const std::string& name) {
    Write("model_config_list { config { name: \"" + name + "\" } }");
  }

  ConfigFilePoller::Options Options() { return {path_, absl::Milliseconds(1)}; }
  ModelServerConfig Config(const std::string& name) {
    ModelServerConfig config;
    config.mutable_model_config_list()->add_config()->set_name(name);
    return config;
  }

  const std::string path_ = ::testing::TempDir() + "/poller.config";
  RecordingReloader reloader_;
};

TEST_F(ConfigFilePollerTest, AppliesAChangedFile) {
  WriteModel("old");
  ConfigFilePoller poller(Options(), Config("old"), &reloader_);
  WriteModel("new");
  EXPECT_THAT(reloader_.WaitForCalls(1), ElementsAre("new"));
}

TEST_F(ConfigFilePollerTest, AppliesAChangeOnce) {
  WriteModel("one");
  ConfigFilePoller poller(Options(), Config("old"), &reloader_);
  reloader_.WaitForCalls(1);
  WriteModel("two");
  EXPECT_THAT(reloader_.WaitForCalls(2), ElementsAre("one", "two"));
}

// Waits until the log has an error with `text`.
class AwaitedError final : public absl::LogSink {
 public:
  explicit AwaitedError(std::string text) : text_(std::move(text)) {
    absl::AddLogSink(this);
  }
  ~AwaitedError() override { absl::RemoveLogSink(this); }

  void Send(const absl::LogEntry& entry) override {
    if (!absl::StrContains(entry.text_message(), text_)) {
      return;
    }
    std::lock_guard<std::mutex> lock(mu_);
    logged_ = true;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [this] { return logged_; });
  }

 private:
  const std::string text_;
  std::mutex mu_;
  std::condition_variable changed_;
  bool logged_ = false;
};

TEST_F(ConfigFilePollerTest, KeepsTheModelsIfTheFileCannotBeRead) {
  AwaitedError refused(
      "Error parsing text-format tensorflow.serving.ModelServerConfig: 1:9: ");
  Write("nonsense");
  ConfigFilePoller poller(Options(), Config("old"), &reloader_);
  refused.Wait();
  AwaitedError missing("cannot be read");
  unlink(path_.c_str());
  missing.Wait();
  WriteModel("new");
  EXPECT_THAT(reloader_.WaitForCalls(1), ElementsAre("new"));
}

TEST_F(ConfigFilePollerTest, CountsTheFilesThatCannotBeRead) {
  ReloadCounters counters;
  ConfigFilePoller::Options options = Options();
  options.counters = &counters;
  Write("nonsense");
  {
    ConfigFilePoller poller(options, Config("old"), &reloader_);
    while (counters.unreadable == 0) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  const int64_t unreadable = counters.unreadable;
  WriteModel("new");
  ConfigFilePoller poller(options, Config("old"), &reloader_);
  reloader_.WaitForCalls(1);
  EXPECT_EQ(counters.unreadable, unreadable);
}

TEST_F(ConfigFilePollerTest, TheOrderOfLabelsIsNotAChange) {
  std::string labels;
  ModelServerConfig config = Config("old");
  for (int i = 0; i < 20; ++i) {
    const std::string label = "label" + std::to_string(i);
    labels += " version_labels { key: \"" + label + "\" value: 1 }";
    (*config.mutable_model_config_list()
          ->mutable_config(0)
          ->mutable_version_labels())[label] = 1;
  }
  Write("model_config_list { config { name: \"old\"" + labels + " } }");
  ConfigFilePoller poller(Options(), config, &reloader_);
  // The failure of a later poll shows that a poll of this file has ended.
  AwaitedError missing("cannot be read");
  unlink(path_.c_str());
  missing.Wait();
  WriteModel("new");
  EXPECT_THAT(reloader_.WaitForCalls(1), ElementsAre("new"));
}

TEST_F(ConfigFilePollerTest, TriesARefusedConfigurationAgain) {
  WriteModel("bad");
  ConfigFilePoller poller(Options(), Config("old"), &reloader_);
  EXPECT_THAT(reloader_.WaitForCalls(2),
              testing::Contains("bad").Times(testing::Ge(2)));
}

}  // namespace
}  // namespace tfs3
