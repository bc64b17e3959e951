// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Tests the behaviour of TensorFlow Serving with models and versions, at the
// callback of the source.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/core/testing/manager_test_util.h"
#include "tensorflow_serving_s3/sources/file_system_storage_path_source.h"
#include "tensorflow_serving_s3/sources/testing/fake_file_system.h"
#include "tensorflow_serving_s3/sources/testing/fake_target.h"

namespace tfs3 {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Config = FileSystemStoragePathSource::Config;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPollWait(1);
constexpr int kNumPollThreads = 8;

// Blocks threads until `expected` threads have arrived.
class Barrier {
 public:
  explicit Barrier(int expected) : missing_(expected) {}

  void Arrive() {
    std::unique_lock<std::mutex> lock(mu_);
    if (missing_ > 0) {
      --missing_;
    }
    if (missing_ == 0) {
      changed_.notify_all();
    }
    changed_.wait(lock, [this] { return missing_ == 0; });
  }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  int missing_;
};

class ModelsAndVersionsTest : public ::testing::Test {
 protected:
  ModelsAndVersionsTest() {
    FakeFileSystem::Reset();
    config_.set_file_system_poll_wait_seconds(kPollWait.count());
  }

  // Adds a servable with the base path fake://models/NAME.
  Config::ServableToMonitor* Add(const std::string& name) {
    auto* const servable = config_.add_servables();
    servable->set_servable_name(name);
    servable->set_base_path(absl::StrCat("fake://models/", name));
    return servable;
  }

  // Adds a complete version without variables.
  static void Upload(const std::string& name, const std::string& version) {
    FakeFileSystem::Add(
        absl::StrCat("fake://models/", name, "/", version, "/saved_model.pb"));
  }

  void Start() {
    absl::StatusOr<std::unique_ptr<FileSystemStoragePathSource>> source =
        FileSystemStoragePathSource::Create(config_);
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
    ConnectSourceToTarget<StoragePath>(source_.get(), &target_);
  }

  // Destroys the source. This ends the polls.
  void Stop() { source_.reset(); }

