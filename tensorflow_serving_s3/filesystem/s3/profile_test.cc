// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/profile.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

class ProfileTest : public ::testing::Test {
 protected:
  ProfileTest() {
    EXPECT_TRUE(AwsRuntime::Get().ok());
    setenv("AWS_CONFIG_FILE", config_.c_str(), 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", credentials_.c_str(), 1);
  }
  ~ProfileTest() override {
    std::remove(config_.c_str());
    std::remove(credentials_.c_str());
  }

  const std::string config_ = ::testing::TempDir() + "/profile_test_config";
  const std::string credentials_ =
      ::testing::TempDir() + "/profile_test_credentials";
};

TEST_F(ProfileTest, ReadsBothFiles) {
  WriteFile(config_,
            "[default]\nregion = eu-west-1\n"
            "[profile ci]\nregion = eu-west-2\n"
            "endpoint_url = http://127.0.0.1:9000\n");
  WriteFile(credentials_,
            "[ci]\naws_access_key_id = a\nregion = ignored\n"
            "[other]\nregion = eu-west-3\n");
  EXPECT_EQ(ProfileProperty("default", "region"), "eu-west-1");
  EXPECT_EQ(ProfileProperty("ci", "region"), "eu-west-2");
  EXPECT_EQ(ProfileProperty("ci", "endpoint_url"), "http://127.0.0.1:9000");
  EXPECT_EQ(ProfileProperty("other", "region"), "eu-west-3");
  EXPECT_EQ(ProfileProperty("ci", "nothing"), std::nullopt);
  EXPECT_EQ(ProfileProperty("nobody", "region"), std::nullopt);
}

TEST_F(ProfileTest, MissingFilesHaveNoProperties) {
  EXPECT_EQ(ProfileProperty("default", "region"), std::nullopt);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
