// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/endpoint.h"

#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Options Make(const std::string& endpoint, std::optional<bool> use_https,
             std::optional<bool> virtual_host,
             const std::string& region = "eu-west-1") {
  Options options;
  options.endpoint = endpoint;
  options.endpoint_source = "S3_ENDPOINT";
  options.use_https = use_https;
  options.virtual_host_addressing = virtual_host;
  options.region = region;
  return options;
}

TEST(EndpointTest, PutsTheBucketIntoTheHostOrThePath) {
  constexpr std::nullopt_t kAuto = std::nullopt;
  struct Case {
    Options options;
    std::string bucket, url, path_prefix;
  };
  const std::vector<Case> cases = {
      // AWS.
      {Make("", kAuto, kAuto), "models",
       "https://models.s3.eu-west-1.amazonaws.com", ""},
      {Make("", kAuto, kAuto, "cn-north-1"), "models",
       "https://models.s3.cn-north-1.amazonaws.com.cn", ""},
      {Make("", false, kAuto), "models",
       "http://models.s3.eu-west-1.amazonaws.com", ""},
      {Make("", kAuto, kAuto), "my.models",
       "https://s3.eu-west-1.amazonaws.com", "/my.models"},
      {Make("", kAuto, false), "models", "https://s3.eu-west-1.amazonaws.com",
       "/models"},
      {Make("s3.amazonaws.com", kAuto, kAuto), "models",
       "https://models.s3.amazonaws.com", ""},
      {Make("https://s3.eu-west-1.amazonaws.com/", kAuto, kAuto), "models",
       "https://models.s3.eu-west-1.amazonaws.com", ""},
      // Other stores.
      {Make("http://127.0.0.1:9000", kAuto, kAuto), "models",
       "http://127.0.0.1:9000", "/models"},
      {Make("http://127.0.0.1:9000/", true, kAuto), "models",
       "http://127.0.0.1:9000", "/models"},
      {Make("127.0.0.1:9000", kAuto, kAuto), "models", "https://127.0.0.1:9000",
       "/models"},
      {Make("127.0.0.1:9000", false, kAuto), "models", "http://127.0.0.1:9000",
       "/models"},
      {Make("minio", false, kAuto), "models", "http://minio", "/models"},
      {Make("minio:80", false, kAuto), "models", "http://minio", "/models"},
      {Make("minio:443", false, kAuto), "models", "http://minio:443",
       "/models"},
      {Make("https://minio.example.com", kAuto, true), "models",
       "https://models.minio.example.com", ""},
      {Make("http://proxy/s3/", kAuto, kAuto), "models", "http://proxy",
       "/s3/models"},
      {Make("http://[::1]:9000", kAuto, kAuto), "models", "http://[::1]:9000",
       "/models"},
      {Make("http://[::1]", kAuto, kAuto), "models", "http://[::1]", "/models"},
  };
  for (const Case& c : cases) {
    Result<Endpoint> endpoint = ResolveEndpoint(c.options, c.bucket);
    ASSERT_TRUE(endpoint.ok()) << endpoint.status().message;
    EXPECT_EQ(endpoint->Url(), c.url) << c.options.endpoint;
    EXPECT_EQ(endpoint->path_prefix, c.path_prefix) << c.options.endpoint;
  }
}

TEST(EndpointTest, UsesTheKnownRegionOfABucket) {
  const auto url = [](const Options& options) {
    const Result<Endpoint> endpoint =
        ResolveEndpoint(options, "models", "us-west-2");
    return endpoint->Url() + endpoint->path_prefix + " " + endpoint->region;
  };
  const std::string there =
      "https://models.s3.us-west-2.amazonaws.com us-west-2";
  EXPECT_EQ(url(Make("", std::nullopt, std::nullopt)), there);
  EXPECT_EQ(url(Make("s3.amazonaws.com", std::nullopt, std::nullopt)), there);
  EXPECT_EQ(url(Make("https://s3.eu-west-1.amazonaws.com", std::nullopt,
                     std::nullopt)),
            there);
  EXPECT_EQ(url(Make("http://minio:9000", std::nullopt, std::nullopt)),
            "http://minio:9000/models us-west-2");
  EXPECT_EQ(url(Make("https://b.vpce-1.s3.eu-west-1.vpce.amazonaws.com",
                     std::nullopt, false)),
            "https://b.vpce-1.s3.eu-west-1.vpce.amazonaws.com/models "
            "us-west-2");
}

