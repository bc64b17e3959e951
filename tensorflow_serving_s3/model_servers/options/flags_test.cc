// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/flags.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace {

using ::testing::HasSubstr;

class FlagsTest : public ::testing::Test {
 protected:
  absl::Status Parse(std::vector<const char*> arguments) {
    return ParseFlags(flags_, arguments);
  }

  std::string name_ = "default";
  int64_t port_ = 8500;
  double share_ = 0.5;
  bool verbose_ = false;
  const std::vector<FlagGroup> flags_ = {
      {"Models", {{"model_name", &name_, "The name."}}},
      {"Others",
       {{"port", &port_, "The port.", 0, 65535},
        {"share", &share_, "The share."},
        {"verbose", &verbose_, "Log details."}}},
  };
};

TEST_F(FlagsTest, WithoutArgumentsKeepsTheDefaults) {
  ASSERT_TRUE(Parse({}).ok());
  EXPECT_EQ(name_, "default");
  EXPECT_EQ(port_, 8500);
  EXPECT_FALSE(verbose_);
}

TEST_F(FlagsTest, ParsesAValueAfterAnEqualsSign) {
  ASSERT_TRUE(
      Parse({"--model_name=a=b", "--port=1", "--verbose=true", "--share=0.25"})
          .ok());
  EXPECT_EQ(share_, 0.25);
  EXPECT_EQ(name_, "a=b");
  EXPECT_EQ(port_, 1);
  EXPECT_TRUE(verbose_);
}

TEST_F(FlagsTest, ParsesTheNextArgumentAsValue) {
  ASSERT_TRUE(Parse({"--model_name", "half", "--port", "2"}).ok());
  EXPECT_EQ(name_, "half");
  EXPECT_EQ(port_, 2);
}

TEST_F(FlagsTest, ABoolWithoutValueIsTrueAndKeepsTheNextArgument) {
  ASSERT_TRUE(Parse({"--verbose", "--port=3"}).ok());
  EXPECT_TRUE(verbose_);
  EXPECT_EQ(port_, 3);
}

TEST(ValueIfAloneTest, StandsForAMissingOrEmptyValue) {
  std::string url;
  bool verbose = false;
  const std::vector<FlagGroup> groups = {
      {"Group",
       {{"probe", &url, "The URL.", INT64_MIN, INT64_MAX, "http://a"},
        {"verbose", &verbose, "Log details."}}}};
  for (const char* const flag : {"--probe", "--probe=", "-probe"}) {
    url.clear();
    verbose = false;
    ASSERT_TRUE(ParseFlags(groups, {flag, "--verbose"}).ok()) << flag;
    EXPECT_EQ(url, "http://a") << flag;
    EXPECT_TRUE(verbose) << flag;
  }
  ASSERT_TRUE(ParseFlags(groups, {"--probe=http://b"}).ok());
  EXPECT_EQ(url, "http://b");
  EXPECT_FALSE(ParseFlags(groups, {"--probe", "http://b"}).ok());
}

TEST_F(FlagsTest, OneDashIsAsGoodAsTwo) {
  ASSERT_TRUE(Parse({"-model_name=half", "-port", "2", "-verbose"}).ok());
  EXPECT_EQ(name_, "half");
  EXPECT_EQ(port_, 2);
  EXPECT_TRUE(verbose_);
}

TEST_F(FlagsTest, ABoolAcceptsTheValuesOfTensorFlow) {
  for (const char* const value : {"true", "TRUE", "True", "1"}) {
    verbose_ = false;
    const std::string flag = absl::StrCat("--verbose=", value);
    ASSERT_TRUE(Parse({flag.c_str()}).ok()) << flag;
    EXPECT_TRUE(verbose_) << flag;
    verbose_ = false;
    ASSERT_TRUE(Parse({"--verbose", value}).ok()) << value;
    EXPECT_TRUE(verbose_) << value;
  }
  for (const char* const value : {"false", "FALSE", "False", "0"}) {
    verbose_ = true;
    const std::string flag = absl::StrCat("--verbose=", value);
    ASSERT_TRUE(Parse({flag.c_str()}).ok()) << flag;
    EXPECT_FALSE(verbose_) << flag;
    verbose_ = true;
    ASSERT_TRUE(Parse({"--verbose", value}).ok()) << value;
    EXPECT_FALSE(verbose_) << value;
  }
}

