// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/file_system_storage_path_source.h"

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/path.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/core/testing/manager_test_util.h"
#include "tensorflow_serving_s3/sources/testing/fake_file_system.h"
#include "tensorflow_serving_s3/sources/testing/fake_target.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Config = FileSystemStoragePathSource::Config;

void AddServable(Config& config, const std::string& name,
                 const std::string& base_path) {
  auto* const servable = config.add_servables();
  servable->set_servable_name(name);
  servable->set_base_path(base_path);
}

Config MakeConfig(const std::vector<std::string>& names,
                  int64_t poll_wait_seconds = 0) {
  Config config;
  config.set_file_system_poll_wait_seconds(poll_wait_seconds);
  for (const std::string& name : names) {
    AddServable(config, name, absl::StrCat("fake://models/", name));
  }
  return config;
}

void Upload(const std::string& servable, int version) {
  FakeFileSystem::Add(absl::StrCat("fake://models/", servable, "/", version,
                                   "/saved_model.pb"));
}

class FileSystemStoragePathSourceTest : public ::testing::Test {
 protected:
  FileSystemStoragePathSourceTest() { FakeFileSystem::Reset(); }

  void Make(const Config& config) {
    absl::StatusOr<std::unique_ptr<FileSystemStoragePathSource>> source =
        FileSystemStoragePathSource::Create(config);
    ASSERT_TRUE(source.ok()) << source.status();
    source_ = *std::move(source);
  }

  void Start(const Config& config) {
    Make(config);
    ConnectSourceToTarget<StoragePath>(source_.get(), &target_);
  }

  // Waits until a poll of the servable has failed or succeeded.
  absl::Status WaitForStatus(const std::string& name, bool ok) {
    absl::Status status;
    do {
      std::this_thread::yield();
      status = source_->poll_status(name);
    } while (absl::IsUnavailable(status) || status.ok() != ok);
    return status;
  }

  FakeTarget target_;
  std::unique_ptr<FileSystemStoragePathSource> source_;
};

TEST_F(FileSystemStoragePathSourceTest, DoesNothingBeforeItIsConnected) {
  Upload("half", 1);
  Make(MakeConfig({"half"}, 1));
  EXPECT_THAT(FakeFileSystem::TakeListings(), IsEmpty());
  EXPECT_TRUE(absl::IsUnavailable(source_->poll_status("half")));
}

TEST_F(FileSystemStoragePathSourceTest, SendsTheVersionsOfEveryServable) {
  Upload("half", 1);
  Upload("third", 2);
  Start(MakeConfig({"half", "third"}));
  target_.WaitFor("half: 1=fake://models/half/1");
  target_.WaitFor("third: 2=fake://models/third/2");
  EXPECT_EQ(source_->poll_status("half"), absl::OkStatus());
}

TEST_F(FileSystemStoragePathSourceTest, WaitOfZeroPollsOnce) {
  Upload("half", 1);
  Start(MakeConfig({"half"}, 0));
  target_.WaitFor("half: 1=fake://models/half/1");
  source_.reset();
  EXPECT_THAT(target_.lines(), ElementsAre("half: 1=fake://models/half/1"));
}

TEST_F(FileSystemStoragePathSourceTest, NegativeWaitNeverPolls) {
  Upload("half", 1);
  Start(MakeConfig({"half"}, -1));
  source_.reset();
  EXPECT_THAT(FakeFileSystem::TakeListings(), IsEmpty());
}

TEST_F(FileSystemStoragePathSourceTest, PositiveWaitPollsRepeatedly) {
  Upload("half", 1);
  Start(MakeConfig({"half"}, 1));
  target_.WaitFor("half: 1=fake://models/half/1");
  Upload("half", 2);
  target_.WaitFor("half: 2=fake://models/half/2");
}

TEST_F(FileSystemStoragePathSourceTest,
       AnErrorOfOneServableDoesNotAffectOthers) {
  Upload("half", 1);
  FakeFileSystem::Fail("fake://models/broken",
                       absl::PermissionDeniedError("403 AccessDenied"));
  Start(MakeConfig({"broken", "half"}));
  target_.WaitFor("half: 1=fake://models/half/1");
  const absl::Status status = WaitForStatus("broken", false);
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(status.message(), HasSubstr("fake://models/broken"));
  EXPECT_THAT(status.message(), HasSubstr("403 AccessDenied"));
  EXPECT_EQ(source_->poll_status("half"), absl::OkStatus());
}

