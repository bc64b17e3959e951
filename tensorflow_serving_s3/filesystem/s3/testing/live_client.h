// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Creates clients of a test's SeaweedFS server.
//
//   Seaweed seaweed;
//   std::unique_ptr<Client> client = NewLiveClient(seaweed);
//
// `changes` adds or overrides environment variables, which by default have the
// endpoint and the credentials of the store. A failure fails the test.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_LIVE_CLIENT_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_LIVE_CLIENT_H_

#include <map>
#include <memory>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/seaweed.h"

namespace tfs3 {
namespace s3 {

std::unique_ptr<Client> NewLiveClient(
    const Seaweed& seaweed,
    const std::map<std::string, std::string>& changes = {});

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TESTING_LIVE_CLIENT_H_
