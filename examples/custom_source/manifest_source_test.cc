// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "examples/custom_source/manifest_source.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/sources/static_storage_path_source.h"

namespace custom_source {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::tfs3::ServableData;
using ::tfs3::StoragePath;

// A version list as text: "7=s3://models/half/7 8=...".
std::string Text(const std::vector<ServableData<StoragePath>>& versions) {
  std::string text;
  for (const ServableData<StoragePath>& version : versions) {
    absl::StrAppend(&text, text.empty() ? "" : " ", version.id().version, "=",
                    version.data());
  }
  return text;
}

// Replaces the rest of the chain: stores the last list of each servable.
class FakeTarget : public tfs3::TargetBase<StoragePath> {
 public:
  ~FakeTarget() override { Detach(); }

  void WaitFor(const std::string& name, const std::string& versions) {
    std::unique_lock<std::mutex> lock(mu_);
    changed_.wait(lock, [&] {
      const auto found = lists_.find(name);
      return found != lists_.end() && found->second == versions;
    });
  }

  std::map<std::string, std::string> lists() const {
    std::lock_guard<std::mutex> lock(mu_);
    return lists_;
  }

 protected:
  void SetAspiredVersions(
      absl::string_view name,
      std::vector<ServableData<StoragePath>> versions) override {
    std::lock_guard<std::mutex> lock(mu_);
    lists_[std::string(name)] = Text(versions);
    changed_.notify_all();
  }

 private:
  mutable std::mutex mu_;
  std::condition_variable changed_;
  std::map<std::string, std::string> lists_;
};

class ManifestSourceTest : public ::testing::Test {
 protected:
  ManifestSourceTest()
      : manifest_(
            ::testing::TempDir() +
            ::testing::UnitTest::GetInstance()->current_test_info()->name()) {}

  // Replaces the manifest by a rename, so that no read sees a part of it.
  void Write(const std::string& text) {
    const std::string staged = manifest_ + ".new";
    std::ofstream(staged) << text;
    ASSERT_EQ(std::rename(staged.c_str(), manifest_.c_str()), 0);
  }

  void Start() {
    ManifestSource::Options options;
    options.manifest = manifest_;
    options.interval = absl::Milliseconds(1);
    absl::StatusOr<std::unique_ptr<ManifestSource>> source =
        ManifestSource::Create(std::move(options));
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
    tfs3::ConnectSourceToTarget<StoragePath>(source_.get(), &target_);
  }

  // Waits for a read with an error, and returns the error.
  absl::Status WaitForError() {
    absl::Status status;
    do {
      std::this_thread::yield();
      status = source_->last_read();
    } while (status.ok() || absl::IsUnavailable(status));
    return status;
  }

  const std::string manifest_;
  FakeTarget target_;
  std::unique_ptr<ManifestSource> source_;
};

TEST_F(ManifestSourceTest, AspiresToTheVersionsInTheManifest) {
  Write(
      "half  7  s3://models/half/7\n"
      "third 20 /models/third-of-monday   # of a colleague\n"
      "\n"
      "half  8  s3://models/half/8\n");
  Start();
  target_.WaitFor("half", "7=s3://models/half/7 8=s3://models/half/8");
  target_.WaitFor("third", "20=/models/third-of-monday");
}

TEST_F(ManifestSourceTest, FollowsChangesOfTheManifest) {
  Write("half 7 s3://models/half/7");
  Start();
  target_.WaitFor("half", "7=s3://models/half/7");
  Write("half 8 s3://models/half/8");
  target_.WaitFor("half", "8=s3://models/half/8");
}

TEST_F(ManifestSourceTest, UnloadsAServableThatIsNotListed) {
  Write("half 7 s3://models/half/7\nthird 1 s3://models/third/1\n");
  Start();
  target_.WaitFor("third", "1=s3://models/third/1");
  Write("half 7 s3://models/half/7\n");
  target_.WaitFor("third", "");
  EXPECT_EQ(target_.lists()["half"], "7=s3://models/half/7");
}

TEST_F(ManifestSourceTest, AnErrorInTheManifestChangesNothing) {
  Write("half 7 s3://models/half/7\n");
  Start();
  target_.WaitFor("half", "7=s3://models/half/7");
  Write("half 8 s3://models/half/8\nthird\n");
  const absl::Status status = WaitForError();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(manifest_), HasSubstr("line 2: \"third\"")));
  EXPECT_EQ(target_.lists()["half"], "7=s3://models/half/7");
}

TEST_F(ManifestSourceTest, ReadsAManifestThatIsCreatedLater) {
  Start();
  EXPECT_THAT(std::string(WaitForError().message()), HasSubstr(manifest_));
  EXPECT_THAT(target_.lists(), IsEmpty());
  Write("half 7 s3://models/half/7\n");
  target_.WaitFor("half", "7=s3://models/half/7");
}

TEST_F(ManifestSourceTest, DoesNothingBeforeItIsConnected) {
  Write("half 7 s3://models/half/7\n");
  const auto source = ManifestSource::Create({manifest_});
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_TRUE(absl::IsUnavailable((*source)->last_read()));
}

TEST_F(ManifestSourceTest, SendsNothingAfterItIsDestroyed) {
  Write("half 7 s3://models/half/7\n");
  Start();
  target_.WaitFor("half", "7=s3://models/half/7");
  source_.reset();
  Write("half 8 s3://models/half/8\n");
  EXPECT_EQ(target_.lists()["half"], "7=s3://models/half/7");
}

TEST(ManifestSourceCreateTest, RefusesAnEmptyPath) {
  EXPECT_EQ(ManifestSource::Create({""}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ManifestSourceCreateTest, RefusesAnIntervalOfZero) {
  EXPECT_EQ(ManifestSource::Create({"/m", absl::ZeroDuration()}).status(),
            absl::InvalidArgumentError("The manifest /m cannot be read every "
                                       "0; give a positive interval"));
}

TEST(ParseManifestTest, IgnoresCommentsAndEmptyLines) {
  const absl::StatusOr<Manifest> manifest = ParseManifest("# none\r\n\n  \n");
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_THAT(*manifest, IsEmpty());
}

TEST(StaticStoragePathSourceTest, SendsItsVersion) {
  FakeTarget target;
  auto source =
      tfs3::StaticStoragePathSource::Create({"half", 7, "s3://models/half/7"});
  ASSERT_TRUE(source.ok()) << source.status();
  tfs3::ConnectSourceToTarget<StoragePath>(source->get(), &target);
  EXPECT_EQ(target.lists()["half"], "7=s3://models/half/7");
}

struct Mistake {
  std::string name;
  std::string text;
  std::string message;
};

class MistakeTest : public ::testing::TestWithParam<Mistake> {};

TEST_P(MistakeTest, IsNamedWithItsLine) {
  const absl::Status status = ParseManifest(GetParam().text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, MistakeTest,
    ::testing::Values(
        Mistake{"NoPath", "half 7", "line 1: \"half 7\" is not"},
        Mistake{"TooMuch", "half 7 /a b", "line 1: \"half 7 /a b\" is not"},
        Mistake{"NoNumber", "half seven /a", "line 1: \"half seven /a\""},
        Mistake{"NegativeVersion", "half -7 /a", "line 1: \"half -7 /a\""},
        Mistake{"VersionTwice", "half 7 /a\n\nhalf 7 /b",
                "line 3: half has version 7 already"}),
    [](const ::testing::TestParamInfo<Mistake>& info) {
      return info.param.name;
    });

}  // namespace
}  // namespace custom_source
