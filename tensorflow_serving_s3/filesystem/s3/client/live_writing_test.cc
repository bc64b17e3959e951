// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests the operations that write with a real store.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/live_client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/seaweed.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr size_t kMiB = size_t{1} << 20;

class LiveWritingTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    seaweed_ = new Seaweed();
    client_ = NewLiveClient(*seaweed_).release();
  }
  static void TearDownTestSuite() {
    delete client_;
    delete seaweed_;
  }

  static S3Uri At(const std::string& key) {
    return *ParseUri("s3://models/" + key);
  }

  static std::string Read(const std::string& key) {
    std::string bytes(32 * kMiB, '?');
    Result<ObjectRange> got =
        client_->GetObject(At(key), 0, bytes.data(), bytes.size(), "");
    if (!got.ok()) {
      return got.status().message;
    }
    return bytes.substr(0, got->bytes);
  }

  static std::vector<std::string> Keys(const std::string& prefix) {
    Result<Listing> page = client_->ListObjects(At(prefix), {});
    EXPECT_TRUE(page.ok()) << page.status().message;
    std::vector<std::string> keys;
    for (const ListedObject& object : page->objects) {
      keys.push_back(object.key);
    }
    return keys;
  }

  static Seaweed* seaweed_;
  static Client* client_;
};

Seaweed* LiveWritingTest::seaweed_ = nullptr;
Client* LiveWritingTest::client_ = nullptr;

TEST_F(LiveWritingTest, PutsObjectsOfAnySize) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{100000}, 9 * kMiB}) {
    const std::string body(size, 'x');
    Result<std::string> etag = client_->PutObject(At("put"), body);
    ASSERT_TRUE(etag.ok()) << etag.status().message;
    EXPECT_EQ(client_->HeadObject(At("put"))->etag, *etag);
    EXPECT_TRUE(Read("put") == body) << size;
  }
}

TEST_F(LiveWritingTest, PutsUnderAnyKey) {
  for (const std::string key :
       {"odd/a b+c%25 d&e=f \xc3\xbc\xe4\xb8\xad?#'.bin", "odd/<\"&>",
        "odd/~!$*()[];:@,"}) {
    ASSERT_TRUE(client_->PutObject(At(key), "odd").ok()) << key;
    EXPECT_EQ(Read(key), "odd") << key;
    EXPECT_THAT(Keys(key), ElementsAre(key));
  }
}

TEST_F(LiveWritingTest, MarkersAreObjectsWhoseKeysEndInASlash) {
  ASSERT_TRUE(client_->PutObject(At("marked/"), "").ok());
  EXPECT_THAT(Keys("marked"), ElementsAre("marked/"));
  ASSERT_TRUE(client_->DeleteObject(At("marked/")).ok());
  EXPECT_THAT(Keys("marked"), IsEmpty());
}

