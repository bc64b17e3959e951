// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/tls_check.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/base/tls_options.h"
#include "tensorflow_serving_s3/model_servers/testing/certificate_test_util.h"

namespace tfs3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TlsOptions Good() {
  const TestingCertificate made = MakeTestingCertificate();
  TlsOptions options;
  options.server_key = made.key;
  options.server_cert = made.certificate;
  return options;
}

TEST(CheckTlsTest, AcceptsAKeyWithItsCertificate) {
  EXPECT_THAT(CheckTls(Good()), IsEmpty());
}

TEST(CheckTlsTest, AcceptsClientVerifyWithACa) {
  TlsOptions options = Good();
  options.custom_ca = options.server_cert;
  options.client_verify = true;
  EXPECT_THAT(CheckTls(options), IsEmpty());
}

TEST(CheckTlsTest, NamesTheMissingField) {
  TlsOptions options = Good();
  options.server_key.clear();
  EXPECT_THAT(CheckTls(options), HasSubstr("server_key is not set"));
  options = Good();
  options.server_cert.clear();
  EXPECT_THAT(CheckTls(options), HasSubstr("server_cert is not set"));
  options = Good();
  options.client_verify = true;
  EXPECT_THAT(CheckTls(options), HasSubstr("client_verify needs custom_ca"));
}

TEST(CheckTlsTest, RefusesTheNameOfAFile) {
  TlsOptions options = Good();
  options.server_cert = "/etc/tls/server.crt";
  EXPECT_THAT(CheckTls(options),
              AllOf(HasSubstr("server_cert is not a certificate"),
                    HasSubstr("not to its name")));
  options = Good();
  options.server_key = options.server_cert;
  EXPECT_THAT(CheckTls(options), HasSubstr("server_key is not a private key"));
  options = Good();
  options.custom_ca = "x";
  EXPECT_THAT(CheckTls(options), HasSubstr("custom_ca is not a certificate"));
}

TEST(CheckTlsTest, RefusesTheKeyOfAnotherCertificate) {
  TlsOptions options = Good();
  options.server_key = Good().server_key;
  EXPECT_THAT(CheckTls(options),
              HasSubstr("server_key is not the key of server_cert"));
}

TEST(CheckTlsTest, RefusesAnExpiredCertificate) {
  const TestingCertificate made = MakeTestingCertificate(/*valid_seconds=*/-60);
  TlsOptions options;
  options.server_key = made.key;
  options.server_cert = made.certificate;
  EXPECT_THAT(CheckTls(options), HasSubstr("expired at"));
}

}  // namespace
}  // namespace tfs3
