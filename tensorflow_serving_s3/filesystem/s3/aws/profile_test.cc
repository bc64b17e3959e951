// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/profile.h"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ProfileTest : public ::testing::Test {
 protected:
  ~ProfileTest() override {
    std::remove(config_.c_str());
    std::remove(credentials_.c_str());
  }

  static void Write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }

  ProfileFiles Read() {
    return ProfileFiles::Read(
        [&](const char* name) -> std::optional<std::string> {
          const auto it = variables_.find(name);
          if (it == variables_.end()) {
            return std::nullopt;
          }
          return it->second;
        });
  }

  const std::string config_ = ::testing::TempDir() + "/profile_test_config";
  const std::string credentials_ =
      ::testing::TempDir() + "/profile_test_credentials";
  std::map<std::string, std::string> variables_ = {
      {"AWS_CONFIG_FILE", config_},
      {"AWS_SHARED_CREDENTIALS_FILE", credentials_}};
};

TEST_F(ProfileTest, ReadsBothFiles) {
  Write(config_,
        "[default]\nregion = eu-west-1\n"
        "[profile ci]\nregion = ignored\naws_access_key_id = ignored\n"
        "endpoint_url = http://127.0.0.1:9000\n");
  Write(credentials_,
        "[ci]\naws_access_key_id = a\nregion = eu-north-1\n"
        "[other]\nregion = eu-west-3\n");
  const ProfileFiles files = Read();
  EXPECT_EQ(files.Get("default", "region"), "eu-west-1");
  EXPECT_EQ(files.Get("ci", "region"), "eu-north-1");
  EXPECT_EQ(files.Get("ci", "aws_access_key_id"), "a");
  EXPECT_EQ(files.Get("ci", "endpoint_url"), "http://127.0.0.1:9000");
  EXPECT_EQ(files.Get("other", "region"), "eu-west-3");
  EXPECT_EQ(files.Get("ci", "nothing"), std::nullopt);
  EXPECT_EQ(files.Get("nobody", "region"), std::nullopt);
  EXPECT_TRUE(files.Has("ci"));
  EXPECT_TRUE(files.Has("other"));
  EXPECT_FALSE(files.Has("nobody"));
}

TEST_F(ProfileTest, ReadsGroupsServicesAndSessions) {
  Write(config_,
        "[default]\nservices = mine\ns3 =\n  addressing_style = path\n"
        "[services mine]\ns3 =\n  endpoint_url = http://for-s3\n"
        "sts =\n  endpoint_url = http://for-sts\n"
        "[sso-session work]\nsso_region = eu-west-1\n");
  const ProfileFiles files = Read();
  EXPECT_EQ(files.Get("default", "s3.addressing_style"), "path");
  EXPECT_EQ(files.Get("default", "s3.nothing"), std::nullopt);
  EXPECT_EQ(files.Get("default", "services/s3.endpoint_url"), "http://for-s3");
  EXPECT_EQ(files.Get("default", "services/sts.endpoint_url"),
            "http://for-sts");
  EXPECT_EQ(files.Get("default", "services/sso.endpoint_url"), std::nullopt);
  EXPECT_EQ(files.GetOfSsoSession("work", "sso_region"), "eu-west-1");
  EXPECT_EQ(files.GetOfSsoSession("home", "sso_region"), std::nullopt);
}

TEST_F(ProfileTest, MissingFilesHaveNoProperties) {
  const ProfileFiles files = Read();
  EXPECT_FALSE(files.Has("default"));
  EXPECT_EQ(files.Get("default", "region"), std::nullopt);
  EXPECT_EQ(files.names(), config_ + " and " + credentials_);
}

TEST_F(ProfileTest, TheFilesAreInTheHomeFolder) {
  variables_ = {{"HOME", "/no/such/home"}, {"AWS_CONFIG_FILE", "~/elsewhere"}};
  EXPECT_EQ(Read().names(),
            "/no/such/home/elsewhere and /no/such/home/.aws/credentials");
}

TEST_F(ProfileTest, ExpandsPaths) {
  variables_ = {{"HOME", "/no/such/home"},
                {"FOLDER", "/no/such"},
                {"AWS_CONFIG_FILE", "$FOLDER/${FOLDER}/$UNSET/${UNSET/$"},
                {"AWS_SHARED_CREDENTIALS_FILE", "~no-such-user/credentials"}};
  EXPECT_EQ(Read().names(),
            "/no/such//no/such/$UNSET/${UNSET/$ and "
            "~no-such-user/credentials");
  variables_["AWS_CONFIG_FILE"] = "$HOME/config";
  variables_["AWS_SHARED_CREDENTIALS_FILE"] = "~root/credentials";
  EXPECT_THAT(Read().names(), AllOf(StartsWith("/no/such/home/config and /"),
                                    HasSubstr("/credentials")));
}

TEST_F(ProfileTest, TheLaterOfTwoSectionsWins) {
  Write(config_,
        "[profile default]\nregion = a\n[default]\noutput = json\n"
        "[profile x]\nregion = a\n[profile \"x\"]\nregion = b\n"
        "[x]\nregion = c\n[profile a b]\nregion = d\n");
  const ProfileFiles files = Read();
  EXPECT_EQ(files.Get("default", "region"), std::nullopt);
  EXPECT_EQ(files.Get("x", "region"), "b");
  EXPECT_FALSE(files.Has("a b"));
}