TEST_F(LiveWritingTest, AnUploadBecomesVisibleAtCompletion) {
  const std::vector<std::string> bodies = {std::string(5 * kMiB, 'a'),
                                           std::string(5 * kMiB, 'b'), "end"};
  Result<std::string> id = client_->CreateMultipartUpload(At("large"));
  ASSERT_TRUE(id.ok()) << id.status().message;
  std::vector<std::string> etags(bodies.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < bodies.size(); ++i) {
    threads.emplace_back([&, i] {
      Result<std::string> etag = client_->UploadPart(
          At("large"), *id, static_cast<int>(i) + 1, bodies[i]);
      if (etag.ok()) {
        etags[i] = *etag;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(Keys("large"), IsEmpty());
  Result<std::string> etag =
      client_->CompleteMultipartUpload(At("large"), *id, etags);
  ASSERT_TRUE(etag.ok()) << etag.status().message;
  EXPECT_EQ(client_->HeadObject(At("large"))->etag, *etag);
  EXPECT_TRUE(Read("large") == bodies[0] + bodies[1] + bodies[2]);
}

TEST_F(LiveWritingTest, AnAbortedUploadLeavesNothing) {
  Result<std::string> id = client_->CreateMultipartUpload(At("aborted"));
  ASSERT_TRUE(id.ok()) << id.status().message;
  ASSERT_TRUE(client_->UploadPart(At("aborted"), *id, 1, "part").ok());
  EXPECT_TRUE(client_->AbortMultipartUpload(At("aborted"), *id).ok());
  EXPECT_TRUE(client_->AbortMultipartUpload(At("aborted"), *id).ok());
  EXPECT_THAT(Keys("aborted"), IsEmpty());
  const Status status =
      client_->UploadPart(At("aborted"), *id, 2, "part").status();
  EXPECT_EQ(status.code, TF_ABORTED) << status.message;
}

TEST_F(LiveWritingTest, CopiesOnTheStore) {
  const std::string key = "copy/a b+c%25\xc3\xbc";
  ASSERT_TRUE(client_->PutObject(At(key), "from").ok());
  Status status = client_->CopyObject(At(key), "", At("copy/to"));
  ASSERT_TRUE(status.ok()) << status.message;
  EXPECT_EQ(Read("copy/to"), "from");
  status = client_->CopyObject(At("copy/none"), "", At("copy/to"));
  EXPECT_EQ(status.code, TF_NOT_FOUND);
  EXPECT_THAT(status.message, HasSubstr("s3://models/copy/none cannot be"));
  status = client_->CopyObject(At(key), "\"other\"", At("copy/to"));
  EXPECT_EQ(status.code, TF_FAILED_PRECONDITION) << status.message;
}

TEST_F(LiveWritingTest, CopiesPartsOnTheStore) {
  std::string bytes(6 * kMiB, 'a');
  bytes += std::string(kMiB, 'b');
  Result<std::string> source = client_->PutObject(At("parts"), bytes);
  Result<std::string> id = client_->CreateMultipartUpload(At("parts-copy"));
  ASSERT_TRUE(id.ok()) << id.status().message;
  Result<std::string> first = client_->UploadPartCopy(
      At("parts"), kMiB, 5 * kMiB + 1, *source, At("parts-copy"), *id, 1);
  ASSERT_TRUE(first.ok()) << first.status().message;
  Result<std::string> second =
      client_->UploadPart(At("parts-copy"), *id, 2, "end");
  ASSERT_TRUE(second.ok()) << second.status().message;
  ASSERT_TRUE(
      client_->CompleteMultipartUpload(At("parts-copy"), *id, {*first, *second})
          .ok());
  EXPECT_TRUE(Read("parts-copy") == std::string(5 * kMiB, 'a') + "bend");
}

TEST_F(LiveWritingTest, Deletes) {
  ASSERT_TRUE(client_->PutObject(At("deleted"), "x").ok());
  EXPECT_TRUE(client_->DeleteObject(At("deleted")).ok());
  EXPECT_THAT(Keys("deleted"), IsEmpty());
  EXPECT_TRUE(client_->DeleteObject(At("deleted")).ok());
  EXPECT_EQ(client_->DeleteObject(*ParseUri("s3://no-such-bucket/x")).code,
            TF_NOT_FOUND);
}

TEST_F(LiveWritingTest, DeletesMany) {
  std::vector<std::string> keys = {"many/a&b<c>", "many/d e+f%25", "many/none"};
  for (const std::string& key : keys) {
    if (key != "many/none") {
      seaweed_->Put(key, "x");
    }
  }
  Result<std::vector<DeleteFailure>> failures =
      client_->DeleteObjects(At(""), keys);
  ASSERT_TRUE(failures.ok()) << failures.status().message;
  EXPECT_THAT(*failures, IsEmpty());
  EXPECT_THAT(Keys("many/"), IsEmpty());
}

TEST_F(LiveWritingTest, FailuresNameTheObjectAndTheAction) {
  std::unique_ptr<Client> stranger =
      NewLiveClient(*seaweed_, {{"AWS_SECRET_ACCESS_KEY", "geheimnis"}});
  const Status status = stranger->PutObject(At("k"), "body").status();
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  EXPECT_THAT(status.message,
              AllOf(HasSubstr("s3://models/k: 403"), HasSubstr("PutObject")));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
