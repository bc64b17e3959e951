// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/tensorflow_io/process_settings.h"

#include <cstdlib>
#include <optional>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

TEST(ProcessSettingsTest, SetsAndRemovesVariables) {
  setenv("TFS3_TEST_OLD", "old", 1);
  unsetenv("TFS3_TEST_NEW");
  ChangeProcessEnvironment(
      {{"TFS3_TEST_OLD", std::nullopt}, {"TFS3_TEST_NEW", "a=b"}});
  const Environment environment = ProcessEnvironment();
  EXPECT_EQ(environment.count("TFS3_TEST_OLD"), 0);
  EXPECT_EQ(environment.at("TFS3_TEST_NEW"), "a=b");
}

}  // namespace
}  // namespace tfs3
