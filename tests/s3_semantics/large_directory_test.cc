// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests 100,000 objects: in one directory, they are listed completely and in
// little memory; in the versions of a model, they do not slow down its poll.
// The store supports only listings, from a sorted list of keys.
#include <sys/resource.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"
#include "tensorflow_serving_s3/sources/completeness.h"
#include "tensorflow_serving_s3/sources/servable_poller.h"

namespace tfs3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr size_t kObjects = 100000;
constexpr size_t kKiB = 1024;

// Returns a query parameter. Decodes only slashes.
std::string Parameter(const std::string& path, const std::string& name) {
  const std::string query = path.substr(path.find('?') + 1);
  for (const absl::string_view pair : absl::StrSplit(query, '&')) {
    if (absl::StartsWith(pair, name + "=")) {
      return absl::StrReplaceAll(pair.substr(name.size() + 1), {{"%2F", "/"}});
    }
  }
  return "";
}

// Returns one page of ListObjectsV2. The continuation token is the last entry.
std::string ListResponse(const std::vector<std::string>& keys,
                         const std::string& path) {
  const std::string prefix = Parameter(path, "prefix");
  const std::string token = Parameter(path, "continuation-token");
  const bool delimit = !Parameter(path, "delimiter").empty();
  int most = 0;
  EXPECT_TRUE(absl::SimpleAtoi(Parameter(path, "max-keys"), &most)) << path;
  // Sorts after all keys with the last common prefix.
  const std::string after =
      absl::EndsWith(token, "/") ? token + "\xff" : token + std::string(1, 0);
  auto key = std::lower_bound(keys.begin(), keys.end(),
                              token.empty() ? prefix : after);
  std::string body = "<ListBucketResult><EncodingType>url</EncodingType>";
  std::string last;
  int listed = 0;
  while (key != keys.end() && absl::StartsWith(*key, prefix) && listed < most) {
    const size_t slash = delimit ? key->find('/', prefix.size()) : key->npos;
    if (slash == key->npos) {
      absl::StrAppend(&body, "<Contents><Key>", *key,
                      "</Key><Size>1</Size></Contents>");
      last = *key++;
    } else {
      last = key->substr(0, slash + 1);
      absl::StrAppend(&body, "<CommonPrefixes><Prefix>", last,
                      "</Prefix></CommonPrefixes>");
      key = std::lower_bound(key, keys.end(), last + "\xff");
    }
    ++listed;
  }
  if (key != keys.end() && absl::StartsWith(*key, prefix)) {
    absl::StrAppend(&body, "<IsTruncated>true</IsTruncated>",
                    "<NextContinuationToken>", last,
                    "</NextContinuationToken>");
  }
  return absl::StrCat(body, "</ListBucketResult>");
}

std::vector<std::string> Keys() {
  std::vector<std::string> keys = {"model/1/saved_model.pb",
                                   "model/2/saved_model.pb"};
  for (size_t i = 0; i < kObjects; ++i) {
    keys.push_back(absl::StrFormat("flat/part-%06d.tfrecord", i));
    keys.push_back(absl::StrFormat("model/%d/assets/%06d", 1 + i % 2, i));
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

size_t PeakKiB() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<size_t>(usage.ru_maxrss);
}

class LargeDirectoryTest : public ::testing::Test {
 protected:
  LargeDirectoryTest()
      : server_([this](const s3::FakeRequest& request,
                       s3::FakeConnection& out) {
          out.Send(s3::FakeResponse(200, ListResponse(keys_, request.path)));
        }) {
    setenv("S3_ENDPOINT", server_.url().c_str(), 1);
    setenv("AWS_NO_SIGN_REQUEST", "1", 1);
  }

  const std::vector<std::string> keys_ = Keys();
  s3::FakeHttpServer server_;
  tensorflow::Env* const env_ = tensorflow::Env::Default();
};

// One test, because the filesystem reads its endpoint once in a process.
TEST_F(LargeDirectoryTest, IsListedWholeAndPolledByOneRequest) {
  ASSERT_TRUE(env_->FileExists("s3://models/flat").ok());
  const size_t asked = server_.requests().size();
  const size_t before = PeakKiB();
  std::vector<std::string> names;
  ASSERT_TRUE(env_->GetChildren("s3://models/flat", &names).ok());
  // The names here and in the filesystem, and a page.
  EXPECT_LT(PeakKiB() - before, 48 * kKiB);
  EXPECT_EQ(server_.requests().size() - asked, kObjects / 1000);
  ASSERT_THAT(names, SizeIs(kObjects));
  EXPECT_EQ(names.front(), "part-000000.tfrecord");
  EXPECT_EQ(names.back(), "part-099999.tfrecord");
  EXPECT_THAT(std::set<std::string>(names.begin(), names.end()),
              SizeIs(kObjects));

  ServablePoller::ServableToMonitor servable;
  servable.set_servable_name("model");
  servable.set_base_path("s3://models/model");
  servable.mutable_servable_version_policy()->mutable_all();
  ServablePoller::Options options;
  options.env = env_;
  options.completeness = [this](const StoragePath& path) {
    return CheckSavedModelComplete(env_, path);
  };
  ServablePoller poller(servable, options);
  const ServablePoller::Outcome first = poller.Poll();
  ASSERT_TRUE(first.status.ok()) << first.status;
  ASSERT_TRUE(first.versions.has_value());
  EXPECT_THAT(*first.versions, SizeIs(2));

  const size_t polled = server_.requests().size();
  EXPECT_TRUE(poller.Poll().status.ok());
  ASSERT_EQ(server_.requests().size(), polled + 1);
  EXPECT_THAT(server_.requests().back().path,
              AllOf(HasSubstr("prefix=model%2F&"), HasSubstr("delimiter=%2F")));
}

}  // namespace
}  // namespace tfs3
