// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/server_settings.h"

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/testing/certificate_test_util.h"

namespace tfs3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Write(const std::string& text) {
  const std::string path = absl::StrCat(
      ::testing::TempDir(), "/",
      ::testing::UnitTest::GetInstance()->current_test_info()->name());
  std::ofstream(path) << text;
  return path;
}

// Returns `text` as a string of protobuf's text format.
std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\n", "\\n"}}), "\"");
}

TEST(ReadSslConfigTest, ReadsTheFieldsOfTensorFlowServing) {
  const TestingCertificate made = MakeTestingCertificate();
  const auto tls = ReadSslConfig(Write(absl::StrCat(
      "server_key: ", Quoted(made.key),
      " server_cert: ", Quoted(made.certificate),
      " custom_ca: ", Quoted(made.certificate), " client_verify: true")));
  ASSERT_TRUE(tls.ok()) << tls.status();
  EXPECT_EQ((*tls)->server_key, made.key);
  EXPECT_EQ((*tls)->server_cert, made.certificate);
  EXPECT_EQ((*tls)->custom_ca, made.certificate);
  EXPECT_TRUE((*tls)->client_verify);
}

TEST(ReadSslConfigTest, WithoutAFileThereIsNoTls) {
  EXPECT_EQ(*ReadSslConfig(""), std::nullopt);
}

TEST(ReadSslConfigTest, ErrorsNameFlagFileAndField) {
  const std::string path =
      Write("server_key: \"/etc/key\" server_cert: \"/etc/cert\"");
  const absl::Status status = ReadSslConfig(path).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(absl::StrCat(
                        path, ": TLS: server_cert is not a certificate")),
                    HasSubstr("(--ssl_config_file)")));
  EXPECT_THAT(
      std::string(ReadSslConfig(Write("server_kee: \"\"")).status().message()),
      StartsWith("Error parsing text-format tensorflow.serving.SSLConfig: "
                 "1:11: "));
  EXPECT_TRUE(absl::IsNotFound(ReadSslConfig("/no/such").status()));
}

TEST(ReadPrometheusPathTest, ReturnsTheDefaultOrTheConfiguredPath) {
  EXPECT_EQ(*ReadPrometheusPath(Write("prometheus_config { enable: true }")),
            "/monitoring/prometheus/metrics");
  EXPECT_EQ(*ReadPrometheusPath(
                Write("prometheus_config { enable: true path: \"/m\" }")),
            "/m");
}

TEST(ReadPrometheusPathTest, ReturnsNothingUnlessPrometheusIsEnabled) {
  EXPECT_EQ(*ReadPrometheusPath(""), "");
  EXPECT_EQ(*ReadPrometheusPath(Write("")), "");
  EXPECT_EQ(*ReadPrometheusPath(Write("prometheus_config { path: \"/m\" }")),
            "");
}

TEST(ReadPrometheusPathTest, ErrorsNameFlagFileAndField) {
  const absl::Status status =
      ReadPrometheusPath(
          Write("prometheus_config { enable: true path: \"m\" }"))
          .status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("prometheus_config.path is \"m\"; it must begin"));
  EXPECT_THAT(
      std::string(ReadPrometheusPath("/no/such").status().message()),
      AllOf(HasSubstr("/no/such"), HasSubstr("(--monitoring_config_file)")));
  EXPECT_THAT(
      std::string(
          ReadPrometheusPath(Write("\n prometheus")).status().message()),
      StartsWith("Error parsing text-format tensorflow.serving."
                 "MonitoringConfig: 2:12: "));
}

}  // namespace
}  // namespace tfs3
