// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/hash.h"

#include <string>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

class HashTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(AwsRuntime::Get().ok()); }
};

// The values of `printf abc | sha256sum` and similar programs.
TEST_F(HashTest, MatchesOtherPrograms) {
  EXPECT_EQ(Sha256InHex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256InHex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Md5InBase64("abc"), "kAFQmDzST7DWlj99KOF/cg==");
}

TEST_F(HashTest, TheEtagOfPartsIsTheMd5OfTheirMd5s) {
  // The MD5 of "a" and of "b", and the MD5 of both digests.
  EXPECT_EQ(MultipartEtag({"\"0cc175b9c0f1b6a831c399e269772661\"",
                           "92eb5ffee6ae2fec3ad71c777531578f"}),
            "\"96e024ba2074fe77e8e965ba43a704be-2\"");
}

TEST_F(HashTest, NoEtagForPartsWithOtherHashes) {
  EXPECT_EQ(MultipartEtag({"\"0cc175b9c0f1b6a831c399e269772661\"", "\"e\""}),
            "");
  EXPECT_EQ(MultipartEtag({"0cc175b9c0f1b6a831c399e26977266x"}), "");
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
