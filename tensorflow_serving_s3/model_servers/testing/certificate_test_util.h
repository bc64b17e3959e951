// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_CERTIFICATE_TEST_UTIL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_CERTIFICATE_TEST_UTIL_H_

#include <string>

namespace tfs3 {

// A new key and its self-signed certificate for localhost and 127.0.0.1, as PEM
// text.
struct TestingCertificate {
  std::string key;
  std::string certificate;
};

// Makes a certificate that expires in `valid_seconds`, which may be negative.
// It is valid for an hour before that, or from now on if that is earlier.
TestingCertificate MakeTestingCertificate(long valid_seconds = 3600);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_CERTIFICATE_TEST_UTIL_H_
