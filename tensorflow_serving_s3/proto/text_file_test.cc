// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/proto/text_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/proto/monitoring_config.pb.h"

namespace tfs3 {
namespace {

using tensorflow::serving::MonitoringConfig;

constexpr char kExample[] = "prometheus_config { enable: true }";

std::string WriteFile(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + name;
  EXPECT_TRUE(
      tensorflow::WriteStringToFile(tensorflow::Env::Default(), path, text)
          .ok());
  return path;
}

TEST(ReadTextFileTest, ReadsAMessage) {
  MonitoringConfig config;

  const absl::Status status =
      ReadTextFile(WriteFile("good.txt", kExample), kExample, &config);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(config.prometheus_config().enable());
}

TEST(ReadTextFileTest, TheErrorHasThePlace) {
  const std::string path =
      WriteFile("bad.txt", "prometheus_config {\n  enabled: true\n}\n");
  MonitoringConfig config;

  const absl::Status status = ReadTextFile(path, kExample, &config);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(
      std::string(status.message()),
      testing::AllOf(
          testing::StartsWith("Error parsing text-format "
                              "tensorflow.serving.MonitoringConfig: 2:10: "),
          testing::HasSubstr("\"enabled\""),
          testing::HasSubstr("Invalid protobuf file: '" + path + "'"),
          testing::HasSubstr(kExample)));
}

TEST(ReadTextFileTest, TheErrorOfIncompleteTextHasThePlace) {
  MonitoringConfig config;

  const absl::Status status = ReadTextFile(
      WriteFile("short.txt", "prometheus_config {\n"), kExample, &config);

  EXPECT_THAT(
      std::string(status.message()),
      testing::StartsWith("Error parsing text-format "
                          "tensorflow.serving.MonitoringConfig: 2:1: "));
}

TEST(ReadTextFileTest, AMissingFileIsAnError) {
  MonitoringConfig config;

  const absl::Status status =
      ReadTextFile("/nowhere/config.txt", kExample, &config);

  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()),
              testing::StartsWith("/nowhere/config.txt cannot be read: "));
}

}  // namespace
}  // namespace tfs3