TEST_F(ProfileTest, ThePartsOfAKeyComeFromOneFile) {
  Write(config_,
        "[default]\naws_access_key_id = a\naws_secret_access_key = b\n"
        "aws_session_token = c\n");
  Write(credentials_,
        "[default]\naws_access_key_id = d\naws_secret_access_key = e\n");
  EXPECT_EQ(Read().Get("default", "aws_access_key_id"), "d");
  EXPECT_EQ(Read().Get("default", "aws_secret_access_key"), "e");
  EXPECT_EQ(Read().Get("default", "aws_session_token"), std::nullopt);
  Write(credentials_, "[default]\naws_secret_access_key = e\n");
  EXPECT_EQ(Read().Get("default", "aws_secret_access_key"), "b");
  EXPECT_EQ(Read().Get("default", "aws_session_token"), "c");
  Write(config_, "");
  EXPECT_EQ(Read().Get("default", "aws_secret_access_key"), "e");
}

// Drops the capabilities that let root read every file, until it is destroyed.
class WithoutPrivileges {
 public:
  WithoutPrivileges() {
    syscall(SYS_capget, &header_, before_);
    __user_cap_data_struct less[2] = {before_[0], before_[1]};
    less[0].effective &= ~(1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH);
    EXPECT_EQ(syscall(SYS_capset, &header_, less), 0);
  }
  ~WithoutPrivileges() { syscall(SYS_capset, &header_, before_); }

 private:
  __user_cap_header_struct header_ = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct before_[2] = {};
};

TEST_F(ProfileTest, AnUnreadableFileCountsAsAbsent) {
  Write(credentials_, "[default]\nregion = a\n");
  Write(config_, "[default]\nregion = b\n");
  chmod(config_.c_str(), 0);
  const WithoutPrivileges guard;
  const ProfileFiles files = Read();
  EXPECT_TRUE(files.problem().ok());
  EXPECT_EQ(files.Get("default", "region"), "a");
  EXPECT_EQ(files.names(), config_ + " (which cannot be read: Permission " +
                               "denied) and " + credentials_);
  EXPECT_THAT(files.remarks(),
              ElementsAre("the AWS file " + config_ +
                          " cannot be read: Permission denied; the file is "
                          "ignored"));
}

TEST_F(ProfileTest, AFileInAnUnreadableFolderCountsAsAbsent) {
  const std::string folder = ::testing::TempDir() + "/profile_test_home";
  mkdir(folder.c_str(), 0);
  variables_ = {{"HOME", folder}};
  {
    const WithoutPrivileges guard;
    const ProfileFiles files = Read();
    EXPECT_TRUE(files.problem().ok());
    EXPECT_FALSE(files.Has("default"));
    EXPECT_THAT(files.names(), HasSubstr("cannot be read: Permission denied"));
    EXPECT_THAT(files.remarks(), IsEmpty());
  }
  rmdir(folder.c_str());
}

TEST_F(ProfileTest, OtherKindsOfFilesCountAsAbsent) {
  const std::string dangling = ::testing::TempDir() + "/profile_test_dangling";
  const std::string pipe = ::testing::TempDir() + "/profile_test_pipe";
  ASSERT_EQ(symlink("/no/such/file", dangling.c_str()), 0);
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& path :
       {std::string("/no/such/file"), dangling, std::string("/dev/null"),
        ::testing::TempDir(), pipe}) {
    variables_["AWS_CONFIG_FILE"] = path;
    const ProfileFiles files = Read();
    EXPECT_TRUE(files.problem().ok()) << files.problem().message;
    EXPECT_FALSE(files.Has("default"));
    const bool there = path == pipe || path == ::testing::TempDir();
    EXPECT_EQ(files.remarks().size(), there ? 1u : 0u) << path;
  }
  std::remove(dangling.c_str());
  std::remove(pipe.c_str());
}

TEST_F(ProfileTest, ReportsAnErrorWithLineAndColumn) {
  Write(config_, "[default]\nregion = b\n  x\nregion\n");
  Write(credentials_, "[default]\nregion = a\n");
  const ProfileFiles files = Read();
  EXPECT_EQ(files.problem().code, TF_FAILED_PRECONDITION);
  EXPECT_THAT(files.problem().message,
              StartsWith("the AWS file " + config_ +
                         " cannot be understood: line 4, column 1: "));
  EXPECT_THAT(files.remarks(), ElementsAre(StartsWith("the AWS file " +
                                                      config_ + " cannot be")));
  EXPECT_EQ(files.Get("default", "region"), "a");
}

TEST_F(ProfileTest, ARemarkNamesTheFile) {
  Write(config_, "[default]\nregion = a\nregion = b\n");
  EXPECT_THAT(
      Read().remarks(),
      ElementsAre(StartsWith("the AWS file " + config_ +
                             ", line 3, column 1: region is a duplicate")));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
