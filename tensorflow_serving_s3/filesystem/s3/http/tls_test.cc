// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/tls.h"

#include <cstdio>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(TlsTest, LoadsWithoutVerification) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  Options options;
  options.verify_tls = false;
  Result<TlsContextPtr> tls = NewTlsContext(options);
  ASSERT_TRUE(tls.ok()) << tls.status().message;
  EXPECT_NE(*tls, nullptr);
}

TEST(TlsTest, NamesABundleThatCannotBeLoaded) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  const std::string garbage = ::testing::TempDir() + "/tls_test_garbage.pem";
  std::ofstream(garbage) << "not a certificate";
  for (const std::string& file :
       {::testing::TempDir() + "/tls_test_nowhere.pem", garbage}) {
    Options options;
    options.ca_file = file;
    Result<TlsContextPtr> tls = NewTlsContext(options);
    ASSERT_FALSE(tls.ok()) << file;
    EXPECT_EQ(tls.status().code, TF_FAILED_PRECONDITION);
    EXPECT_THAT(tls.status().message,
                AllOf(HasSubstr(file), HasSubstr("AWS_CA_BUNDLE")));
  }
  std::remove(garbage.c_str());
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
