// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/request_logging/request_logger_config.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tensorflow_serving/config/model_server_config.pb.h"

namespace tfs3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

absl::StatusOr<RequestLogRule> RuleOf(const std::string& logging_config) {
  tensorflow::serving::ModelConfig model;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      "name: \"half\" " + logging_config, &model));
  return RequestLogRuleOf(model);
}

TEST(RequestLogRuleTest, HasRateAndPrefix) {
  for (const std::string type : {"", "type: \"file\""}) {
    const auto rule = RuleOf("logging_config { log_collector_config { " + type +
                             " filename_prefix: \"/logs/half\" } "
                             "sampling_config { sampling_rate: 0.25 } }");
    ASSERT_TRUE(rule.ok()) << rule.status();
    EXPECT_EQ(rule->sampling_rate, 0.25);
    EXPECT_EQ(rule->filename_prefix, "/logs/half");
    EXPECT_EQ(rule->no_effect, "");
  }
}

TEST(RequestLogRuleTest, WithoutAConfigLogsNothing) {
  const auto rule = RuleOf("");
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->sampling_rate, 0);
  EXPECT_EQ(rule->no_effect, "");
}

TEST(RequestLogRuleTest, AnotherTypeHasNoEffect) {
  const auto rule = RuleOf(
      "logging_config { log_collector_config { type: \"kafka\" } "
      "sampling_config { sampling_rate: 1 } }");
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->sampling_rate, 0);
  EXPECT_THAT(rule->no_effect,
              AllOf(HasSubstr("\"kafka\""), HasSubstr("\"file\"")));
}

TEST(RequestLogRuleTest, ExplainsIgnoredFields) {
  const std::string collector =
      "logging_config { log_collector_config { filename_prefix: \"/l\" } ";
  const auto rule =
      RuleOf(collector +
             "sampling_config { sampling_rate: 1 per_task_sampling_configs { "
             "dc: \"x\" sampling_rate: 0.1 } } }");
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->sampling_rate, 1);
  EXPECT_THAT(rule->unused, HasSubstr("per_task_sampling_configs"));
  EXPECT_EQ(
      RuleOf(collector + "sampling_config { sampling_rate: 1 } }")->unused, "");
}

TEST(RequestLogRuleTest, WithoutARateHasNoEffect) {
  const auto rule = RuleOf(
      "logging_config { log_collector_config { filename_prefix: \"/l\" } }");
  ASSERT_TRUE(rule.ok()) << rule.status();
  EXPECT_EQ(rule->sampling_rate, 0);
  EXPECT_THAT(rule->no_effect, HasSubstr("sampling_rate"));
}

TEST(RequestLogRuleTest, RefusesInvalidRatesAndAMissingPrefix) {
  for (const std::string rate : {"-0.1", "1.1", "nan", "inf"}) {
    const auto rule = RuleOf(
        "logging_config { log_collector_config { filename_prefix: \"/l\" } "
        "sampling_config { sampling_rate: " +
        rate + " } }");
    EXPECT_TRUE(absl::IsInvalidArgument(rule.status())) << rate;
    EXPECT_THAT(rule.status().message(),
                AllOf(HasSubstr("sampling_rate"), HasSubstr("\"half\"")));
  }
  const auto rule =
      RuleOf("logging_config { sampling_config { sampling_rate: 1 } }");
  EXPECT_TRUE(absl::IsInvalidArgument(rule.status()));
  EXPECT_THAT(rule.status().message(),
              AllOf(HasSubstr("filename_prefix"), HasSubstr("\"half\"")));
}

}  // namespace
}  // namespace tfs3