  Config config_;
  FakeTarget target_;
  std::unique_ptr<FileSystemStoragePathSource> source_;
};

// --- Policies and names of version folders ---

TEST_F(ModelsAndVersionsTest, PolicyIsTheLatestVersionByDefault) {
  Add("half");
  Upload("half", "9");
  Upload("half", "10");
  Start();
  target_.WaitFor("half: 10=fake://models/half/10");
}

TEST_F(ModelsAndVersionsTest, PolicyLatestWithoutANumberIsOneVersion) {
  Add("half")->mutable_servable_version_policy()->mutable_latest();
  Upload("half", "9");
  Upload("half", "10");
  Start();
  target_.WaitFor("half: 10=fake://models/half/10");
}

TEST_F(ModelsAndVersionsTest, PolicyLatestSelectsTheNewestN) {
  Add("half")
      ->mutable_servable_version_policy()
      ->mutable_latest()
      ->set_num_versions(2);
  for (const char* const version : {"8", "9", "10"}) {
    Upload("half", version);
  }
  Start();
  target_.WaitFor("half: 10=fake://models/half/10 9=fake://models/half/9");
}

TEST_F(ModelsAndVersionsTest, PolicyAllSelectsEveryVersion) {
  Add("half")->mutable_servable_version_policy()->mutable_all();
  for (const char* const version : {"8", "9", "10"}) {
    Upload("half", version);
  }
  Start();
  target_.WaitFor(
      "half: 10=fake://models/half/10 9=fake://models/half/9 "
      "8=fake://models/half/8");
}

TEST_F(ModelsAndVersionsTest, PolicySpecificSelectsTheListedVersions) {
  auto* const specific =
      Add("half")->mutable_servable_version_policy()->mutable_specific();
  specific->add_versions(8);
  specific->add_versions(10);
  for (const char* const version : {"8", "9", "10"}) {
    Upload("half", version);
  }
  Start();
  target_.WaitFor("half: 10=fake://models/half/10 8=fake://models/half/8");
}

TEST_F(ModelsAndVersionsTest, PolicyIsPerModel) {
  Add("half")->mutable_servable_version_policy()->mutable_all();
  Add("third");
  for (const char* const version : {"1", "2"}) {
    Upload("half", version);
    Upload("third", version);
  }
  Start();
  target_.WaitFor("half: 2=fake://models/half/2 1=fake://models/half/1");
  target_.WaitFor("third: 2=fake://models/third/2");
}

TEST_F(ModelsAndVersionsTest, VersionFoldersMayHaveLeadingZeros) {
  Add("half");
  Upload("half", "00000123");
  Upload("half", "99");
  Upload("half", "notes");
  Start();
  target_.WaitFor("half: 123=fake://models/half/00000123");
}

// --- Completeness ---

TEST_F(ModelsAndVersionsTest, AVersionIsCompleteWithItsSavedModelPb) {
  Add("half");
  Upload("half", "1");
  FakeFileSystem::Add("fake://models/half/2/fingerprint.pb");
  Start();
  target_.WaitFor("half: 2? 1=fake://models/half/1");
  Upload("half", "2");
  target_.WaitFor("half: 2=fake://models/half/2");
}

TEST_F(ModelsAndVersionsTest, AVersionIsCompleteWithAllShards) {
  const std::string variables = "fake://models/half/2/variables/variables.";
  Add("half");
  Upload("half", "1");
  FakeFileSystem::Add(absl::StrCat(variables, "index"));
  FakeFileSystem::Add(absl::StrCat(variables, "data-00001-of-00002"));
  Upload("half", "2");
  Start();
  target_.WaitFor("half: 2? 1=fake://models/half/1");
  FakeFileSystem::Add(absl::StrCat(variables, "data-00000-of-00002"));
  target_.WaitFor("half: 2=fake://models/half/2");
}

// --- Cost and independence of polls ---

TEST_F(ModelsAndVersionsTest, APollWithoutChangesIsOneListingPerModel) {
  Add("half");
  Add("third");
  Upload("half", "1");
  Upload("third", "1");
  Start();
  target_.WaitFor("half: 1=fake://models/half/1", 3);
  target_.WaitFor("third: 1=fake://models/third/1", 3);
  Stop();
  const std::vector<std::string> listings = FakeFileSystem::TakeListings();
  // Each poll sends one line. Each version is listed once.
  EXPECT_THAT(listings, SizeIs(target_.lines().size() + 2));
  for (const char* const version :
       {"fake://models/half/1", "fake://models/third/1"}) {
    EXPECT_EQ(std::count(listings.begin(), listings.end(), version), 1);
  }
}

TEST_F(ModelsAndVersionsTest, AFailedPollDoesNotAffectOtherModels) {
  Add("broken");
  Add("half");
  FakeFileSystem::Fail("fake://models/broken", absl::InternalError("500"));
  Upload("half", "1");
  Start();
  target_.WaitFor("half: 1=fake://models/half/1", 2);
  Upload("half", "2");
  target_.WaitFor("half: 2=fake://models/half/2");
  Stop();
  EXPECT_THAT(target_.lines(), Each(StartsWith("half:")));
}

TEST_F(ModelsAndVersionsTest, EveryPollSendsTheList) {
  Add("half");
  Upload("half", "1");
  Start();
  target_.WaitFor("half: 1=fake://models/half/1", 3);
}

TEST_F(ModelsAndVersionsTest, EveryPollSendsAnEmptyListToo) {
  Add("half");
  FakeFileSystem::Add("fake://models/half/README.md");
  Start();
  target_.WaitFor("half:", 2);
}

TEST_F(ModelsAndVersionsTest, ModelsArePolledOnAllThreadsOfThePool) {
  Barrier barrier(kNumPollThreads);
  for (int i = 0; i < 2 * kNumPollThreads; ++i) {
    const std::string name = absl::StrCat("m", i);
    Add(name);
    Upload(name, "1");
    FakeFileSystem::OnListing(absl::StrCat("fake://models/", name),
                              [&] { barrier.Arrive(); });
  }
  // The hooks return only if all models are polled at the same time.
  Start();
  for (int i = 0; i < 2 * kNumPollThreads; ++i) {
    target_.WaitFor(absl::StrCat("m", i, ": 1=fake://models/m", i, "/1"));
  }
  Stop();
}

TEST_F(ModelsAndVersionsTest, PollsOfASlowStoreAreNotQueued) {
  struct Poll {
    Clock::time_point begun;
    Clock::time_point ended;
  };
  std::mutex mu;
  std::vector<Poll> polls;
  std::atomic<int> running{0};
  std::atomic<int> most_running{0};
  Gate stored;

  Add("slow");
  Add("half");
  Upload("slow", "1");
  Upload("half", "1");
  FakeFileSystem::OnListing("fake://models/slow", [&] {
    const Clock::time_point begun = Clock::now();
    most_running = std::max(most_running.load(), ++running);
    stored.Wait();
    --running;
    std::lock_guard<std::mutex> lock(mu);
    polls.push_back({begun, Clock::now()});
  });
  Start();
  // Meanwhile the slow model is due several times.
  target_.WaitFor("half: 1=fake://models/half/1", 3);
  stored.Open();
  target_.WaitFor("slow: 1=fake://models/slow/1", 3);
  Stop();

  EXPECT_EQ(most_running, 1);
  // Missed polls are not repeated.
  std::vector<Clock::duration> pauses;
  for (size_t i = 1; i < polls.size(); ++i) {
    pauses.push_back(polls[i].begun - polls[i - 1].ended);
  }
  EXPECT_THAT(pauses, Each(Ge(Clock::duration(kPollWait))));
}

// --- servable_versions_always_present ---

TEST_F(ModelsAndVersionsTest, DeletedVersionsAreUnloaded) {
  Add("half");
  Upload("half", "1");
  FakeFileSystem::Add("fake://models/half/README.md");
  Start();
  target_.WaitFor("half: 1=fake://models/half/1");
  FakeFileSystem::Remove("fake://models/half/1");
  target_.WaitFor("half:");
}

TEST_F(ModelsAndVersionsTest, VersionsAlwaysPresentAreKeptWhenNoneIsFound) {
  config_.set_servable_versions_always_present(true);
  Add("half");
  Upload("half", "1");
  FakeFileSystem::Add("fake://models/half/README.md");
  Start();
  target_.WaitFor("half: 1=fake://models/half/1");
  FakeFileSystem::Remove("fake://models/half/1");
  std::atomic<int> listings{0};
  Gate polled;
  FakeFileSystem::OnListing("fake://models/half", [&] {
    // The result of the listing before the last one was sent.
    if (++listings == 3) {
      polled.Open();
    }
  });
  polled.Wait();
  Stop();
  EXPECT_THAT(target_.lines(), Not(Contains("half:")));
}

// --- The poll interval ---

TEST_F(ModelsAndVersionsTest, PollIntervalOfZeroPollsOnce) {
  config_.set_file_system_poll_wait_seconds(0);
  Add("half");
  Upload("half", "1");
  Start();
  target_.WaitFor("half: 1=fake://models/half/1");
  Stop();
  EXPECT_THAT(target_.lines(), ElementsAre("half: 1=fake://models/half/1"));
}

TEST_F(ModelsAndVersionsTest, NegativePollIntervalNeverPolls) {
  config_.set_file_system_poll_wait_seconds(-1);
  Add("half");
  Upload("half", "1");
  Start();
  Stop();
  EXPECT_THAT(FakeFileSystem::TakeListings(), IsEmpty());
}

TEST_F(ModelsAndVersionsTest, PollsStartInSetAspiredVersionsCallback) {
  Add("half");
  Upload("half", "1");
  absl::StatusOr<std::unique_ptr<FileSystemStoragePathSource>> source =
      FileSystemStoragePathSource::Create(config_);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_THAT(FakeFileSystem::TakeListings(), IsEmpty());
  ConnectSourceToTarget<StoragePath>(source->get(), &target_);
  target_.WaitFor("half: 1=fake://models/half/1");
}

}  // namespace
}  // namespace tfs3