TEST(EndpointTest, TheRegionOfTheSignature) {
  EXPECT_EQ(
      ResolveEndpoint(Make("", std::nullopt, std::nullopt), "models")->region,
      "eu-west-1");
  EXPECT_EQ(ResolveEndpoint(Make("http://minio", std::nullopt, std::nullopt),
                            "models")
                ->region,
            "eu-west-1");
}

TEST(EndpointTest, AccelerationDualStackAndFips) {
  struct Case {
    bool accelerate, dual_stack, fips;
    std::string bucket, url;
  };
  const std::vector<Case> cases = {
      {true, false, false, "models",
       "https://models.s3-accelerate.amazonaws.com"},
      {true, true, false, "models",
       "https://models.s3-accelerate.dualstack.amazonaws.com"},
      {false, true, false, "models",
       "https://models.s3.dualstack.eu-west-1.amazonaws.com"},
      {false, false, true, "models",
       "https://models.s3-fips.eu-west-1.amazonaws.com"},
      {false, true, true, "my.models",
       "https://s3-fips.dualstack.eu-west-1.amazonaws.com/my.models"},
  };
  for (const Case& c : cases) {
    for (const std::string endpoint : {"", "s3.amazonaws.com"}) {
      Options options = Make(endpoint, std::nullopt, std::nullopt);
      if (c.accelerate) {
        options.accelerate_source = "S3_USE_ACCELERATE";
      }
      if (c.dual_stack) {
        options.dual_stack_source = "AWS_USE_DUALSTACK_ENDPOINT";
      }
      if (c.fips) {
        options.fips_source = "AWS_USE_FIPS_ENDPOINT";
      }
      const Result<Endpoint> resolved = ResolveEndpoint(options, c.bucket);
      ASSERT_TRUE(resolved.ok()) << resolved.status().message;
      EXPECT_EQ(resolved->Url() + resolved->path_prefix, c.url);
      EXPECT_EQ(resolved->region, "eu-west-1");
    }
  }
}

TEST(EndpointTest, AccessPointsHaveTheirOwnHosts) {
  const std::string arn =
      "arn:aws:s3:us-west-2:123456789012:accesspoint/models";
  Options options = Make("", std::nullopt, std::nullopt);
  EXPECT_EQ(
      ResolveEndpoint(options, arn)->Url(),
      "https://models-123456789012.s3-accesspoint.us-west-2.amazonaws.com");
  EXPECT_EQ(ResolveEndpoint(options, arn)->path_prefix, "");
  EXPECT_EQ(ResolveEndpoint(options, arn)->region, "us-west-2");
  options.dual_stack_source = "AWS_USE_DUALSTACK_ENDPOINT";
  options.fips_source = "AWS_USE_FIPS_ENDPOINT";
  EXPECT_EQ(ResolveEndpoint(options, arn)->Url(),
            "https://models-123456789012.s3-accesspoint-fips.dualstack."
            "us-west-2.amazonaws.com");
}

TEST(EndpointTest, ReportsContradictorySettings) {
  const std::string arn =
      "arn:aws:s3:us-west-2:123456789012:accesspoint/models";
  Options minio = Make("http://minio", std::nullopt, std::nullopt);
  EXPECT_THAT(ResolveEndpoint(minio, arn).status().message,
              HasSubstr("http://minio, set by S3_ENDPOINT"));
  minio.accelerate_source = "S3_USE_ACCELERATE";
  EXPECT_THAT(ResolveEndpoint(minio, "models").status().message,
              HasSubstr("S3_USE_ACCELERATE cannot be used: it is for AWS, and "
                        "the endpoint is http://minio, set by S3_ENDPOINT"));
  Options aws = Make("", std::nullopt, std::nullopt);
  aws.accelerate_source = "S3_USE_ACCELERATE";
  EXPECT_THAT(ResolveEndpoint(aws, "my.models").status().message,
              HasSubstr("dots"));
  EXPECT_THAT(ResolveEndpoint(aws, arn).status().message,
              HasSubstr("access points have no transfer acceleration"));
  aws.fips_source = "AWS_USE_FIPS_ENDPOINT";
  EXPECT_THAT(ResolveEndpoint(aws, "models").status().message,
              HasSubstr("AWS_USE_FIPS_ENDPOINT"));
}

