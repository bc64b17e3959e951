// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/testing/random_manager_run.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/resource_preserving_policy.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/testing/planned_loader.h"
#include "tensorflow_serving_s3/core/testing/run_monitor.h"

namespace tfs3 {
namespace {

using ManagerState = ServableState::ManagerState;

constexpr std::array<const char*, 3> kNames = {"half", "third", "quarter"};
constexpr int kNumVersions = 4;
constexpr uint64_t kLimit = 12;  // Room for one byte of each version.
constexpr char kGoodOrigin[] = "good";

size_t NumThreads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

// One random sequence of a manager.
class Sequence {
 public:
  Sequence(uint64_t seed, RandomRunStats* stats)
      : random_(seed),
        stats_(stats),
        preserves_availability_(OneIn(2)),
        limited_(OneIn(2)),
        monitor_(limited_ ? kLimit : 0) {
    AspiredVersionsManager::Options options;
    if (preserves_availability_) {
      options.aspired_version_policy =
          std::make_unique<AvailabilityPreservingPolicy>();
    } else {
      options.aspired_version_policy =
          std::make_unique<ResourcePreservingPolicy>();
    }
    options.servable_event_bus = &bus_;
    options.num_load_threads = 1 + Below(3);
    options.num_unload_threads = 1 + Below(2);
    options.max_num_load_retries = Below(3);
    options.first_load_retry_interval = absl::Microseconds(Below(300));
    options.load_retry_interval = absl::Microseconds(300);
    if (limited_) {
      options.total_memory_limit_bytes = kLimit;
    }
    auto manager = AspiredVersionsManager::Create(std::move(options));
    EXPECT_TRUE(manager.ok()) << manager.status();
    manager_ = *std::move(manager);
    aspire_ = manager_->GetAspiredVersionsCallback();
  }

  void Run() {
    const int num_steps = 5 + Below(40);
    for (int i = 0; i < num_steps && !::testing::Test::HasFailure(); ++i) {
      Step();
      CheckAvailability();
    }
    if (OneIn(4)) {
      held_.clear();  // Destroys the manager while it works.
    } else {
      held_.clear();
      Settle();
      Recover();
    }
    manager_.reset();
    EXPECT_EQ(monitor_.loaded(), 0) << "Still loaded at the end";
    monitor_.AddTo(stats_);
  }

 private:
  struct Aspired {
    PlannedLoader::Plan plan;
    bool is_error = false;
    bool is_awaited = false;
  };
  using List = std::map<int64_t, Aspired>;

  int Below(int n) {
    return std::uniform_int_distribution<int>(0, n - 1)(random_);
  }
  bool OneIn(int n) { return Below(n) == 0; }
  const char* AnyName() { return kNames[Below(kNames.size())]; }

  void Step() {
    switch (Below(10)) {
      case 0:
      case 1:
      case 2: {
        const char* const name = AnyName();
        lists_[name] = AnyList();
        Send(name);
        break;
      }
      case 3:
        if (!lists_.empty()) {
          Send(std::next(lists_.begin(), Below(lists_.size()))->first);
        }
        break;
      case 4:
      case 5: {
        ServableRequest request = ServableRequest::Latest(AnyName());
        if (OneIn(2)) {
          request.version = 1 + Below(kNumVersions);
        }
        auto handle = manager_->GetServableHandle<PlannedServable>(request);
        if (handle.ok()) {
          held_.emplace_back(*std::move(handle));
          ++stats_->handles;
        }
        break;
      }
      case 6:
        if (!held_.empty()) {
          held_.erase(held_.begin() + Below(held_.size()));
        }
        break;
      default:
        for (int i = Below(6); i >= 0; --i) {
          monitor_.WaitForChange();
        }
    }
  }

  List AnyList() {
    List list;
    if (OneIn(8)) {
      return list;
    }
    for (int64_t version = 1; version <= kNumVersions; ++version) {
      if (!OneIn(2)) {
        continue;
      }
      Aspired& aspired = list[version];
      aspired.is_error = OneIn(10);
      aspired.is_awaited = OneIn(10);
      aspired.plan.origin = std::string(1, static_cast<char>('a' + Below(3)));
      // A version that waits for memory with data of an unknown origin would
      // not be replaced by good data.
      if (!limited_ && OneIn(6)) {
        aspired.plan.origin.clear();
      }
      if (OneIn(3)) {
        aspired.plan.num_failures = 1 + Below(4);
      }
      if (OneIn(8)) {
        aspired.plan.num_failures = 1000;
      }
      aspired.plan.bytes = 1 + Below(6);
      if (OneIn(12)) {
        aspired.plan.bytes = kLimit + 1;
      }
    }
    return list;
  }

  void Send(const std::string& name) {
    ++stats_->lists;
    const List& list = lists_[name];
    if (list.empty()) {
      had_empty_list_.insert(name);
    }
    std::vector<ServableData<std::unique_ptr<Loader>>> versions;
    for (const auto& [version, aspired] : list) {
      const ServableId id{name, version};
      if (aspired.is_error) {
        versions.emplace_back(id, absl::DataLossError("planned"));
      } else if (aspired.is_awaited) {
        versions.push_back(ServableData<std::unique_ptr<Loader>>::Awaited(
            id, absl::FailedPreconditionError("planned")));
      } else {
        versions.emplace_back(
            id, std::make_unique<PlannedLoader>(&monitor_, aspired.plan));
      }
    }
    aspire_(name, std::move(versions));
  }

