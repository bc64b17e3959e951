// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/servable_poller.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/core/storage_path.h"
#include "tensorflow_serving_s3/sources/completeness.h"
#include "tensorflow_serving_s3/sources/testing/fake_file_system.h"

namespace tfs3 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

constexpr char kBasePath[] = "fake://models/half";

// Adds a complete version without variables.
void Upload(const std::string& name) {
  FakeFileSystem::Add(absl::StrCat(kBasePath, "/", name, "/saved_model.pb"));
}

// Adds a version without saved_model.pb.
void BeginUpload(const std::string& name) {
  FakeFileSystem::Add(absl::StrCat(kBasePath, "/", name, "/fingerprint.pb"));
}

class ServablePollerTest : public ::testing::Test {
 protected:
  ServablePollerTest() {
    FakeFileSystem::Reset();
    servable_.set_servable_name("half");
    servable_.set_base_path(kBasePath);
    options_.env = tensorflow::Env::Default();
    options_.completeness = [](const StoragePath& path) {
      return CheckSavedModelComplete(tensorflow::Env::Default(), path);
    };
  }

  ServablePoller MakePoller() { return ServablePoller(servable_, options_); }

  // Returns the aspired versions: "7=fake://models/half/7", "8?" for an awaited
  // version, "9!" for an error.
  static std::vector<std::string> Aspired(
      const ServablePoller::Outcome& outcome) {
    if (!outcome.versions.has_value()) {
      return {"as before"};
    }
    std::vector<std::string> aspired;
    for (const ServableData<StoragePath>& version : *outcome.versions) {
      EXPECT_EQ(version.id().name, "half");
      aspired.push_back(
          absl::StrCat(version.id().version, version.ok() ? "=" + version.data()
                                             : version.is_awaited() ? "?"
                                                                    : "!"));
    }
    return aspired;
  }

  ServablePoller::ServableToMonitor servable_;
  ServablePoller::Options options_;
};

TEST_F(ServablePollerTest, AspiresToTheNewestVersionByDefault) {
  Upload("9");
  Upload("00000010");
  ServablePoller poller = MakePoller();
  const ServablePoller::Outcome outcome = poller.Poll();
  EXPECT_EQ(outcome.status, absl::OkStatus());
  EXPECT_THAT(Aspired(outcome), ElementsAre("10=fake://models/half/00000010"));
}

TEST_F(ServablePollerTest, IgnoresTrailingSlashesOfTheBasePath) {
  servable_.set_base_path("fake://models/half//");
  Upload("7");
  ServablePoller poller = MakePoller();
  EXPECT_THAT(Aspired(poller.Poll()), ElementsAre("7=fake://models/half/7"));
}

TEST_F(ServablePollerTest, LatestSelectsTheNewestN) {
  servable_.mutable_servable_version_policy()
      ->mutable_latest()
      ->set_num_versions(2);
  for (const char* const name : {"1", "2", "3"}) {
    Upload(name);
  }
  ServablePoller poller = MakePoller();
  EXPECT_THAT(Aspired(poller.Poll()),
              ElementsAre("3=fake://models/half/3", "2=fake://models/half/2"));
}

TEST_F(ServablePollerTest, AllSelectsAllVersions) {
  servable_.mutable_servable_version_policy()->mutable_all();
  for (const char* const name : {"1", "2", "3"}) {
    Upload(name);
  }
  ServablePoller poller = MakePoller();
  EXPECT_THAT(Aspired(poller.Poll()),
              ElementsAre("3=fake://models/half/3", "2=fake://models/half/2",
                          "1=fake://models/half/1"));
}

TEST_F(ServablePollerTest, SpecificSelectsTheListedVersionsAndNamesTheMissing) {
  auto* const specific =
      servable_.mutable_servable_version_policy()->mutable_specific();
  specific->add_versions(1);
  specific->add_versions(3);
  specific->add_versions(5);
  for (const char* const name : {"1", "2", "3"}) {
    Upload(name);
  }
  ServablePoller poller = MakePoller();
  const ServablePoller::Outcome outcome = poller.Poll();
  EXPECT_THAT(Aspired(outcome),
              ElementsAre("3=fake://models/half/3", "1=fake://models/half/1"));
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(outcome.status.message(),
              AllOf(HasSubstr("asks for are not under fake://models/half: 5"),
                    HasSubstr("there are: 3, 2, 1")));
}

