// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests the client, the reader and the tree with a real store.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/object_reader.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/live_client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/seaweed.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Variables = std::map<std::string, std::string>;

const char kOddKey[] = "odd/a b+c%25 d&e=f \xc3\xbc\xe4\xb8\xad?#'.bin";

class LiveTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    seaweed_ = new Seaweed();
    seaweed_->Put("half/00000123/saved_model.pb", "first");
    seaweed_->Put("half/124/saved_model.pb", "second!");
    seaweed_->Put("half/124/variables/variables.index", "index");
    seaweed_->Put("half-old/1/saved_model.pb", "old");
    seaweed_->Put("half.txt", "text");
    seaweed_->Put("empty", "");
    seaweed_->Put(kOddKey, "odd");
  }
  static void TearDownTestSuite() {
    delete seaweed_;
    seaweed_ = nullptr;
  }

  static std::unique_ptr<Client> NewClient(const Variables& changes = {}) {
    return NewLiveClient(*seaweed_, changes);
  }

  // Returns the error of listing s3://models/half.
  static Status ListFailure(const Variables& changes,
                            const std::string& url = "s3://models/half") {
    auto client = NewClient(changes);
    Result<std::vector<std::string>> names =
        ListChildren(*client, *ParseUri(url));
    EXPECT_FALSE(names.ok());
    return names.status();
  }

  static std::string ReadAll(Client& client, const std::string& url) {
    Result<std::unique_ptr<ObjectReader>> reader =
        ObjectReader::Open(&client, *ParseUri(url));
    if (!reader.ok()) {
      return reader.status().message;
    }
    std::string bytes((*reader)->info().size, '?');
    Result<size_t> got = (*reader)->Read(0, bytes.data(), bytes.size());
    if (!got.ok()) {
      return got.status().message;
    }
    bytes.resize(*got);
    return bytes;
  }

  static Seaweed* seaweed_;
};

Seaweed* LiveTest::seaweed_ = nullptr;

TEST_F(LiveTest, Stat) {
  auto client = NewClient();
  const auto stat = [&](const std::string& url) -> std::string {
    Result<PathInfo> info = StatPath(*client, *ParseUri(url));
    if (!info.ok()) {
      return std::to_string(info.status().code);
    }
    return info->is_directory ? "directory"
                              : std::to_string(info->object.size) + " bytes";
  };
  const std::string not_found = std::to_string(TF_NOT_FOUND);
  EXPECT_EQ(stat("s3://models"), "directory");
  EXPECT_EQ(stat("s3://empty-bucket/"), "directory");
  EXPECT_EQ(stat("s3://models/half"), "directory");
  EXPECT_EQ(stat("s3://models/half/"), "directory");
  EXPECT_EQ(stat("s3://models/half/124"), "directory");
  EXPECT_EQ(stat("s3://models/half/124/saved_model.pb"), "7 bytes");
  EXPECT_EQ(stat("s3://models/half.txt"), "4 bytes");
  EXPECT_EQ(stat("s3://models/empty"), "0 bytes");
  EXPECT_EQ(stat(std::string("s3://models/") + kOddKey), "3 bytes");
  EXPECT_EQ(stat("s3://models/hal"), not_found);
  EXPECT_EQ(stat("s3://models/half/124/saved_model"), not_found);
  EXPECT_EQ(stat("s3://no-such-bucket/half"), not_found);
}

TEST_F(LiveTest, Children) {
  auto client = NewClient();
  const auto children = [&](const std::string& url) {
    return *ListChildren(*client, *ParseUri(url));
  };
  EXPECT_THAT(children("s3://models/half"), ElementsAre("00000123", "124"));
  EXPECT_THAT(children("s3://models/half/"), ElementsAre("00000123", "124"));
  EXPECT_THAT(children("s3://models/half/124"),
              ElementsAre("saved_model.pb", "variables"));
  EXPECT_THAT(children("s3://models/odd"),
              ElementsAre(std::string(kOddKey).substr(4)));
  EXPECT_THAT(children("s3://empty-bucket"), IsEmpty());
}

TEST_F(LiveTest, ListsPageByPage) {
  auto client = NewClient();
  std::vector<std::string> keys;
  ListRequest request;
  request.max_keys = 2;
  while (true) {
    Result<Listing> page =
        client->ListObjects(*ParseUri("s3://models/half"), request);
    ASSERT_TRUE(page.ok()) << page.status().message;
    EXPECT_LE(page->objects.size(), 2u);
    for (const ListedObject& object : page->objects) {
      keys.push_back(object.key);
    }
    if (!page->truncated) {
      break;
    }
    request.continuation_token = page->continuation_token;
  }
  EXPECT_THAT(keys,
              testing::UnorderedElementsAre(
                  "half-old/1/saved_model.pb", "half.txt",
                  "half/00000123/saved_model.pb", "half/124/saved_model.pb",
                  "half/124/variables/variables.index"));
}

TEST_F(LiveTest, HeadAndListingAgree) {
  auto client = NewClient();
  const S3Uri uri = *ParseUri("s3://models/half/124/saved_model.pb");
  Result<ObjectInfo> head = client->HeadObject(uri);
  ASSERT_TRUE(head.ok()) << head.status().message;
  Result<PathInfo> stat = StatPath(*client, uri);
  EXPECT_EQ(head->size, stat->object.size);
  EXPECT_EQ(head->etag, stat->object.etag);
  EXPECT_EQ(head->mtime_nsec, stat->object.mtime_nsec);
  EXPECT_GT(head->mtime_nsec, 1700000000LL * 1000000000);
  EXPECT_EQ(client->HeadObject(*ParseUri("s3://models/hal")).status().code,
            TF_NOT_FOUND);
}

TEST_F(LiveTest, ReadsSmallObjects) {
  auto client = NewClient();
  EXPECT_EQ(ReadAll(*client, "s3://models/half/124/saved_model.pb"), "second!");
  EXPECT_EQ(ReadAll(*client, "s3://models/empty"), "");
  EXPECT_EQ(ReadAll(*client, std::string("s3://models/") + kOddKey), "odd");
  EXPECT_THAT(ReadAll(*client, "s3://models/nothing"),
              HasSubstr("404 NoSuchKey for GetObject"));
}

TEST_F(LiveTest, ReadsALargeObject) {
  std::string bytes(size_t{64} << 20, '\0');
  uint32_t state = 1;
  for (char& c : bytes) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  seaweed_->Put("large", bytes);
  auto client = NewClient();
  EXPECT_TRUE(ReadAll(*client, "s3://models/large") == bytes);
  Result<std::unique_ptr<ObjectReader>> reader =
      ObjectReader::Open(client.get(), *ParseUri("s3://models/large"));
  ASSERT_TRUE(reader.ok());
  std::string read;
  std::string chunk(1000003, '?');
  while (true) {
    Result<size_t> got =
        (*reader)->Read(read.size(), chunk.data(), chunk.size());
    ASSERT_TRUE(got.ok()) << got.status().message;
    read.append(chunk, 0, *got);
    if (*got < chunk.size()) {
      break;
    }
  }
  EXPECT_TRUE(read == bytes);
}

TEST_F(LiveTest, AnUnknownHostNameIsAnError) {
  const Status status =
      ListFailure({{"S3_ENDPOINT", "http://no-such-host.invalid"}});
  EXPECT_EQ(status.code, TF_UNAVAILABLE);
  EXPECT_THAT(status.message, HasSubstr("no-such-host.invalid"));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
