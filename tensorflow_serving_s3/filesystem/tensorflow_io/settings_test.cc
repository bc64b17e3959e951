// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/tensorflow_io/settings.h"

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

struct Case {
  std::string name;
  Environment environment;
  EnvironmentChanges changes;
};

class SettingsTest : public ::testing::TestWithParam<Case> {};

TEST_P(SettingsTest, AreThoseOfTheFlavourCrt) {
  EXPECT_EQ(TensorflowIoSettings(GetParam().environment), GetParam().changes);
}

constexpr char kEndpoint[] = "S3_ENDPOINT";
constexpr char kOnePart[] = "S3_DISABLE_MULTI_PART_DOWNLOAD";

INSTANTIATE_TEST_SUITE_P(
    Endpoints, SettingsTest,
    ::testing::Values(
        Case{"Aws", {}, {}},
        Case{"EndpointOfTensorflowIo",
             {{kEndpoint, "http://minio:9000"}},
             {{kOnePart, "1"}}},
        Case{"SchemeInCapitals",
             {{kEndpoint, "HTTP://minio:9000"}},
             {{kOnePart, "1"}}},
        Case{"EndpointUrl",
             {{"AWS_ENDPOINT_URL", "http://minio:9000"}},
             {{kEndpoint, "http://minio:9000"}, {kOnePart, "1"}}},
        Case{"EndpointUrlOfS3ComesFirst",
             {{"AWS_ENDPOINT_URL", "http://sts"},
              {"AWS_ENDPOINT_URL_S3", "http://s3"}},
             {{kEndpoint, "http://s3"}, {kOnePart, "1"}}},
        Case{"S3EndpointComesBeforeUrls",
             {{kEndpoint, "http://own"},
              {"AWS_ENDPOINT_URL_S3", "http://s3"},
              {"AWS_ENDPOINT_URL", "http://sts"}},
             {{kOnePart, "1"}}},
        Case{"IgnoredUrls",
             {{"AWS_ENDPOINT_URL_S3", "http://s3"},
              {"AWS_ENDPOINT_URL", "http://s3"},
              {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "Yes"}},
             {}},
        Case{"S3EndpointIsNotIgnored",
             {{kEndpoint, "own:1"},
              {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "1"}},
             {{kEndpoint, "https://own:1"}, {kOnePart, "1"}}},
        Case{"WithoutScheme",
             {{kEndpoint, "minio:9000"}},
             {{kEndpoint, "https://minio:9000"}, {kOnePart, "1"}}},
        Case{"WithoutSchemeAndNotHttps",
             {{kEndpoint, "minio:9000"}, {"S3_USE_HTTPS", "0"}},
             {{kEndpoint, "http://minio:9000"}, {kOnePart, "1"}}},
        Case{"TheSchemeComesBeforeS3UseHttps",
             {{kEndpoint, "https://minio"}, {"S3_USE_HTTPS", "false"}},
             {{kOnePart, "1"}}},
        Case{"WordsThatAreNotAllowedAreIgnored",
             {{kEndpoint, "minio"}, {"S3_USE_HTTPS", "perhaps"}},
             {{kEndpoint, "https://minio"}, {kOnePart, "1"}}},
        Case{"SlashAtTheEnd",
             {{"AWS_ENDPOINT_URL", "http://minio:9000/"}},
             {{kEndpoint, "http://minio:9000"}, {kOnePart, "1"}}},
        Case{"EmptyIsNotSet", {{kEndpoint, ""}}, {{kEndpoint, std::nullopt}}},
        Case{"EmptyLeavesTheNext",
             {{kEndpoint, ""}, {"AWS_ENDPOINT_URL", "http://minio"}},
             {{kEndpoint, "http://minio"}, {kOnePart, "1"}}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Parts, SettingsTest,
    ::testing::Values(
        Case{"AwsEndpoint",
             {{kEndpoint, "https://s3.eu-west-1.amazonaws.com"}},
             {}},
        Case{"AwsEndpointOfChina",
             {{kEndpoint, "https://s3.cn-north-1.AMAZONAWS.com.cn:443/"}},
             {{kEndpoint, "https://s3.cn-north-1.AMAZONAWS.com.cn:443"}}},
        Case{"AwsInThePathOnly",
             {{kEndpoint, "https://proxy/s3.amazonaws.com"}},
             {{kOnePart, "1"}}},
        Case{"AwsAsPartOfAName",
             {{kEndpoint, "https://notamazonaws.com"}},
             {{kOnePart, "1"}}},
        Case{"TheUserDecides",
             {{kEndpoint, "http://minio"}, {kOnePart, "0"}},
             {}},
        Case{"EmptyIsNotSet",
             {{kEndpoint, "http://minio"}, {kOnePart, ""}},
             {{kOnePart, "1"}}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Others, SettingsTest,
    ::testing::Values(
        Case{"CaBundle",
             {{"AWS_CA_BUNDLE", "/ca.pem"}},
             {{"S3_CA_FILE", "/ca.pem"}}},
        Case{"CaFileComesFirst",
             {{"AWS_CA_BUNDLE", "/ca.pem"}, {"S3_CA_FILE", "/own.pem"}},
             {}},
        Case{"EmptyCaBundle", {{"AWS_CA_BUNDLE", ""}}, {}},
        Case{"Region",
             {{"AWS_REGION", "eu-west-1"}},
             {{"AWS_DEFAULT_REGION", "eu-west-1"}}},
        Case{"RegionComesBeforeTheDefault",
             {{"AWS_REGION", "eu-west-1"}, {"AWS_DEFAULT_REGION", "us-east-1"}},
             {{"AWS_DEFAULT_REGION", "eu-west-1"}}},
        Case{"DefaultRegion", {{"AWS_DEFAULT_REGION", "eu-west-1"}}, {}},
        Case{"MetadataDisabled",
             {{"AWS_EC2_METADATA_DISABLED", "1"}},
             {{"AWS_EC2_METADATA_DISABLED", "true"}}},
        Case{"MetadataNotDisabled",
             {{"AWS_EC2_METADATA_DISABLED", "false"}},
             {}},
        Case{"OtherVariablesStay",
             {{"PATH", "/bin"}, {"AWS_ACCESS_KEY_ID", "key"}},
             {}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace tfs3