TEST_F(ServablePollerTest, AnIncompleteVersionIsAwaited) {
  Upload("1");
  Upload("2");
  BeginUpload("3");
  ServablePoller poller = MakePoller();
  const ServablePoller::Outcome outcome = poller.Poll();
  EXPECT_EQ(outcome.status, absl::OkStatus());
  ASSERT_THAT(Aspired(outcome), ElementsAre("3?", "2=fake://models/half/2"));
  EXPECT_EQ((*outcome.versions)[0].status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT((*outcome.versions)[0].status().message(),
              AllOf(HasSubstr("fake://models/half/3"),
                    HasSubstr("saved_model.pb is missing")));
}

TEST_F(ServablePollerTest, AFileWithANumberAsItsNameIsAnError) {
  Upload("1");
  Upload("2");
  options_.completeness = [](const StoragePath& path) {
    return path == "fake://models/half/2"
               ? absl::InvalidArgumentError(path + " is a file")
               : absl::OkStatus();
  };
  ServablePoller poller = MakePoller();
  const ServablePoller::Outcome outcome = poller.Poll();
  EXPECT_EQ(outcome.status, absl::OkStatus());
  EXPECT_THAT(Aspired(outcome), ElementsAre("2!", "1=fake://models/half/1"));
}

TEST_F(ServablePollerTest, FoundHasAllVersions) {
  BeginUpload("1");
  Upload("2");
  Upload("3");
  ServablePoller poller = MakePoller();
  EXPECT_THAT(poller.Poll().found, Optional(ElementsAre(1, 2, 3)));
  FakeFileSystem::Fail(kBasePath, absl::UnavailableError("not now"));
  EXPECT_EQ(poller.Poll().found, std::nullopt);
}

TEST_F(ServablePollerTest, ABasePathThatDoesNotExistHasNoVersions) {
  ServablePoller poller = MakePoller();
  EXPECT_THAT(poller.Poll().found, Optional(IsEmpty()));
}

TEST_F(ServablePollerTest, IgnoresAnOldIncompleteVersion) {
  servable_.mutable_servable_version_policy()
      ->mutable_latest()
      ->set_num_versions(2);
  Upload("1");
  BeginUpload("2");
  Upload("3");
  ServablePoller poller = MakePoller();
  EXPECT_THAT(Aspired(poller.Poll()),
              ElementsAre("3=fake://models/half/3", "1=fake://models/half/1"));
}

TEST_F(ServablePollerTest, AListedIncompleteVersionIsAwaited) {
  servable_.mutable_servable_version_policy()->mutable_specific()->add_versions(
      1);
  BeginUpload("1");
  Upload("2");
  ServablePoller poller = MakePoller();
  EXPECT_THAT(Aspired(poller.Poll()), ElementsAre("1?"));
}

TEST_F(ServablePollerTest, AVersionIsSentWhenItsUploadIsComplete) {
  BeginUpload("1");
  ServablePoller poller = MakePoller();
  EXPECT_THAT(Aspired(poller.Poll()), ElementsAre("1?"));
  Upload("1");
  EXPECT_THAT(Aspired(poller.Poll()), ElementsAre("1=fake://models/half/1"));
}

TEST_F(ServablePollerTest, APollWithoutChangesIsOneListing) {
  Upload("1");
  Upload("2");
  ServablePoller poller = MakePoller();
  poller.Poll();
  EXPECT_THAT(FakeFileSystem::TakeListings(),
              ElementsAre("fake://models/half", "fake://models/half/2"));
  poller.Poll();
  EXPECT_THAT(FakeFileSystem::TakeListings(),
              ElementsAre("fake://models/half"));
}

TEST_F(ServablePollerTest, ChecksOnlyTheNewVersion) {
  Upload("1");
  ServablePoller poller = MakePoller();
  poller.Poll();
  FakeFileSystem::TakeListings();
  Upload("2");
  poller.Poll();
  EXPECT_THAT(FakeFileSystem::TakeListings(),
              ElementsAre("fake://models/half", "fake://models/half/2"));
}

TEST_F(ServablePollerTest, ChecksADeletedVersionAgain) {
  Upload("1");
  Upload("2");
  ServablePoller poller = MakePoller();
  poller.Poll();
  FakeFileSystem::Remove("fake://models/half/2");
  EXPECT_THAT(Aspired(poller.Poll()), ElementsAre("1=fake://models/half/1"));
  BeginUpload("2");
  EXPECT_THAT(Aspired(poller.Poll()),
              ElementsAre("2?", "1=fake://models/half/1"));
}

TEST_F(ServablePollerTest, AFailedListingChangesNothing) {
  Upload("1");
  ServablePoller poller = MakePoller();
  poller.Poll();
  FakeFileSystem::Fail(kBasePath, absl::PermissionDeniedError("403"));
  const ServablePoller::Outcome outcome = poller.Poll();
  EXPECT_THAT(Aspired(outcome), ElementsAre("as before"));
  EXPECT_EQ(outcome.status,
            absl::PermissionDeniedError("Looking for versions of half under "
                                        "fake://models/half failed: 403"));
  FakeFileSystem::Fail(kBasePath, absl::OkStatus());
  EXPECT_EQ(poller.Poll().status, absl::OkStatus());
}

TEST_F(ServablePollerTest, AFailedCheckChangesNothing) {
  Upload("1");
  ServablePoller poller = MakePoller();
  poller.Poll();
  Upload("2");
  FakeFileSystem::Fail("fake://models/half/2",
                       absl::UnavailableError("503 SlowDown"));
  const ServablePoller::Outcome outcome = poller.Poll();
  EXPECT_THAT(Aspired(outcome), ElementsAre("as before"));
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kUnavailable);
}

