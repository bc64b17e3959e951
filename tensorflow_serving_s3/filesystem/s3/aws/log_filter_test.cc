// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/log_filter.h"

#include <string>

#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

TEST(WithoutSecretsTest, KeepsOnlyHarmlessHeaders) {
  const std::string sending = "id=0x1: Sending header: ";
  EXPECT_EQ(WithoutSecrets(sending + "Authorization: AWS4 Credential=a, x=y"),
            sending + "Authorization: (not shown)");
  EXPECT_EQ(WithoutSecrets(sending + "Proxy-Authorization: Basic Zm9v"),
            sending + "Proxy-Authorization: (not shown)");
  EXPECT_EQ(WithoutSecrets(sending + "X-Whatever: x"),
            sending + "X-Whatever: (not shown)");
  EXPECT_EQ(WithoutSecrets(sending + "Host: 127.0.0.1:9000"),
            sending + "Host: 127.0.0.1:9000");
}

TEST(WithoutSecretsTest, KeepsOtherMessages) {
  for (const std::string message :
       {"", "id=0x1: Created client request: GET /models HTTP/1.1",
        "id=0x1: Sending header: "}) {
    EXPECT_EQ(WithoutSecrets(message), message);
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
