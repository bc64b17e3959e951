// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/bucket_name.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::HasSubstr;

TEST(BucketNameTest, NamesTheBrokenRule) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"ab", "3 to 63 characters, this one has 2"},
      {std::string(64, 'a'), "3 to 63 characters, this one has 64"},
      {"Models", "this one has 'M'"},
      {"my_models", "this one has '_'"},
      {"my models", "this one has ' '"},
      {"tenant:models", "this one has ':'"},
      {"-models", "begins and ends with a letter or a digit"},
      {"models-", "begins and ends with a letter or a digit"},
      {"a..b", "no two dots"},
      {"192.168.0.1", "IP address"},
  };
  for (const auto& [name, rule] : cases) {
    EXPECT_THAT(BrokenBucketRule(name), HasSubstr(rule)) << name;
  }
  for (const char* name : {"models", "my.dotted-bucket1", "1.2.3", "abc"}) {
    EXPECT_EQ(BrokenBucketRule(name), "") << name;
  }
}

TEST(BucketNameTest, OnlySomeNamesFitIntoAHostName) {
  for (const char* name : {"a", "ab", "models", "my.models", "1-2"}) {
    EXPECT_TRUE(FitsIntoHostName(name)) << name;
  }
  for (const std::string& name :
       {std::string("Models"), std::string("my_models"), std::string("a:b"),
        std::string("a b"), std::string("-a"), std::string("a..b"),
        std::string(), std::string(64, 'a')}) {
    EXPECT_FALSE(FitsIntoHostName(name)) << name;
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