TEST_F(ServablePollerTest, ABasePathThatDoesNotExistIsAnError) {
  ServablePoller poller = MakePoller();
  const ServablePoller::Outcome outcome = poller.Poll();
  EXPECT_THAT(Aspired(outcome), ElementsAre("as before"));
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(outcome.status.message(), HasSubstr("does not exist"));
}

TEST_F(ServablePollerTest, ABasePathWithoutVersionsUnloadsAll) {
  Upload("1");
  FakeFileSystem::Add("fake://models/half/README.md");
  ServablePoller poller = MakePoller();
  poller.Poll();
  FakeFileSystem::Remove("fake://models/half/1");
  const ServablePoller::Outcome outcome = poller.Poll();
  EXPECT_THAT(Aspired(outcome), IsEmpty());
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(outcome.status.message(),
              AllOf(HasSubstr("No versions of half found under "
                              "fake://models/half"),
                    HasSubstr("fake://models/half/1")));
}

TEST_F(ServablePollerTest, VersionsAlwaysPresentAreKept) {
  options_.versions_always_present = true;
  Upload("1");
  FakeFileSystem::Add("fake://models/half/README.md");
  ServablePoller poller = MakePoller();
  poller.Poll();
  FakeFileSystem::Remove("fake://models/half/1");
  const ServablePoller::Outcome outcome = poller.Poll();
  EXPECT_THAT(Aspired(outcome), ElementsAre("as before"));
  EXPECT_THAT(outcome.status.message(),
              HasSubstr("servable_versions_always_present"));
}

TEST_F(ServablePollerTest, TheErrorNamesNumbersThatAreTooLarge) {
  Upload("99999999999999999999");
  ServablePoller poller = MakePoller();
  EXPECT_THAT(poller.Poll().status.message(),
              HasSubstr("\"99999999999999999999\" is ignored"));
}

}  // namespace
}  // namespace tfs3
