// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/model_config.h"

#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using ::tensorflow::serving::ModelServerConfig;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

ModelServerConfig Parse(const std::string& text) {
  ModelServerConfig config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config))
      << text;
  return config;
}

// Returns the configuration of a model "half" with `more` fields.
ModelServerConfig Half(const std::string& more) {
  return Parse(
      R"(model_config_list { config { name: "half" base_path: "/half" )" +
      more + " } }");
}

absl::Status Validate(const ModelServerConfig& config) {
  return ValidateModelServerConfig(config, {"tensorflow", "table"});
}

std::string WriteFile(const std::string& text) {
  const std::string path = ::testing::TempDir() + "/models.config";
  std::ofstream(path) << text;
  return path;
}

TEST(ReadModelServerConfigTest, ReadsTextFormat) {
  const auto config = ReadModelServerConfig(
      tensorflow::Env::Default(),
      WriteFile("# ours\nmodel_config_list: { config: { name: \"half\" } }"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->model_config_list().config(0).name(), "half");
}

TEST(ReadModelServerConfigTest, NamesFileLineAndColumnOfAnError) {
  const std::string path =
      WriteFile("model_config_list {\n  config { nme: \"half\" }\n}");
  const absl::Status status =
      ReadModelServerConfig(tensorflow::Env::Default(), path).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith("Error parsing text-format "
                               "tensorflow.serving.ModelServerConfig: 2:15: "),
                    HasSubstr("\"nme\""), HasSubstr(path)));
}

TEST(ReadModelServerConfigTest, NamesAMissingFile) {
  const absl::Status status =
      ReadModelServerConfig(tensorflow::Env::Default(), "/no/such.config")
          .status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("/no/such.config"));
}

TEST(ValidateModelServerConfigTest, AcceptsAValidConfiguration) {
  EXPECT_EQ(Validate(Half("")), absl::OkStatus());
  EXPECT_EQ(Validate(Half(R"(model_platform: "table")")), absl::OkStatus());
  EXPECT_EQ(Validate(Half("model_type: TENSORFLOW")), absl::OkStatus());
  EXPECT_EQ(Validate(Half(R"(
      model_version_policy { specific { versions: 1 versions: 2 } }
      version_labels { key: "stable" value: 2 })")),
            absl::OkStatus());
  EXPECT_EQ(Validate(Parse("model_config_list {}")), absl::OkStatus());
  EXPECT_EQ(Validate(Parse("")), absl::OkStatus());
  EXPECT_EQ(Validate(Parse(R"(model_config_list {
      config { name: "a" base_path: "s3://bucket" } })")),
            absl::OkStatus());
}

struct Refused {
  const char* test;
  const char* config;
  const char* why;
};

class RefusedConfigTest : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedConfigTest, NamesTheProblem) {
  const absl::Status status = Validate(Parse(GetParam().config));
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedConfigTest,
    ::testing::Values(
        Refused{"CustomModelConfig", "custom_model_config {}",
                "custom_model_config"},
        Refused{"NoName", R"(model_config_list { config {
                base_path: "/a" } })",
                "\"/a\" has an empty name"},
        Refused{"DuplicateName", R"(model_config_list {
                config { name: "a" base_path: "/a" }
                config { name: "a" base_path: "/b" } })",
                "Illegal to list model a multiple times in config list"},
        Refused{"NoBasePath", R"(model_config_list { config { name: "a" } })",
                "Expected model a to have an absolute path or URI; got "
                "base_path()=;"},
        Refused{"RelativePath", R"(model_config_list { config {
                name: "a" base_path: "models/a" } })",
                "Expected model a to have an absolute path or URI; got "
                "base_path()=models/a;"},
        Refused{"PathWithAUrlWithin", R"(model_config_list { config {
                name: "a" base_path: "models/s3://a" } })",
                "base_path()=models/s3://a;"},
        Refused{"UnknownPlatform", R"(model_config_list { config {
                name: "a" base_path: "/a" model_platform: "caffe" } })",
                "\"caffe\"; the platforms of this server: \"table\", "
                "\"tensorflow\""},
        Refused{"OtherModelType", R"(model_config_list { config {
                name: "a" base_path: "/a" model_type: OTHER } })",
                "\"other\""},
        Refused{"TypeAndPlatform", R"(model_config_list { config {
                name: "a" base_path: "/a" model_type: TENSORFLOW
                model_platform: "tensorflow" } })",
                "both model_platform and model_type"},
        Refused{"NoSpecificVersion", R"(model_config_list { config {
                name: "a" base_path: "/a"
                model_version_policy { specific {} } } })",
                "is specific but has no version"}),
    [](const auto& info) { return info.param.test; });

class AllowedNameTest : public ::testing::TestWithParam<const char*> {};

