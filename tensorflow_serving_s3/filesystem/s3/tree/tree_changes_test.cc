// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Changes in stores that differ from those of
// //tensorflow_serving_s3/filesystem/testing:random_operations_test and
// //tests/s3_conformance.
#include "tensorflow_serving_s3/filesystem/s3/tree/tree_changes.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/object_reader.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_store.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/object_copy.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/object_writer.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

S3Uri At(const std::string& key) { return *ParseUri("s3://models/" + key); }

bool IsMarkerKey(const std::string& key) { return key.back() == '/'; }

size_t CountOf(const std::vector<std::string>& requests,
               const std::string& beginning) {
  return std::count_if(
      requests.begin(), requests.end(), [&](const std::string& request) {
        return request.compare(0, beginning.size(), beginning) == 0;
      });
}

Status Write(Client& client, const std::string& key, const std::string& bytes) {
  auto writer = ObjectWriter::New(&client, At(key));
  const Status status = writer->Append(bytes);
  return status.ok() ? writer->Close() : status;
}

// Deletes the directory "a" with one file, in a store that refuses the
// deletion.
Status DeleteTreeWithARefusal(const std::string& message) {
  FakeHttpServer server([&](const FakeRequest& request, FakeConnection& out) {
    out.Send(FakeResponse(
        200, request.method == "POST"
                 ? "<DeleteResult><Error><Key>a/b</Key><Code>AccessDenied"
                   "</Code><Message>" +
                       message + "</Message></Error></DeleteResult>"
                 : "<ListBucketResult><CommonPrefixes><Prefix>a/</Prefix>"
                   "</CommonPrefixes><Contents><Key>a/b</Key><Size>1</Size></"
                   "Contents>"
                   "</ListBucketResult>"));
  });
  Options options;
  options.endpoint = server.url();
  options.endpoint_source = "S3_ENDPOINT";
  options.anonymous = true;
  Result<std::unique_ptr<Client>> client =
      Client::New(options, [](const char*) { return std::nullopt; });
  EXPECT_TRUE(client.ok());
  DeleteFailureCounts failures;
  const Status status = DeleteTree(**client, At("a"), failures);
  EXPECT_EQ(failures.files, 1u);
  return status;
}

TEST(UndeletedTest, TheErrorNamesThePolicy) {
  const Status denied = DeleteTreeWithARefusal("Access Denied");
  EXPECT_EQ(denied.code, TF_PERMISSION_DENIED);
  EXPECT_THAT(denied.message,
              HasSubstr("their policy must allow s3:DeleteObject"));
  const Status denied_explicitly = DeleteTreeWithARefusal(
      "User: u is not authorized to perform: s3:DeleteObject on resource: r "
      "with an explicit deny in a resource-based policy");
  EXPECT_EQ(denied_explicitly.code, TF_PERMISSION_DENIED);
  EXPECT_THAT(denied_explicitly.message,
              HasSubstr("an explicit deny in the policy of the bucket or "
                        "access point refuses s3:DeleteObject on r"));
}

TEST(MarkersTest, TestsOnceWhetherTheStoreKeepsMarkers) {
  FakeStore store({});
  auto client = store.NewClient();
  ASSERT_TRUE(CreateDirectory(*client, At("a")).ok());
  ASSERT_TRUE(EnsureDirectory(*client, At("b/c")).ok());
  EXPECT_THAT(store.keys(), ElementsAre("a/", "b/c/"));
  // Three tests for existence, one of them after the marker.
  EXPECT_EQ(CountOf(store.Requests(), "GET /models?list-type=2"), 3u);
}

TEST(MarkersTest, DeletesAMarkerThatBecameAFileAndCreatesNoOther) {
  FakeStore store({/*stores_markers_as_files=*/true});
  auto client = store.NewClient();
  ASSERT_TRUE(EnsureDirectory(*client, At("new/folder")).ok());
  EXPECT_THAT(store.keys(), IsEmpty());
  ASSERT_TRUE(Write(*client, "new/folder/file", "bytes").ok());
  ASSERT_TRUE(CreateDirectory(*client, At("other")).ok());
  EXPECT_THAT(store.keys(), ElementsAre("new/folder/file"));
  EXPECT_EQ(CountOf(store.Requests(), "PUT /models/new/folder/"), 2u);
  EXPECT_EQ(CountOf(store.Requests(), "PUT /models/other"), 0u);
}

TEST(MarkersTest, AFailedTestForMarkersIsAnError) {
  // Fails one of the two requests after the marker.
  for (const std::string asked : {"GET /models?list", "DELETE /models/new"}) {
    FakeStore store({/*stores_markers_as_files=*/true});
    auto client = store.NewClient();
    bool marker_is_put = false;
    store.SetFault([&](const std::string& request) {
      if (request.compare(0, 4, "PUT ") == 0) {
        marker_is_put = true;
      }
      return marker_is_put && request.compare(0, asked.size(), asked) == 0;
    });
    const Status status = EnsureDirectory(*client, At("new"));
    EXPECT_EQ(status.code, TF_UNAVAILABLE) << asked;
    EXPECT_THAT(status.message, HasSubstr("s3://models/new"));
  }
}

TEST(MarkersTest, AFileOfTheSameNameIsNotAMarker) {
  FakeStore store({});
  store.Put("from/twin", "");
  store.Put("from/twin/", "");
  auto client = store.NewClient();
  const Status status = RenamePath(*client, At("from/"), At("to"));
  ASSERT_TRUE(status.ok()) << status.message;
  EXPECT_THAT(store.keys(), ElementsAre("to/twin", "to/twin/"));
}

