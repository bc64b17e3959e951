// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/target.h"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/source.h"

namespace tfs3 {
namespace {

using Callback = Source<std::string>::AspiredVersionsCallback;

class CountingTarget : public TargetBase<std::string> {
 public:
  explicit CountingTarget(std::atomic<int>* calls) : calls_(calls) {}
  ~CountingTarget() override { Detach(); }

 protected:
  void SetAspiredVersions(absl::string_view,
                          std::vector<ServableData<std::string>>) override {
    ++*calls_;
  }

 private:
  std::atomic<int>* const calls_;
};

class FakeSource : public Source<std::string> {
 public:
  void SetAspiredVersionsCallback(Callback callback) override {
    callback_ = std::move(callback);
  }
  void Send() { callback_("half", {}); }

 private:
  Callback callback_;
};

TEST(TargetTest, ReceivesTheListsOfItsSource) {
  std::atomic<int> calls{0};
  CountingTarget target(&calls);
  FakeSource source;
  ConnectSourceToTarget(&source, &target);
  source.Send();
  EXPECT_EQ(calls, 1);
}

TEST(TargetTest, ACallbackOutlivesItsTargetAndDoesNothing) {
  std::atomic<int> calls{0};
  auto target = std::make_unique<CountingTarget>(&calls);
  const Callback callback = target->GetAspiredVersionsCallback();
  target.reset();
  callback("half", {});
  EXPECT_EQ(calls, 0);
}

TEST(TargetTest, MayBeDestroyedDuringCalls) {
  std::atomic<int> calls{0};
  auto target = std::make_unique<CountingTarget>(&calls);
  const Callback callback = target->GetAspiredVersionsCallback();
  std::atomic<bool> stop{false};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!stop) {
        callback("half", {});
      }
    });
  }
  while (calls < 100) {
    std::this_thread::yield();
  }
  target.reset();
  const int calls_at_the_end = calls;
  stop = true;
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(calls, calls_at_the_end);
}

// Blocks in SetAspiredVersions until the test lets it continue.
class SlowTarget : public TargetBase<std::string> {
 public:
  ~SlowTarget() override {
    Detach();
    destroyed_.set_value(finished_);
  }
  std::future<void> entered() { return entered_.get_future(); }
  std::promise<void>& leave() { return leave_; }
  std::future<bool> destroyed() { return destroyed_.get_future(); }

 protected:
  void SetAspiredVersions(absl::string_view,
                          std::vector<ServableData<std::string>>) override {
    entered_.set_value();
    leave_.get_future().wait();
    finished_ = true;
  }

 private:
  std::promise<void> entered_;
  std::promise<void> leave_;
  std::promise<bool> destroyed_;
  std::atomic<bool> finished_{false};
};

TEST(TargetTest, DetachWaitsForARunningCall) {
  auto target = std::make_unique<SlowTarget>();
  std::future<void> entered = target->entered();
  std::future<bool> destroyed = target->destroyed();
  std::promise<void>& leave = target->leave();
  std::thread caller([callback = target->GetAspiredVersionsCallback()] {
    callback("half", {});
  });
  entered.wait();
  std::thread destroyer([&target] { target.reset(); });
  leave.set_value();
  EXPECT_TRUE(destroyed.get());
  destroyer.join();
  caller.join();
}

class ForgetfulTarget : public TargetBase<std::string> {
 protected:
  void SetAspiredVersions(absl::string_view,
                          std::vector<ServableData<std::string>>) override {}
};

TEST(TargetDeathTest, ASubclassThatDoesNotDetachEndsTheProcess) {
  EXPECT_DEATH(
      {
        Callback callback;
        ForgetfulTarget target;
        callback = target.GetAspiredVersionsCallback();
      },
      "does not call Detach");
}

}  // namespace
}  // namespace tfs3