TEST_P(AllowedNameTest, NamesAndLabelsMayHoldAnyCharacter) {
  ModelServerConfig config = Half("");
  auto* const model = config.mutable_model_config_list()->mutable_config(0);
  model->set_name(GetParam());
  (*model->mutable_version_labels())[GetParam()] = 1;
  EXPECT_EQ(Validate(config), absl::OkStatus());
}

INSTANTIATE_TEST_SUITE_P(All, AllowedNameTest,
                         ::testing::Values("a/b", "team/model/v2", "a:b", "a b",
                                           "a%2Fb", "模型", "Modèle", "a\nb",
                                           "\"quoted\"", "a?b#c", "versions",
                                           "/", "...", ".a", "a..b", "@",
                                           "a,b;c", "\xf0\x9f\x98\x80"));

struct RefusedName {
  const char* test;
  std::string name;
  std::string rule;
};

class RefusedNameTest : public ::testing::TestWithParam<RefusedName> {};

TEST_P(RefusedNameTest, TheErrorOfAModelStatesTheRuleAndIsShort) {
  ModelServerConfig config = Half("");
  config.mutable_model_config_list()->mutable_config(0)->set_name(
      GetParam().name);
  const absl::Status status = Validate(config);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(StartsWith("The model name \""), HasSubstr(GetParam().rule)));
  EXPECT_LT(status.message().size(), 400u);
}

TEST_P(RefusedNameTest, TheErrorOfALabelStatesTheRuleAndIsShort) {
  ModelServerConfig config = Half("");
  (*config.mutable_model_config_list()
        ->mutable_config(0)
        ->mutable_version_labels())[GetParam().name] = 1;
  const absl::Status status = Validate(config);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(StartsWith("Model \"half\": the version label \""),
                    HasSubstr(GetParam().rule)));
  EXPECT_LT(status.message().size(), 400u);
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedNameTest,
    ::testing::Values(RefusedName{"TooLong", std::string(513, 'a'),
                                  "at most 512 bytes"},
                      RefusedName{"FarTooLong", std::string(100 << 10, 'a'),
                                  "... (102400 bytes)"},
                      RefusedName{"DotDot", "..", "path segment"},
                      RefusedName{"Dot", ".", "path segment"},
                      RefusedName{"DotDotWithin", "a/../b", "path segment"},
                      RefusedName{"DotDotAtTheEnd", "a/..", "path segment"}),
    [](const auto& info) { return info.param.test; });

TEST(ValidateModelServerConfigTest, ANameOf512BytesIsAllowed) {
  ModelServerConfig config = Half("");
  config.mutable_model_config_list()->mutable_config(0)->set_name(
      std::string(512, 'a'));
  EXPECT_EQ(Validate(config), absl::OkStatus());
}

TEST(ValidateModelServerConfigTest, ABasePathHasAtMost8192Bytes) {
  ModelServerConfig config = Half("");
  auto* const model = config.mutable_model_config_list()->mutable_config(0);
  model->set_base_path("s3://" + std::string(100 << 10, 'b'));
  const absl::Status status = Validate(config);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("base path of model \"half\" is too long"));
  EXPECT_LT(status.message().size(), 400u);
}

TEST(ValidateModelServerConfigTest, ALabelMayBeEmpty) {
  EXPECT_EQ(Validate(Half(R"(version_labels { key: "" value: 1 })")),
            absl::OkStatus());
}

TEST(ValidateLabelTargetsTest, ALabelPointsAtAVersionOfThePolicy) {
  const ModelServerConfig config = Half(R"(
      model_version_policy { specific { versions: 1 } }
      version_labels { key: "stable" value: 2 })");
  EXPECT_EQ(Validate(config), absl::OkStatus());
  const absl::Status status = ValidateLabelTargets(config);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("\"stable\" of model \"half\" points at version 2"));
  EXPECT_EQ(ValidateLabelTargets(Half(R"(
      model_version_policy { specific { versions: 2 } }
      version_labels { key: "stable" value: 2 })")),
            absl::OkStatus());
}

TEST(SourceConfigOfTest, HasTheSettingsOfTheSource) {
  const auto source = SourceConfigOf(
      Half("model_version_policy { latest { num_versions: 2 } }"), 7, true);
  EXPECT_EQ(source.file_system_poll_wait_seconds(), 7);
  EXPECT_TRUE(source.servable_versions_always_present());
  ASSERT_EQ(source.servables_size(), 1);
  EXPECT_EQ(source.servables(0).servable_name(), "half");
  EXPECT_EQ(source.servables(0).base_path(), "/half");
  EXPECT_EQ(
      source.servables(0).servable_version_policy().latest().num_versions(), 2);
}

}  // namespace
}  // namespace tfs3