TEST(RenameTest, CopiesAnObjectBeforeTheDirectoryOfItsName) {
  FakeStore store({});
  for (const std::string key : {"a", "b", "b/", "b/c", "b/c/d/", "b/e", "f"}) {
    store.Put("from/" + key, IsMarkerKey(key) ? "" : key);
  }
  auto client = store.NewClient();
  const Status status = RenamePath(*client, At("from/"), At("to"));
  ASSERT_TRUE(status.ok()) << status.message;

  std::vector<std::string> puts;
  for (const std::string& request : store.Requests()) {
    if (request.compare(0, 4, "PUT ") == 0) {
      puts.push_back(request);
    }
  }
  ASSERT_EQ(puts.size(), 7u);
  EXPECT_EQ(puts[0], "PUT /models/to/b");
  EXPECT_EQ(puts[1], "PUT /models/to/b/c");
}

TEST(CopyTest, DownloadsAndUploadsWhatTheStoreDoesNotCopyInParts) {
  FakeStore store({/*stores_markers_as_files=*/false,
                   /*ignores_copied_parts=*/true});
  auto client = store.NewClient();
  std::string bytes;
  for (int i = 0; bytes.size() < (20 << 20); ++i) {
    bytes += std::to_string(i);
  }
  store.Put("file", bytes);
  Result<ObjectInfo> info = client->HeadObject(At("file"));
  ASSERT_TRUE(info.ok()) << info.status().message;

  const Status copied =
      CopyWholeObject(*client, At("file"), *info, At("copy"), 16 << 20);
  ASSERT_TRUE(copied.ok()) << copied.message;
  EXPECT_TRUE(store.Get("copy") == bytes);

  Result<std::unique_ptr<ObjectWriter>> writer =
      ObjectWriter::AtEndOf(client.get(), At("file"), *info);
  ASSERT_TRUE(writer.ok()) << writer.status().message;
  ASSERT_TRUE((*writer)->Append("more").ok());
  const Status closed = (*writer)->Close();
  ASSERT_TRUE(closed.ok()) << closed.message;
  EXPECT_TRUE(store.Get("file") == bytes + "more");
  // For each copy, the upload with the empty part.
  EXPECT_THAT(store.Requests(),
              Contains("DELETE /models/copy?uploadId=1").Times(1));
  EXPECT_THAT(store.Requests(),
              Contains("DELETE /models/file?uploadId=3").Times(1));
}

// S3 supports such keys; the stores of the other tests do not.
class OddKeysTest : public ::testing::TestWithParam<const char*> {};

TEST_P(OddKeysTest, AreSentUnchanged) {
  const std::string key = GetParam();
  FakeStore store({});
  store.Put("a/b", "another");
  store.Put("b", "another");
  auto client = store.NewClient();

  ASSERT_TRUE(Write(*client, key, "bytes").ok());
  EXPECT_EQ(store.Get(key), "bytes");
  EXPECT_EQ(store.keys().size(), 3u);
  EXPECT_THAT(store.Requests(), Contains("PUT /models/" + key));
  Result<PathInfo> info = StatPath(*client, At(key));
  ASSERT_TRUE(info.ok()) << info.status().message;
  EXPECT_FALSE(info->is_directory);
  EXPECT_EQ(info->object.size, 5u);
  Result<std::unique_ptr<ObjectReader>> reader =
      ObjectReader::Open(client.get(), At(key));
  ASSERT_TRUE(reader.ok()) << reader.status().message;
  char read[5];
  Result<size_t> got = (*reader)->Read(0, read, sizeof(read));
  ASSERT_TRUE(got.ok()) << got.status().message;
  EXPECT_EQ(std::string(read, *got), "bytes");

  ASSERT_TRUE(CopyFile(*client, At(key), At("copy")).ok());
  EXPECT_EQ(store.Get("copy"), "bytes");
  ASSERT_TRUE(RenamePath(*client, At("copy"), At(key)).ok());
  EXPECT_THAT(store.keys(), Not(Contains("copy")));
  ASSERT_TRUE(DeleteFile(*client, At(key)).ok());
  EXPECT_THAT(store.keys(), ElementsAre("a/b", "b"));
}

INSTANTIATE_TEST_SUITE_P(Keys, OddKeysTest,
                         ::testing::Values("a//b", "a/../b", "a/./b", "//b",
                                           "../b", "a/..", "."));

TEST(OddKeysTreeTest, AreMovedWithTheirDirectory) {
  FakeStore store({});
  store.Put("a//b", "1");
  store.Put("a/../b", "2");
  store.Put("b", "stays");
  auto client = store.NewClient();
  Result<std::vector<std::string>> names = ListChildren(*client, At("a"));
  ASSERT_TRUE(names.ok()) << names.status().message;
  // Without the empty name: its path would end in a slash.
  EXPECT_THAT(*names, ElementsAre(".."));
  ASSERT_TRUE(RenamePath(*client, At("a"), At("c")).ok());
  EXPECT_THAT(store.keys(), ElementsAre("b", "c/../b", "c//b"));
  DeleteFailureCounts failures;
  ASSERT_TRUE(DeleteTree(*client, At("c"), failures).ok());
  EXPECT_THAT(store.keys(), ElementsAre("b"));
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