TEST(EndpointTest, AppliesTheNamingRulesOfAwsToAws) {
  for (const std::string endpoint :
       {"", "s3.amazonaws.com", "https://s3.eu-west-1.amazonaws.com"}) {
    Options options = Make(endpoint, std::nullopt, std::nullopt);
    for (const std::string bucket : {"Models", "my_models", "ab", "a:b"}) {
      const Status status = ResolveEndpoint(options, bucket).status();
      EXPECT_EQ(status.code, TF_INVALID_ARGUMENT) << bucket;
      EXPECT_THAT(status.message,
                  HasSubstr(bucket + "\" is not a bucket name"));
    }
    options.region_source = "AWS_REGION";
    for (const std::string region : {"RegionOne", "us_east", "US East", ""}) {
      options.region = region;
      const Status status = ResolveEndpoint(options, "models").status();
      EXPECT_EQ(status.code, TF_INVALID_ARGUMENT) << region;
      EXPECT_THAT(status.message,
                  HasSubstr("the region \"" + region +
                            "\", set by AWS_REGION, is not a region of AWS"));
    }
  }
}

TEST(EndpointTest, AcceptsOtherNamesForOtherStores) {
  Options options = Make("http://minio", std::nullopt, std::nullopt);
  const std::vector<std::pair<std::string, std::string>> buckets = {
      {"Models", "/Models"},
      {"my_models", "/my_models"},
      {"a", "/a"},
      {"192.168.0.1", "/192.168.0.1"},
      {"tenant:models", "/tenant%3Amodels"},
      {"a b", "/a%20b"},
      {std::string(200, 'a'), "/" + std::string(200, 'a')},
  };
  for (const std::string region :
       {"RegionOne", "us_east", "garage", "auto", "US East"}) {
    options.region = region;
    for (const auto& [bucket, path] : buckets) {
      const Result<Endpoint> endpoint = ResolveEndpoint(options, bucket);
      ASSERT_TRUE(endpoint.ok()) << endpoint.status().message;
      EXPECT_EQ(endpoint->path_prefix, path);
      EXPECT_EQ(endpoint->region, region);
    }
    EXPECT_EQ(ResolveEndpoint(options, "models", "Region_Two")->region,
              "Region_Two");
  }
  for (const std::string region : {"a/b", "a\r\nX: y", "a,b"}) {
    options.region = region;
    EXPECT_EQ(ResolveEndpoint(options, "models").status().code,
              TF_INVALID_ARGUMENT);
  }
}

TEST(EndpointTest, ABucketThatCannotBeAHostNameIsInThePath) {
  const Options options = Make("http://minio", std::nullopt, true);
  EXPECT_EQ(ResolveEndpoint(options, "models")->host, "models.minio");
  for (const std::string bucket : {"Models", "my_models"}) {
    EXPECT_EQ(ResolveEndpoint(options, bucket)->host, "minio");
    EXPECT_EQ(ResolveEndpoint(options, bucket)->path_prefix, "/" + bucket);
  }
}

TEST(EndpointTest, RejectsAnInvalidEndpointWithItsSource) {
  const std::vector<std::string> cases = {
      "ftp://host",       "http://",        "http://:9000",
      "host:port",        "host:0",         "host:65536",
      "host:9000:1",      "http://ho st",   "http://user:pw@host",
      "http://[::1",      "http://[::1]x",  "http://[host]:1",
      "http://host/?a=b", "http://host\r\n"};
  for (const std::string& text : cases) {
    Result<Endpoint> endpoint =
        ResolveEndpoint(Make(text, std::nullopt, std::nullopt), "models");
    ASSERT_FALSE(endpoint.ok()) << text;
    EXPECT_EQ(endpoint.status().code, TF_INVALID_ARGUMENT);
    EXPECT_THAT(endpoint.status().message, HasSubstr("set by S3_ENDPOINT"));
  }
}

