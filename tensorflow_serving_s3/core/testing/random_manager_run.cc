// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/testing/random_manager_run.h"

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/any_ptr.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/loader.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/resource_preserving_policy.h"
#include "tensorflow_serving_s3/core/resources.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/source.h"

namespace tfs3 {
namespace {

using ManagerState = ServableState::ManagerState;

constexpr std::array<const char*, 3> kNames = {"half", "third", "quarter"};
constexpr int kNumVersions = 4;
constexpr uint64_t kLimit = 12;  // Room for one byte of each version.
constexpr char kGoodOrigin[] = "good";
// A test that has waited for so long has found a fault.
constexpr std::chrono::seconds kPatience(60);

size_t NumThreads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

// What the loaders and the subscriber see, and what they check.
class World {
 public:
  explicit World(bool limited) : limited_(limited) {}

  void LoadStarts(uint64_t bytes) {
    std::lock_guard<std::mutex> lock(mu_);
    ++loads_;
    bytes_ += bytes;
    EXPECT_TRUE(!limited_ || bytes_ <= kLimit) << "Above the limit of memory";
  }
  void LoadFailed(uint64_t bytes) {
    std::lock_guard<std::mutex> lock(mu_);
    ++failed_loads_;
    bytes_ -= bytes;
    changed_.notify_all();
  }
  void LoadIsGood() {
    std::lock_guard<std::mutex> lock(mu_);
    ++loaded_;
    changed_.notify_all();
  }
  void Unloaded(uint64_t bytes) {
    std::lock_guard<std::mutex> lock(mu_);
    ++unloads_;
    --loaded_;
    bytes_ -= bytes;
    changed_.notify_all();
  }

  void OnState(const ServableState& state) {
    std::lock_guard<std::mutex> lock(mu_);
    const auto [position, is_first] = states_.try_emplace(state.id, state);
    const ManagerState now = state.manager_state;
    const ManagerState before =
        is_first ? ManagerState::kEnd : position->second.manager_state;
    // A life begins with START, or is an error from the beginning.
    const bool follows =
        before == ManagerState::kEnd
            ? now == ManagerState::kStart ||
                  (now == ManagerState::kEnd && !state.health.ok())
            : now > before ||
                  (now == before && now != ManagerState::kUnloading) ||
                  // It starts over with other data.
                  (now == ManagerState::kStart &&
                   before == ManagerState::kLoading);
    EXPECT_TRUE(follows) << state << " was published after "
                         << position->second;
    position->second = state;
    if (state.health.code() == absl::StatusCode::kResourceExhausted &&
        now != ManagerState::kEnd) {
      ++resource_waits_;
    } else if (now == ManagerState::kAvailable && !state.health.ok()) {
      ++failed_replacements_;
    }
    changed_.notify_all();
  }

  // Waits until `met` is true of the states and the number of loaded
  // instances. False if it never came to be.
  using States = std::map<ServableId, ServableState>;
  bool WaitUntil(const std::function<bool(const States&, int64_t)>& met) {
    std::unique_lock<std::mutex> lock(mu_);
    return changed_.wait_for(lock, kPatience,
                             [&] { return met(states_, loaded_); });
  }
  // As above, but gives up after a moment.
  bool IsSoon(const std::function<bool(const States&, int64_t)>& met) {
    std::unique_lock<std::mutex> lock(mu_);
    return changed_.wait_for(lock, std::chrono::milliseconds(1),
                             [&] { return met(states_, loaded_); });
  }

  // Lets the manager go on for a moment.
  void WaitForChange() {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait_for(lock, std::chrono::microseconds(500));
  }

  std::string DebugString() const {
    std::lock_guard<std::mutex> lock(mu_);
    std::string text = absl::StrCat(loaded_, " loaded, ", bytes_, " bytes");
    for (const auto& [id, state] : states_) {
      absl::StrAppend(&text, "\n  ", state.DebugString());
    }
    return text;
  }

  int64_t loaded() const {
    std::lock_guard<std::mutex> lock(mu_);
    return loaded_;
  }

  void AddTo(RandomRunStats* stats) const {
    std::lock_guard<std::mutex> lock(mu_);
    stats->loads += loads_;
    stats->failed_loads += failed_loads_;
    stats->unloads += unloads_;
    stats->failed_replacements += failed_replacements_;
    stats->resource_waits += resource_waits_;
  }