TEST_F(FileSystemStoragePathSourceTest, AListingThatHangsDoesNotDelayOthers) {
  Gate mended;
  FakeFileSystem::OnListing("fake://models/hanging", [&] { mended.Wait(); });
  Upload("half", 1);
  Start(MakeConfig({"hanging", "half"}));
  target_.WaitFor("half: 1=fake://models/half/1");
  mended.Open();
  source_.reset();  // Before the gate is destroyed.
}

TEST_F(FileSystemStoragePathSourceTest, RecoversAfterAnError) {
  Upload("half", 1);
  FakeFileSystem::Fail("fake://models/half", absl::InternalError("500"));
  Start(MakeConfig({"half"}, 1));
  EXPECT_EQ(WaitForStatus("half", false).code(), absl::StatusCode::kInternal);
  EXPECT_THAT(target_.lines(), IsEmpty());
  FakeFileSystem::Fail("fake://models/half", absl::OkStatus());
  target_.WaitFor("half: 1=fake://models/half/1");
  EXPECT_EQ(WaitForStatus("half", true), absl::OkStatus());
}

TEST_F(FileSystemStoragePathSourceTest, AnUnknownServableHasNoStatus) {
  Make(MakeConfig({"half"}));
  EXPECT_EQ(source_->poll_status("third").code(), absl::StatusCode::kNotFound);
}

TEST_F(FileSystemStoragePathSourceTest, HasPolledAfterTheListWasSent) {
  Upload("half", 1);
  Make(MakeConfig({"half"}));
  EXPECT_FALSE(source_->HasPolled("half"));
  ConnectSourceToTarget<StoragePath>(source_.get(), &target_);
  target_.WaitFor("half: 1=fake://models/half/1");
  EXPECT_TRUE(source_->HasPolled("half"));
  EXPECT_FALSE(source_->HasPolled("third"));
}

TEST_F(FileSystemStoragePathSourceTest, HasNotPolledAChangedServable) {
  Upload("half", 1);
  Config config = MakeConfig({"half"});
  Start(config);
  target_.WaitFor("half: 1=fake://models/half/1");
  Gate proceed;
  FakeFileSystem::OnListing("fake://models/half", [&] { proceed.Wait(); });
  config.mutable_servables(0)->mutable_servable_version_policy()->mutable_all();
  ASSERT_TRUE(source_->UpdateConfig(config).ok());
  EXPECT_FALSE(source_->HasPolled("half"));
  proceed.Open();
  source_.reset();  // Before the gate is destroyed.
}

TEST_F(FileSystemStoragePathSourceTest, UpdateAddsAndRemovesServables) {
  Upload("half", 1);
  Upload("third", 2);
  Start(MakeConfig({"half"}));
  target_.WaitFor("half: 1=fake://models/half/1");
  ASSERT_TRUE(source_->UpdateConfig(MakeConfig({"third"})).ok());
  target_.WaitFor("third: 2=fake://models/third/2");
  target_.WaitFor("half:");
  EXPECT_EQ(source_->poll_status("half").code(), absl::StatusCode::kNotFound);
}

TEST_F(FileSystemStoragePathSourceTest, UpdateChangesThePolicy) {
  Upload("half", 1);
  Upload("half", 2);
  Config config = MakeConfig({"half"});
  Start(config);
  target_.WaitFor("half: 2=fake://models/half/2");
  config.mutable_servables(0)->mutable_servable_version_policy()->mutable_all();
  ASSERT_TRUE(source_->UpdateConfig(config).ok());
  target_.WaitFor("half: 2=fake://models/half/2 1=fake://models/half/1");
}