TEST(EndpointTest, DoesNotRepeatAPassword) {
  Result<Endpoint> endpoint = ResolveEndpoint(
      Make("http://user:geheim@host", std::nullopt, std::nullopt), "models");
  ASSERT_FALSE(endpoint.ok());
  EXPECT_THAT(endpoint.status().message, Not(HasSubstr("geheim")));
}

TEST(EndpointTest, ADirectoryBucketUsesTheHostOfItsZone) {
  constexpr std::nullopt_t kAuto = std::nullopt;
  const std::string bucket = "models--usw2-az1--x-s3";
  Options dual_stack = Make("", kAuto, kAuto);
  dual_stack.dual_stack_source = "AWS_USE_DUALSTACK_ENDPOINT";
  Options fips = dual_stack;
  fips.fips_source = "AWS_USE_FIPS_ENDPOINT";
  struct Case {
    Options options;
    std::string bucket, url, path_prefix, region;
  };
  const std::vector<Case> cases = {
      {Make("", kAuto, kAuto), bucket,
       "https://" + bucket + ".s3express-usw2-az1.us-west-2.amazonaws.com", "",
       "us-west-2"},
      // AWS has no path style for these.
      {Make("", kAuto, false), bucket,
       "https://" + bucket + ".s3express-usw2-az1.us-west-2.amazonaws.com", "",
       "us-west-2"},
      {Make("https://s3.eu-west-1.amazonaws.com", kAuto, kAuto), bucket,
       "https://" + bucket + ".s3express-usw2-az1.us-west-2.amazonaws.com", "",
       "us-west-2"},
      {Make("https://s3express-usw2-az1.us-west-2.amazonaws.com", kAuto, kAuto),
       bucket,
       "https://" + bucket + ".s3express-usw2-az1.us-west-2.amazonaws.com", "",
       "us-west-2"},
      {dual_stack, bucket,
       "https://" + bucket +
           ".s3express-usw2-az1.dualstack.us-west-2.amazonaws.com",
       "", "us-west-2"},
      {fips, bucket,
       "https://" + bucket +
           ".s3express-fips-usw2-az1.dualstack.us-west-2.amazonaws.com",
       "", "us-west-2"},
      {Make("", kAuto, kAuto), "point--usw2-az1--xa-s3",
       "https://point--usw2-az1--xa-s3.s3express-usw2-az1.us-west-2."
       "amazonaws.com",
       "", "us-west-2"},
      {Make("", kAuto, kAuto), "models--newzone--x-s3",
       "https://models--newzone--x-s3.s3express-newzone.eu-west-1."
       "amazonaws.com",
       "", "eu-west-1"},
      {Make("http://127.0.0.1:9000", kAuto, kAuto), bucket,
       "http://127.0.0.1:9000", "/" + bucket, "eu-west-1"},
  };
  for (const Case& c : cases) {
    Result<Endpoint> endpoint = ResolveEndpoint(c.options, c.bucket);
    ASSERT_TRUE(endpoint.ok()) << endpoint.status().message;
    EXPECT_EQ(endpoint->Url(), c.url);
    EXPECT_EQ(endpoint->path_prefix, c.path_prefix);
    EXPECT_EQ(endpoint->region, c.region);
    EXPECT_EQ(endpoint->service, "s3express");
  }
  EXPECT_EQ(ResolveEndpoint(Make("", kAuto, kAuto), "models")->service, "s3");
}

TEST(EndpointTest, ADirectoryBucketHasNoAcceleration) {
  Options options = Make("", std::nullopt, std::nullopt);
  options.accelerate_source = "S3_USE_ACCELERATE";
  const Result<Endpoint> endpoint =
      ResolveEndpoint(options, "models--usw2-az1--x-s3");
  EXPECT_EQ(endpoint.status().code, TF_INVALID_ARGUMENT);
  EXPECT_THAT(endpoint.status().message,
              HasSubstr("S3_USE_ACCELERATE cannot be used: directory "
                        "buckets have no transfer acceleration"));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