 private:
  const bool limited_;
  mutable std::mutex mu_;
  std::condition_variable changed_;
  // Guarded by mu_.
  States states_;
  int64_t loads_ = 0;
  int64_t failed_loads_ = 0;
  int64_t unloads_ = 0;
  int64_t failed_replacements_ = 0;
  int64_t resource_waits_ = 0;
  int64_t loaded_ = 0;
  uint64_t bytes_ = 0;
};

struct Servable {
  // Handles that the sequence holds.
  std::atomic<int> handles{0};
};

// What one loader is to do.
struct Plan {
  std::string origin;
  int num_failures = 0;  // Of the first loads.
  uint64_t bytes = 1;
};

class PlannedLoader : public Loader {
 public:
  PlannedLoader(World* world, Plan plan)
      : world_(world), plan_(std::move(plan)) {}
  ~PlannedLoader() override {
    EXPECT_EQ(servable_, nullptr) << "A loaded version was not unloaded";
  }

  absl::Status Load(const LoadContext& /*context*/) override {
    const Busy busy(this);
    world_->LoadStarts(plan_.bytes);
    std::this_thread::yield();
    if (plan_.num_failures > 0) {
      --plan_.num_failures;
      world_->LoadFailed(plan_.bytes);
      return absl::UnavailableError("planned");
    }
    EXPECT_EQ(servable_, nullptr) << "Loaded twice";
    servable_ = std::make_unique<Servable>();
    world_->LoadIsGood();
    return absl::OkStatus();
  }

  void Unload() override {
    const Busy busy(this);
    EXPECT_NE(servable_, nullptr) << "Unloaded, but not loaded";
    std::this_thread::yield();
    EXPECT_EQ(servable_->handles.load(), 0) << "Unloaded under a handle";
    servable_.reset();
    world_->Unloaded(plan_.bytes);
  }

  AnyPtr servable() override { return AnyPtr(servable_.get()); }
  absl::StatusOr<ResourceEstimate> EstimateResources() const override {
    return ResourceEstimate::MainMemory(plan_.bytes);
  }
  std::string origin() const override { return plan_.origin; }

 private:
  // While a call runs.
  class Busy {
   public:
    explicit Busy(PlannedLoader* loader) : loader_(loader) {
      EXPECT_FALSE(loader_->busy_.exchange(true)) << "Two calls at once";
    }
    ~Busy() { loader_->busy_ = false; }

   private:
    PlannedLoader* const loader_;
  };

  World* const world_;
  Plan plan_;
  std::atomic<bool> busy_{false};
  std::unique_ptr<Servable> servable_;
};

// A handle, counted in its servable.
class Held {
 public:
  explicit Held(ServableHandle<Servable> handle) : handle_(std::move(handle)) {
    ++handle_->handles;
  }
  Held(Held&&) = default;
  Held& operator=(Held&& other) {
    if (handle_) --handle_->handles;
    handle_ = std::move(other.handle_);
    return *this;
  }
  ~Held() {
    if (handle_) --handle_->handles;
  }

 private:
  ServableHandle<Servable> handle_;
};

class Sequence {
 public:
  Sequence(uint64_t seed, RandomRunStats* stats)
      : random_(seed),
        stats_(stats),
        preserves_availability_(OneIn(2)),
        limited_(OneIn(2)),
        world_(limited_) {
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
    if (limited_) options.total_memory_limit_bytes = kLimit;
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
      held_.clear();  // The end comes in the middle of everything.
    } else {
      held_.clear();
      Settle();
      Mend();
    }
    manager_.reset();
    EXPECT_EQ(world_.loaded(), 0) << "Left loaded at the end";
    world_.AddTo(stats_);
  }