TEST_F(FlagsTest, ANumberMayHaveALeadingSignZeroOrSpace) {
  for (const char* const flag : {"--port=+80", "--port=0080", "--port= 80"}) {
    port_ = 0;
    ASSERT_TRUE(Parse({flag}).ok()) << flag;
    EXPECT_EQ(port_, 80) << flag;
  }
}

TEST_F(FlagsTest, EmptyArgumentsAreIgnored) {
  ASSERT_TRUE(Parse({"", "--port=3", "", "--"}).ok());
  EXPECT_EQ(port_, 3);
}

TEST_F(FlagsTest, ParsesTheArgumentsAfterAnError) {
  const absl::Status status = Parse({"--prt=1", "--port=many", "--verbose"});
  EXPECT_THAT(std::string(status.message()), HasSubstr("--prt"));
  EXPECT_TRUE(verbose_);
}

TEST_F(FlagsTest, TheLastOfTwoValuesCounts) {
  ASSERT_TRUE(Parse({"--port=3", "--port=4"}).ok());
  EXPECT_EQ(port_, 4);
}

TEST_F(FlagsTest, AnEmptyStringIsAValue) {
  ASSERT_TRUE(Parse({"--model_name="}).ok());
  EXPECT_EQ(name_, "");
}

struct BadArguments {
  std::vector<const char*> arguments;
  std::string message;
};

class BadFlagsTest : public FlagsTest,
                     public ::testing::WithParamInterface<BadArguments> {};

TEST_P(BadFlagsTest, ReturnsInvalidArgument) {
  const absl::Status status = Parse(GetParam().arguments);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadFlagsTest,
    ::testing::Values(
        BadArguments{{"--model_nam=x"}, "did you mean --model_name?"},
        BadArguments{{"--xyzzy"}, "unknown flag --xyzzy (--help"},
        BadArguments{{"--port=many"}, "--port=many: expected a whole number"},
        BadArguments{{"--port="}, "--port=: expected a whole number"},
        BadArguments{{"--port=65536"}, "from 0 to 65535"},
        BadArguments{{"--port=-1"}, "from 0 to 65535"},
        BadArguments{{"--port=99999999999999999999"}, "whole number"},
        BadArguments{{"--share=most"}, "--share=most: expected a number"},
        BadArguments{{"--verbose=maybe"}, "expected true or false"},
        BadArguments{{"--model_name"}, "--model_name needs a value"},
        BadArguments{{"stray"}, "unexpected argument \"stray\""},
        BadArguments{{"-prt=1"}, "did you mean --port?"},
        BadArguments{{"-"}, "unexpected argument \"-\""},
        BadArguments{{"--", "--port=1"}, "unexpected argument \"--\""}));

TEST_F(FlagsTest, HelpListsEachFlagWithDefaultAndTextInItsGroup) {
  EXPECT_EQ(FlagsHelp(flags_),
            "Models:\n"
            "  --model_name=\"default\"\n      The name.\n"
            "\n"
            "Others:\n"
            "  --port=8500\n      The port.\n"
            "  --share=0.5\n      The share.\n"
            "  --verbose=false\n      Log details.\n");
}

TEST_F(FlagsTest, HelpFitsInto80Columns) {
  std::string value;
  std::string help = "word";
  for (int i = 0; i < 100; ++i) {
    help += " word";
  }
  std::string line;
  size_t longest = 0;
  for (char c : FlagsHelp({{"Group", {{"long", &value, help}}}})) {
    if (c == '\n') {
      longest = std::max(longest, line.size());
      line.clear();
    } else {
      line += c;
    }
  }
  EXPECT_GT(longest, 75u);
  EXPECT_LE(longest, 80u);
}

}  // namespace
}  // namespace tfs3
