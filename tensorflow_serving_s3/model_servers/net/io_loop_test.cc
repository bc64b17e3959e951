// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/io_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tfs3::net {
namespace {

using testing::ElementsAre;

class IoLoopTest : public testing::Test {
 protected:
  // Writes `name` to the log when its turn ends.
  class Connection final : public IoConnection {
   public:
    Connection(std::string name, std::vector<std::string>* log)
        : name_(std::move(name)), log_(*log) {}

    void Start(bool /*in_reserve*/) override {}
    Idleness IdlenessAt(Clock::time_point /*now*/) const override { return {}; }
    void Evict() override {}
    void CheckDeadline(Clock::time_point /*now*/) override {}
    void BeginStop() override {}
    void CloseNow() override {}
    void OnTurnEnd() override { log_.push_back(name_); }

   private:
    const std::string name_;
    std::vector<std::string>& log_;
  };

  ~IoLoopTest() override {
    Run([this] {
      for (const auto& connection : connections_) {
        loop_.Remove(connection);
      }
    });
  }

  // Runs a function on the thread of the loop.
  void Run(const std::function<void()>& function) {
    std::promise<void> done;
    boost::asio::post(loop_.io(), [&] {
      function();
      done.set_value();
    });
    done.get_future().wait();
  }

  // Waits until the log has `size` lines.
  void AwaitLog(size_t size) {
    for (bool has_all = false; !has_all;) {
      Run([&] { has_all = log_.size() >= size; });
    }
  }

  // Only on the thread of the loop.
  std::shared_ptr<IoConnection> Add(std::string name) {
    connections_.push_back(
        std::make_shared<Connection>(std::move(name), &log_));
    loop_.Add(connections_.back());
    return connections_.back();
  }

  std::vector<std::string> log_;
  std::vector<std::shared_ptr<IoConnection>> connections_;
  IoLoop loop_{std::chrono::hours(1)};
};

TEST_F(IoLoopTest, ATurnEndsAfterTheEventsThatAreReady) {
  Run([this] {
    boost::asio::post(loop_.io(), [this] {
      Add("a");
      loop_.CallSoon(Add("b"));
    });
    boost::asio::post(loop_.io(), [this] {
      log_.emplace_back("event");
      loop_.CallSoon(connections_[0]);
    });
  });
  AwaitLog(3);

  EXPECT_THAT(log_, ElementsAre("event", "b", "a"));
}

TEST_F(IoLoopTest, TheOnlyConnectionDoesNotWait) {
  Run([this] {
    loop_.CallSoon(Add("a"));
    log_.emplace_back("event");
  });

  EXPECT_THAT(log_, ElementsAre("a", "event"));
}

TEST_F(IoLoopTest, TheFirstOfManyDoesNotWaitForTheLast) {
  constexpr int kMany = 20;
  Run([this] {
    for (int i = 0; i < kMany; ++i) {
      Add(std::to_string(i));
    }
    for (const auto& connection : connections_) {
      loop_.CallSoon(connection);
    }
    log_.emplace_back("event");
  });
  AwaitLog(kMany + 1);

  EXPECT_LT(std::find(log_.begin(), log_.end(), "0"),
            std::find(log_.begin(), log_.end(), "event"));
  EXPECT_GT(std::find(log_.begin(), log_.end(), "19"),
            std::find(log_.begin(), log_.end(), "event"));
}

}  // namespace
}  // namespace tfs3::net