 private:
  struct Aspired {
    Plan plan;
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
        if (OneIn(2)) request.version = 1 + Below(kNumVersions);
        auto handle = manager_->GetServableHandle<Servable>(request);
        if (handle.ok()) {
          held_.emplace_back(*std::move(handle));
          ++stats_->handles;
        }
        break;
      }
      case 6:
        if (!held_.empty()) held_.erase(held_.begin() + Below(held_.size()));
        break;
      default:
        for (int i = Below(6); i >= 0; --i) world_.WaitForChange();
    }
  }

  List AnyList() {
    List list;
    if (OneIn(8)) return list;
    for (int64_t version = 1; version <= kNumVersions; ++version) {
      if (!OneIn(2)) continue;
      Aspired& aspired = list[version];
      aspired.is_error = OneIn(10);
      aspired.is_awaited = OneIn(10);
      aspired.plan.origin = std::string(1, static_cast<char>('a' + Below(3)));
      // What waits with an origin that is not known could not be mended.
      if (!limited_ && OneIn(6)) aspired.plan.origin.clear();
      if (OneIn(3)) aspired.plan.num_failures = 1 + Below(4);
      if (OneIn(8)) aspired.plan.num_failures = 1000;
      aspired.plan.bytes = 1 + Below(6);
      if (OneIn(12)) aspired.plan.bytes = kLimit + 1;
    }
    return list;
  }

  void Send(const std::string& name) {
    ++stats_->lists;
    const List& list = lists_[name];
    if (list.empty()) had_empty_list_.insert(name);
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
            id, std::make_unique<PlannedLoader>(&world_, aspired.plan));
      }
    }
    aspire_(name, std::move(versions));
  }

  void CheckAvailability() {
    if (!preserves_availability_ || limited_) return;
    for (const char* const name : kNames) {
      // An empty list unloads all; who can say when that has ended.
      if (had_empty_list_.count(name) > 0) continue;
      const bool is_available =
          manager_->GetServableHandle<Servable>(ServableRequest::Latest(name))
              .ok();
      if (was_available_.count(name) > 0) {
        EXPECT_TRUE(is_available) << name << " is not available any more";
      }
      if (is_available) was_available_.insert(name);
    }
  }

  bool IsAspired(const ServableId& id) const {
    const auto list = lists_.find(id.name);
    return list != lists_.end() && list->second.count(id.version) > 0;
  }

  // Everything has come to what it can come to.
  void Settle() {
    const bool settled = world_.WaitUntil([this](const World::States& states,
                                                 int64_t /*loaded*/) {
      for (const auto& [name, list] : lists_) {
        for (const auto& [version, aspired] : list) {
          const auto state = states.find({name, version});
          if (state == states.end()) return false;
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
              state.manager_state == ManagerState::kStart && !state.health.ok();
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
    EXPECT_TRUE(settled) << "Something never came to its end: "
                         << world_.DebugString();
  }

  // Whether a version that is not aspired may stay: for the availability of a
  // servable of which no aspired version is available.
  bool MayStay(const std::string& name, bool is_available) const {
    const auto list = lists_.find(name);
    return is_available && preserves_availability_ && list != lists_.end() &&
           !list->second.empty();
  }

  // Whether nothing is still to be done for what is aspired. A version that new
  // data is to replace is AVAILABLE too, and may be unloaded for it first. Data
  // of an unknown origin stays: nothing tells that the good data differs.
  bool IsAtRest() const {
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
  void Mend() {
    int64_t num_aspired = 0;
    for (auto& [name, list] : lists_) {
      for (auto& [version, aspired] : list) {
        aspired = Aspired{{kGoodOrigin, 0, 1}, false};
        ++num_aspired;
      }
    }
    const auto is_mended = [this, num_aspired](const World::States& states,
                                               int64_t loaded) {
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
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    bool mended = false;
    while (!mended && std::chrono::steady_clock::now() < deadline) {
      for (const auto& [name, list] : lists_) Send(name);
      mended = world_.IsSoon(is_mended) && IsAtRest();
      if (!mended) world_.WaitForChange();
    }
    EXPECT_TRUE(mended) << "Good data did not mend: " << world_.DebugString();
  }

  std::mt19937_64 random_;
  RandomRunStats* const stats_;
  const bool preserves_availability_;
  const bool limited_;
  World world_;
  EventBus<ServableState> bus_;
  const std::unique_ptr<EventBus<ServableState>::Subscription> subscription_ =
      bus_.Subscribe(
          [this](const ServableState& state) { world_.OnState(state); });
  std::unique_ptr<AspiredVersionsManager> manager_;
  Source<std::unique_ptr<Loader>>::AspiredVersionsCallback aspire_;
  std::map<std::string, List> lists_;  // As they were sent last.
  std::set<std::string> had_empty_list_;
  std::set<std::string> was_available_;
  std::vector<Held> held_;
};

// A thread that was joined may be seen for a moment longer.
bool ComesDownTo(size_t num_threads) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (NumThreads() > num_threads) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const RandomRunStats& stats) {
  return out << stats.sequences << " sequences, " << stats.lists << " lists, "
             << stats.loads << " loads (" << stats.failed_loads << " failed), "
             << stats.unloads << " unloads, " << stats.handles << " handles, "
             << stats.failed_replacements << " failed replacements, "
             << stats.resource_waits << " waits for resources";
}

void RunRandomSequence(uint64_t seed, RandomRunStats* stats) {
  // A sanitizer starts a thread of its own beside the first one of the program.
  static const bool has_had_a_thread = [] {
    std::thread([] {}).join();
    return true;
  }();
  ASSERT_TRUE(has_had_a_thread);
  const size_t num_threads = NumThreads();
  Sequence(seed, stats).Run();
  ++stats->sequences;
  EXPECT_TRUE(ComesDownTo(num_threads)) << "A thread was left behind";
}

}  // namespace tfs3