TEST_F(FileSystemStoragePathSourceTest, AnInvalidUpdateChangesNothing) {
  Upload("half", 1);
  Start(MakeConfig({"half"}));
  target_.WaitFor("half: 1=fake://models/half/1");
  EXPECT_EQ(source_->UpdateConfig(MakeConfig({"third", ""})).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(source_->poll_status("half"), absl::OkStatus());
  EXPECT_THAT(target_.lines(), ElementsAre("half: 1=fake://models/half/1"));
}

TEST_F(FileSystemStoragePathSourceTest, APollOfARemovedServableSendsNothing) {
  Gate listing;
  Gate proceed;
  FakeFileSystem::OnListing("fake://models/half", [&] {
    listing.Open();
    proceed.Wait();
  });
  Upload("half", 1);
  Start(MakeConfig({"half"}));
  listing.Wait();
  ASSERT_TRUE(source_->UpdateConfig(MakeConfig({})).ok());
  proceed.Open();
  source_.reset();
  EXPECT_THAT(target_.lines(), IsEmpty());
}

TEST_F(FileSystemStoragePathSourceTest, CallsOnFoundBeforeTheCallback) {
  Upload("half", 1);
  Upload("half", 2);
  std::mutex mu;
  std::string events;
  FileSystemStoragePathSource::Options options;
  options.on_found = [&](const std::string& name, const std::string& base_path,
                         const std::set<int64_t>& versions) {
    std::lock_guard<std::mutex> lock(mu);
    absl::StrAppend(&events, name, " has in ", base_path, ": ",
                    absl::StrJoin(versions, " "), ", ");
  };
  auto source =
      FileSystemStoragePathSource::Create(MakeConfig({"half"}), options);
  ASSERT_TRUE(source.ok()) << source.status();
  Gate sent;
  (*source)->SetAspiredVersionsCallback(
      [&](absl::string_view, std::vector<ServableData<StoragePath>> versions) {
        {
          std::lock_guard<std::mutex> lock(mu);
          absl::StrAppend(&events, "wants ", versions.front().id().version);
        }
        sent.Open();
      });
  sent.Wait();
  std::lock_guard<std::mutex> lock(mu);
  EXPECT_EQ(events, "half has in fake://models/half: 1 2, wants 2");
}

TEST_F(FileSystemStoragePathSourceTest, UsesTheCompletenessCheckOfTheOptions) {
  FakeFileSystem::Add("fake://models/half/1/model.tflite");
  FileSystemStoragePathSource::Options options;
  options.completeness = [](const StoragePath&) { return absl::OkStatus(); };
  auto source =
      FileSystemStoragePathSource::Create(MakeConfig({"half"}), options);
  ASSERT_TRUE(source.ok());
  ConnectSourceToTarget<StoragePath>(source->get(), &target_);
  target_.WaitFor("half: 1=fake://models/half/1");
}

TEST_F(FileSystemStoragePathSourceTest, FindsVersionsInALocalDirectory) {
  tensorflow::Env* const env = tensorflow::Env::Default();
  const std::string base = tensorflow::io::JoinPath(
      ::testing::TempDir(), "file_system_storage_path_source_test");
  const std::string version = tensorflow::io::JoinPath(base, "00000123");
  ASSERT_TRUE(env->RecursivelyCreateDir(version).ok());
  ASSERT_TRUE(tensorflow::WriteStringToFile(
                  env, tensorflow::io::JoinPath(version, "saved_model.pb"), "")
                  .ok());
  Config config;
  AddServable(config, "half", base);
  Start(config);
  target_.WaitFor(absl::StrCat("half: 123=", version));
}

TEST(FileSystemStoragePathSourceValidateTest, AcceptsUrlsAndAbsolutePaths) {
  Config config;
  AddServable(config, "half", "s3://models/half");
  AddServable(config, "third", "/models/third");
  AddServable(config, "whole_bucket", "s3://models");
  // Two servables may have the same base path.
  AddServable(config, "alias", "s3://models/half");
  EXPECT_EQ(FileSystemStoragePathSource::Validate(config), absl::OkStatus());
}

struct InvalidConfig {
  std::string name;
  std::function<void(Config&)> make;
  std::string message;
};

class InvalidConfigTest : public ::testing::TestWithParam<InvalidConfig> {};

TEST_P(InvalidConfigTest, IsRefused) {
  Config config;
  GetParam().make(config);
  const absl::Status status = FileSystemStoragePathSource::Validate(config);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr(GetParam().message));
  EXPECT_EQ(FileSystemStoragePathSource::Create(config).status(), status);
}

INSTANTIATE_TEST_SUITE_P(
    All, InvalidConfigTest,
    ::testing::Values(
        InvalidConfig{"NoName",
                      [](Config& c) { AddServable(c, "", "s3://models/half"); },
                      "base path \"s3://models/half\" has no name"},
        InvalidConfig{"NoBasePath",
                      [](Config& c) { AddServable(c, "half", ""); },
                      "half has no base path"},
        InvalidConfig{"RelativeBasePath",
                      [](Config& c) { AddServable(c, "half", "models/half"); },
                      "half has the relative base path \"models/half\"; give "
                      "a URL, such as s3://BUCKET/half, or"},
        InvalidConfig{"RelativeBasePathWithDots",
                      [](Config& c) { AddServable(c, "half", "../half"); },
                      "relative base path \"../half\""},
        InvalidConfig{"NameOfABucketWithoutScheme",
                      [](Config& c) { AddServable(c, "half", "://half"); },
                      "relative base path \"://half\""},
        InvalidConfig{"SameNameTwice",
                      [](Config& c) {
                        AddServable(c, "half", "s3://models/half");
                        AddServable(c, "half", "s3://models/third");
                      },
                      "Two servables have the name half"}),
    [](const ::testing::TestParamInfo<InvalidConfig>& info) {
      return info.param.name;
    });

}  // namespace
}  // namespace tfs3
