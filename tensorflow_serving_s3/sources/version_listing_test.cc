// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/sources/version_listing.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<std::pair<int64_t, std::string>> Versions(
    const VersionListing& listing) {
  std::vector<std::pair<int64_t, std::string>> versions;
  for (const VersionListing::Version& version : listing.versions) {
    versions.emplace_back(version.number, version.name);
  }
  return versions;
}

TEST(VersionListingTest, ReadsNumbersNewestFirst) {
  const VersionListing listing = ListVersions({"9", "10", "0"});
  EXPECT_THAT(Versions(listing),
              ElementsAre(Pair(10, "10"), Pair(9, "9"), Pair(0, "0")));
  EXPECT_THAT(listing.problems, IsEmpty());
}

TEST(VersionListingTest, KeepsLeadingZerosInTheName) {
  EXPECT_THAT(Versions(ListVersions({"00000123"})),
              ElementsAre(Pair(123, "00000123")));
}

TEST(VersionListingTest, IgnoresTrailingSlashes) {
  EXPECT_THAT(Versions(ListVersions({"123/", "7//"})),
              ElementsAre(Pair(123, "123"), Pair(7, "7")));
}

TEST(VersionListingTest, IgnoresOtherNames) {
  const VersionListing listing =
      ListVersions({"", "/", ".", "v1", "1.0", "-1", "+1", " 1", "1 ", "0x1",
                    "1e3", "1_tmp", "\xd9\xa1", "README.md"});
  EXPECT_THAT(listing.versions, IsEmpty());
  EXPECT_THAT(listing.problems, IsEmpty());
}

TEST(VersionListingTest, TheLargestNumberIsAVersion) {
  EXPECT_THAT(Versions(ListVersions({"9223372036854775807"})),
              ElementsAre(Pair(INT64_MAX, "9223372036854775807")));
}

TEST(VersionListingTest, ANumberThatIsTooLargeIsAProblem) {
  const VersionListing listing = ListVersions({"9223372036854775808", "1"});
  EXPECT_THAT(Versions(listing), ElementsAre(Pair(1, "1")));
  EXPECT_THAT(
      listing.problems,
      ElementsAre("\"9223372036854775808\" is ignored: a version number is at "
                  "most 9223372036854775807"));
}

TEST(VersionListingTest, UsesTheShortestNameOfANumber) {
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{"7", "007", "07"}, {"007", "07", "7"}}) {
    const VersionListing listing = ListVersions(names);
    EXPECT_THAT(Versions(listing), ElementsAre(Pair(7, "7")));
    EXPECT_THAT(
        listing.problems,
        ElementsAre(HasSubstr("\"007\" is ignored: \"7\" is version 7 too; "
                              "delete one"),
                    HasSubstr("\"07\" is ignored")));
  }
}

TEST(VersionListingTest, IgnoresDuplicateNames) {
  const VersionListing listing = ListVersions({"7", "7/"});
  EXPECT_THAT(Versions(listing), ElementsAre(Pair(7, "7")));
  EXPECT_THAT(listing.problems, IsEmpty());
}

}  // namespace
}  // namespace tfs3
