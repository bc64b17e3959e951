// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_hosts.h"

namespace tfs3 {
namespace s3 {
namespace {

struct Partition {
  const char* region_prefix;
  const char* name;
  const char* domain;
  const char* dual_stack_domain;  // Of all services except S3.
};

// The last entry matches all other regions.
constexpr Partition kPartitions[] = {
    {"cn-", "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"us-gov-", "aws-us-gov", "amazonaws.com", "api.aws"},
    {"us-iso-", "aws-iso", "c2s.ic.gov", "api.aws.ic.gov"},
    {"us-isob-", "aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"},
    {"us-isof-", "aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"eu-isoe-", "aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"eusc-", "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"", "aws", "amazonaws.com", "api.aws"},
};

const Partition& PartitionOf(const std::string& region) {
  const Partition* partition = kPartitions;
  while (region.compare(0, std::string(partition->region_prefix).size(),
                        partition->region_prefix) != 0) {
    ++partition;
  }
  return *partition;
}

bool EndsWith(const std::string& text, const std::string& suffix) {
  return text.size() >= suffix.size() &&
         text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

}  // namespace

std::string AwsHost(const std::string& service, const std::string& region,
                    AwsHostVariant variant) {
  const Partition& partition = PartitionOf(region);
  const std::string name = service + (variant.fips ? "-fips" : "");
  if (!variant.dual_stack) {
    return name + "." + region + "." + partition.domain;
  }
  const bool s3 = service.compare(0, 2, "s3") == 0;
  return s3 ? name + ".dualstack." + region + "." + partition.domain
            : name + "." + region + "." + partition.dual_stack_domain;
}

std::string AwsDomain(const std::string& region) {
  return PartitionOf(region).domain;
}

std::string AwsPartition(const std::string& region) {
  return PartitionOf(region).name;
}

bool IsAwsHost(const std::string& host) {
  for (const Partition& partition : kPartitions) {
    if (EndsWith(host, std::string(".") + partition.domain)) {
      return true;
    }
  }
  return false;
}

std::optional<std::string> PublicS3Region(const std::string& host) {
  if (host == "s3.amazonaws.com" || host == "s3-external-1.amazonaws.com") {
    return "";
  }
  for (const Partition& partition : kPartitions) {
    const std::string domain = std::string(".") + partition.domain;
    if (!EndsWith(host, domain)) {
      continue;
    }
    const std::string name = host.substr(0, host.size() - domain.size());
    if (name.compare(0, 3, "s3.") != 0 && name.compare(0, 3, "s3-") != 0) {
      continue;
    }
    const std::string region = name.substr(3);
    if (region.find('-') != std::string::npos && IsRegionName(region) &&
        &PartitionOf(region) == &partition) {
      return region;
    }
  }
  return std::nullopt;
}

bool IsRegionName(const std::string& text) {
  if (text.empty()) {
    return false;
  }
  for (const char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
      return false;
    }
  }
  return true;
}

bool CanBeSigned(const std::string& region) {
  // In the signature header, the region is between slashes and before a comma.
  for (const char c : region) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f' || c == '/' ||
        c == ',') {
      return false;
    }
  }
  return !region.empty() && region.front() != ' ' && region.back() != ' ';
}

}  // namespace s3
}  // namespace tfs3
