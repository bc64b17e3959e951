// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/api/model_path.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace tfs3::rest {
namespace {

struct Named {
  std::string part;
  std::string name;
};

TEST(ModelPathTest, DecodesNamesAndLabels) {
  for (const Named& c : {
           Named{"half", "half"},
           Named{"%68%61lf", "half"},
           Named{"%E6%A8%A1%E5%9E%8B", "模型"},
           Named{"%e6%a8%a1%e5%9e%8b", "模型"},
           Named{"模型", "模型"},
           Named{"a%2Fb%2fc", "a/b/c"},
           Named{"a%3Apredict", "a:predict"},
           Named{"with%20space", "with space"},
           Named{"with+plus", "with+plus"},
           Named{"with%2Bplus", "with+plus"},
           Named{"100%25", "100%"},
           Named{"a%2541", "a%41"},
           Named{"..", ".."},
           Named{"%2e%2e", ".."},
           Named{"%2E%2E%2Fetc", "../etc"},
           Named{"a%3Fb%23c%26d%3De", "a?b#c&d=e"},
           Named{"%00%0A%7f%ff", std::string("\0\n\x7f\xff", 4)},
           Named{"versions", "versions"},
           Named{"a%2Fversions%2F1", "a/versions/1"},
       }) {
    std::optional<ModelPath> path =
        ParseModelPath("POST", "/v1/models/" + c.part + ":predict");
    ASSERT_TRUE(path.has_value()) << c.part;
    EXPECT_EQ(path->spec.name(), c.name);
    EXPECT_EQ(path->action, ModelAction::kPredict);

    path = ParseModelPath("GET", "/v1/models/" + c.part + "/metadata");
    ASSERT_TRUE(path.has_value()) << c.part;
    EXPECT_EQ(path->spec.name(), c.name);
    EXPECT_EQ(path->action, ModelAction::kMetadata);

    path =
        ParseModelPath("POST", "/v1/models/half/labels/" + c.part + ":regress");
    ASSERT_TRUE(path.has_value()) << c.part;
    EXPECT_EQ(path->spec.version_label(), c.name);
    EXPECT_EQ(path->spec.name(), "half");
  }
}

TEST(ModelPathTest, RefusesAPercentSignWithoutTwoHexadecimalDigits) {
  for (const std::string part : {"%", "a%", "%2", "a%2", "%zz", "%2z", "%z2",
                                 "%%41", "% 41", "%u0041", "%-1", "%2%30"}) {
    EXPECT_FALSE(ParseModelPath("GET", "/v1/models/" + part)) << part;
    EXPECT_FALSE(ParseModelPath("POST", "/v1/models/" + part + ":predict"))
        << part;
    EXPECT_FALSE(ParseModelPath("GET", "/v1/models/half/labels/" + part))
        << part;
  }
}

TEST(ModelPathTest, EncodedPunctuationDoesNotSplitAPath) {
  EXPECT_FALSE(ParseModelPath("POST", "/v1/models/half%3Apredict"));
  EXPECT_FALSE(ParseModelPath("GET", "/v1/models%2Fhalf"));
  const std::optional<ModelPath> path =
      ParseModelPath("GET", "/v1/models/half%2Fmetadata");
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->spec.name(), "half/metadata");
  EXPECT_EQ(path->action, ModelAction::kStatus);
}

TEST(ModelPathTest, VersionsAreDigits) {
  for (const std::string version : {"1", "0", "00001", "9223372036854775807"}) {
    const std::optional<ModelPath> path =
        ParseModelPath("GET", "/v1/models/half/versions/" + version);
    ASSERT_TRUE(path.has_value()) << version;
    EXPECT_EQ(path->spec.version().value(), std::stoll(version));
  }
  for (const std::string version :
       {"", "+1", "-1", "-0", " 1", "1 ", "%31", "1%20", "1.0", "0x1", "1e0",
        "canary", "9223372036854775808", "99999999999999999999", "１"}) {
    EXPECT_FALSE(ParseModelPath("GET", "/v1/models/half/versions/" + version))
        << version;
    EXPECT_FALSE(ParseModelPath(
        "POST", "/v1/models/half/versions/" + version + ":predict"))
        << version;
  }
}

TEST(ModelPathTest, MetadataInAnotherCaseMeansStatus) {
  const std::optional<ModelPath> path =
      ParseModelPath("GET", "/v1/models/half/Metadata");
  ASSERT_TRUE(path.has_value());
  EXPECT_EQ(path->spec.name(), "half");
  EXPECT_EQ(path->action, ModelAction::kStatus);
}

}  // namespace
}  // namespace tfs3::rest