  void CheckAvailability() {
    if (!preserves_availability_ || limited_) {
      return;
    }
    for (const char* const name : kNames) {
      // An empty list unloads all versions, at an unknown time.
      if (had_empty_list_.count(name) > 0) {
        continue;
      }
      const bool is_available = manager_
                                    ->GetServableHandle<PlannedServable>(
                                        ServableRequest::Latest(name))
                                    .ok();
      if (was_available_.count(name) > 0) {
        EXPECT_TRUE(is_available) << name << " is not available any more";
      }
      if (is_available) {
        was_available_.insert(name);
      }
    }
  }

  bool IsAspired(const ServableId& id) const {
    const auto list = lists_.find(id.name);
    return list != lists_.end() && list->second.count(id.version) > 0;
  }

  // Waits until the manager has done everything that it can do.
  void Settle() {
    const bool settled = monitor_.WaitUntil(
        [this](const RunMonitor::States& states, int64_t /*loaded*/) {
          for (const auto& [name, list] : lists_) {
            for (const auto& [version, aspired] : list) {
              const auto state = states.find({name, version});
              if (state == states.end()) {
                return false;
              }
            }
          }
          for (const auto& [id, state] : states) {
            const bool ended = state.manager_state == ManagerState::kEnd;
            const bool waits =
                limited_ && state.manager_state == ManagerState::kLoading &&
                state.health.code() == absl::StatusCode::kResourceExhausted;
            const bool is_available =
                state.manager_state == ManagerState::kAvailable;
            if (IsAspired(id)) {
              const bool awaits_data =
                  state.manager_state == ManagerState::kStart &&
                  !state.health.ok();
              if (!is_available && !waits && !awaits_data &&
                  !(ended && !state.health.ok())) {
                return false;
              }
            } else if (!ended && !MayStay(id.name, is_available)) {
              return false;
            }
          }
          return true;
        });
    EXPECT_TRUE(settled) << "A version is neither available nor ended: "
                         << monitor_.DebugString();
  }

  // Whether a version that is not aspired may stay: it keeps the servable
  // available while no aspired version is.
  bool MayStay(const std::string& name, bool is_available) const {
    const auto list = lists_.find(name);
    return is_available && preserves_availability_ && list != lists_.end() &&
           !list->second.empty();
  }

  // Whether all aspired versions have their final data. A version is AVAILABLE
  // during a replacement too, so the states do not answer this. Data of an
  // unknown origin is not replaced.
  bool HasFinalData() const {
    for (const auto& [name, list] : lists_) {
      for (const auto& version : manager_->GetManagedServableSnapshots(name)) {
        if (version.state != LoaderHarness::State::kReady ||
            version.replacement.has_value() ||
            (version.origin != kGoodOrigin && !version.origin.empty())) {
          return false;
        }
      }
    }
    return true;
  }

  // Sends lists of good data until all of it is available.
  void Recover() {
    int64_t num_aspired = 0;
    for (auto& [name, list] : lists_) {
      for (auto& [version, aspired] : list) {
        aspired = Aspired{{kGoodOrigin, 0, 1}, false};
        ++num_aspired;
      }
    }
    const auto is_recovered =
        [this, num_aspired](const RunMonitor::States& states, int64_t loaded) {
          for (const auto& [id, state] : states) {
            if (IsAspired(id)) {
              if (state.manager_state != ManagerState::kAvailable ||
                  !state.health.ok()) {
                return false;
              }
            } else if (state.manager_state != ManagerState::kEnd) {
              return false;
            }
          }
          return loaded == num_aspired;
        };
    const auto deadline = std::chrono::steady_clock::now() + kRunTimeout;
    bool recovered = false;
    while (!recovered && std::chrono::steady_clock::now() < deadline) {
      for (const auto& [name, list] : lists_) {
        Send(name);
      }
      recovered = monitor_.WaitBriefly(is_recovered) && HasFinalData();
      if (!recovered) {
        monitor_.WaitForChange();
      }
    }
    EXPECT_TRUE(recovered) << "Good data is not available: "
                           << monitor_.DebugString();
  }

  std::mt19937_64 random_;
  RandomRunStats* const stats_;
  const bool preserves_availability_;
  const bool limited_;
  RunMonitor monitor_;
  EventBus<ServableState> bus_;
  const std::unique_ptr<EventBus<ServableState>::Subscription> subscription_ =
      bus_.Subscribe(
          [this](const ServableState& state) { monitor_.OnState(state); });
  std::unique_ptr<AspiredVersionsManager> manager_;
  Source<std::unique_ptr<Loader>>::AspiredVersionsCallback aspire_;
  std::map<std::string, List> lists_;  // The last list of each servable.
  std::set<std::string> had_empty_list_;
  std::set<std::string> was_available_;
  std::vector<HeldHandle> held_;
};

// Waits until the process has `num_threads` threads: the kernel lists a joined
// thread for a short time.
bool WaitForNumThreads(size_t num_threads) {
  const auto deadline = std::chrono::steady_clock::now() + kRunTimeout;
  while (NumThreads() > num_threads) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::yield();
  }
  return true;
}

}  // namespace

void RunRandomSequence(uint64_t seed, RandomRunStats* stats) {
  // A sanitizer starts its own thread together with the first thread of the
  // program. So start one before the threads are counted.
  static const bool thread_was_started = [] {
    std::thread([] {}).join();
    return true;
  }();
  ASSERT_TRUE(thread_was_started);
  const size_t num_threads = NumThreads();
  Sequence(seed, stats).Run();
  ++stats->sequences;
  EXPECT_TRUE(WaitForNumThreads(num_threads)) << "A thread still runs";
}

}  // namespace tfs3
