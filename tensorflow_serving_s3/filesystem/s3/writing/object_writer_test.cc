// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writers, uploads and copies in parts, against a real store.
#include "tensorflow_serving_s3/filesystem/s3/writing/object_writer.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/stats.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/live_client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/seaweed.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/multipart_upload.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/object_copy.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr size_t kMiB = size_t{1} << 20;

std::string SomeBytes(size_t size) {
  std::string bytes(size, '\0');
  uint32_t state = static_cast<uint32_t>(size);
  for (char& c : bytes) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return bytes;
}

uint64_t Requests(Operation operation) {
  const Stats stats = ReadStats();
  uint64_t requests = 0;
  for (const auto& [status, count] :
       stats.operations[static_cast<size_t>(operation)].requests) {
    requests += count;
  }
  return requests;
}

TEST(PartBytesTest, TenThousandPartsMakeTheLargestObject) {
  uint64_t sum = 0;
  for (size_t part = 1; part <= 10000; ++part) {
    EXPECT_GE(PartBytes(part), kMinPartBytes);
    EXPECT_LE(PartBytes(part), uint64_t{5} << 30);
    sum += PartBytes(part);
  }
  EXPECT_EQ(PartBytes(1), 8 * kMiB);
  EXPECT_GE(sum, uint64_t{5} << 40);
}

class ObjectWriterTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    seaweed_ = new Seaweed();
    client_ = NewLiveClient(*seaweed_, {{"S3_REQUEST_TIMEOUT_MSEC", "30000"}})
                  .release();
  }
  static void TearDownTestSuite() {
    delete client_;
    delete seaweed_;
  }

  static S3Uri At(const std::string& key) {
    return *ParseUri("s3://models/" + key);
  }

  static std::string Read(const std::string& key) {
    std::string bytes(64 * kMiB, '?');
    Result<ObjectRange> got =
        client_->GetObject(At(key), 0, bytes.data(), bytes.size(), "");
    if (!got.ok()) {
      return got.status().message;
    }
    bytes.resize(got->bytes);
    return bytes;
  }

  static bool Exists(const std::string& key) {
    return client_->HeadObject(At(key)).ok();
  }

  static void Append(ObjectWriter& writer, const std::string& bytes,
                     size_t piece) {
    for (size_t begin = 0; begin < bytes.size(); begin += piece) {
      const Status status = writer.Append(
          std::string_view(bytes).substr(begin, std::min(piece, bytes.size())));
      ASSERT_TRUE(status.ok()) << status.message;
    }
  }

  static Seaweed* seaweed_;
  static Client* client_;
};

Seaweed* ObjectWriterTest::seaweed_ = nullptr;
Client* ObjectWriterTest::client_ = nullptr;

TEST_F(ObjectWriterTest, ASmallObjectIsOnePut) {
  const uint64_t puts = Requests(Operation::kPutObject);
  const uint64_t uploads = Requests(Operation::kCreateMultipartUpload);
  const std::string bytes = SomeBytes(8 * kMiB);
  auto writer = ObjectWriter::New(client_, At("small"));
  Append(*writer, bytes, kMiB);
  EXPECT_EQ(writer->size(), bytes.size());
  EXPECT_FALSE(Exists("small"));
  const Status closed = writer->Close();
  ASSERT_TRUE(closed.ok()) << closed.message;
  EXPECT_TRUE(Read("small") == bytes);
  EXPECT_EQ(Requests(Operation::kPutObject) - puts, 1u);
  EXPECT_EQ(Requests(Operation::kCreateMultipartUpload), uploads);
}

TEST_F(ObjectWriterTest, CloseCreatesAnEmptyObject) {
  ASSERT_TRUE(ObjectWriter::New(client_, At("empty"))->Close().ok());
  EXPECT_TRUE(Exists("empty"));
  EXPECT_EQ(Read("empty"), "");
}

TEST_F(ObjectWriterTest, SendsALargeObjectInPartsAndPublishesItAtClose) {
  const uint64_t parts = Requests(Operation::kUploadPart);
  const std::string bytes = SomeBytes(40 * kMiB + 1);
  auto writer = ObjectWriter::New(client_, At("large"));
  Append(*writer, bytes, 3 * kMiB + 7);
  EXPECT_TRUE(writer->Flush().ok());
  EXPECT_FALSE(Exists("large"));
  const Status closed = writer->Close();
  ASSERT_TRUE(closed.ok()) << closed.message;
  EXPECT_TRUE(Read("large") == bytes);
  EXPECT_EQ(Requests(Operation::kUploadPart) - parts, 6u);
}

TEST_F(ObjectWriterTest, SyncPublishesAndAppendContinues) {
  const std::string bytes = SomeBytes(20 * kMiB);
  auto writer = ObjectWriter::New(client_, At("synced"));
  size_t written = 0;
  // Within the first part, within an upload, and right after a sync.
  for (const size_t end : {kMiB, 9 * kMiB, 9 * kMiB, 12 * kMiB, 20 * kMiB}) {
    Append(*writer, bytes.substr(written, end - written), kMiB);
    written = end;
    const Status synced = writer->Sync();
    ASSERT_TRUE(synced.ok()) << synced.message;
    EXPECT_TRUE(Read("synced") == bytes.substr(0, end)) << end;
  }
  const uint64_t puts = Requests(Operation::kPutObject);
  EXPECT_TRUE(writer->Close().ok());
  EXPECT_EQ(Requests(Operation::kPutObject), puts);
  EXPECT_TRUE(Read("synced") == bytes);
}

TEST_F(ObjectWriterTest, AppendsToAnExistingObject) {
  const std::pair<size_t, size_t> cases[] = {
      {0, 5},        {3, 0},
      {3, 9 * kMiB}, {5 * kMiB - 1, 1},
      {5 * kMiB, 5}, {9 * kMiB, 9 * kMiB}};
  for (const auto& [before, more] : cases) {
    const std::string old_bytes = SomeBytes(before);
    const std::string new_bytes = SomeBytes(more);
    ASSERT_TRUE(client_->PutObject(At("grows"), old_bytes).ok());
    Result<std::unique_ptr<ObjectWriter>> writer = ObjectWriter::AtEndOf(
        client_, At("grows"), *client_->HeadObject(At("grows")));
    ASSERT_TRUE(writer.ok()) << writer.status().message;
    EXPECT_EQ((*writer)->size(), before);
    Append(**writer, new_bytes, kMiB);
    const Status closed = (*writer)->Close();
    ASSERT_TRUE(closed.ok()) << closed.message;
    EXPECT_TRUE(Read("grows") == old_bytes + new_bytes)
        << before << " and " << more;
  }
}

TEST_F(ObjectWriterTest, AppendingToAReplacedObjectIsAnError) {
  ASSERT_TRUE(client_->PutObject(At("other"), SomeBytes(5 * kMiB)).ok());
  Result<std::unique_ptr<ObjectWriter>> writer = ObjectWriter::AtEndOf(
      client_, At("other"), *client_->HeadObject(At("other")));
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(client_->PutObject(At("other"), "replaced").ok());
  ASSERT_TRUE((*writer)->Append("x").ok());
  const Status status = (*writer)->Close();
  EXPECT_EQ(status.code, TF_FAILED_PRECONDITION) << status.message;
  EXPECT_THAT(status.message, HasSubstr("s3://models/other"));
  EXPECT_EQ(Read("other"), "replaced");
}

TEST_F(ObjectWriterTest, WithoutCloseTheUploadIsAborted) {
  const uint64_t begun = Requests(Operation::kCreateMultipartUpload);
  const uint64_t aborted = Requests(Operation::kAbortMultipartUpload);
  auto writer = ObjectWriter::New(client_, At("dropped"));
  Append(*writer, SomeBytes(20 * kMiB), kMiB);
  writer.reset();
  EXPECT_EQ(Requests(Operation::kAbortMultipartUpload) - aborted,
            Requests(Operation::kCreateMultipartUpload) - begun);
  EXPECT_FALSE(Exists("dropped"));
}

TEST_F(ObjectWriterTest, DropPublishesASmallFile) {
  constexpr size_t kSize = ObjectWriter::kMaxDroppedBytes - 4;
  auto writer = ObjectWriter::New(client_, At("let-go"));
  Append(*writer, SomeBytes(kSize), kSize);
  const Status dropped = writer->Drop();
  ASSERT_TRUE(dropped.ok()) << dropped.message;
  EXPECT_TRUE(Read("let-go") == SomeBytes(kSize));
  EXPECT_EQ(writer->Append("x").code, TF_FAILED_PRECONDITION);

  Result<std::unique_ptr<ObjectWriter>> more = ObjectWriter::AtEndOf(
      client_, At("let-go"), *client_->HeadObject(At("let-go")));
  ASSERT_TRUE(more.ok()) << more.status().message;
  Append(**more, "more", 4);
  EXPECT_TRUE((*more)->Drop().ok());
  EXPECT_TRUE(Read("let-go") == SomeBytes(kSize) + "more");
}

TEST_F(ObjectWriterTest, DropDiscardsALargeFile) {
  constexpr size_t kSize = ObjectWriter::kMaxDroppedBytes + 1;
  auto writer = ObjectWriter::New(client_, At("let-go-half"));
  Append(*writer, SomeBytes(kSize), kSize);
  EXPECT_EQ(writer->Drop().code, TF_FAILED_PRECONDITION);
  EXPECT_FALSE(Exists("let-go-half"));
}

TEST_F(ObjectWriterTest, DropAbortsAnUpload) {
  const uint64_t begun = Requests(Operation::kCreateMultipartUpload);
  const uint64_t aborted = Requests(Operation::kAbortMultipartUpload);
  auto writer = ObjectWriter::New(client_, At("let-go-large"));
  Append(*writer, SomeBytes(20 * kMiB), kMiB);
  const Status dropped = writer->Drop();
  EXPECT_EQ(dropped.code, TF_FAILED_PRECONDITION) << dropped.message;
  EXPECT_THAT(dropped.message, HasSubstr("s3://models/let-go-large"));
  EXPECT_EQ(Requests(Operation::kAbortMultipartUpload) - aborted,
            Requests(Operation::kCreateMultipartUpload) - begun);
  EXPECT_FALSE(Exists("let-go-large"));
}

TEST_F(ObjectWriterTest, DropWithoutChangesPublishesNothing) {
  ASSERT_TRUE(client_->PutObject(At("untouched"), "old").ok());
  EXPECT_TRUE(ObjectWriter::New(client_, At("untouched"))->Drop().ok());
  EXPECT_EQ(Read("untouched"), "old");
  auto closed = ObjectWriter::New(client_, At("untouched"));
  ASSERT_TRUE(closed->Append("new").ok());
  ASSERT_TRUE(closed->Close().ok());
  const uint64_t puts = Requests(Operation::kPutObject);
  EXPECT_TRUE(closed->Drop().ok());
  EXPECT_EQ(Requests(Operation::kPutObject), puts);
}

TEST_F(ObjectWriterTest, AllCallsReturnAFailure) {
  std::unique_ptr<Client> stranger =
      NewLiveClient(*seaweed_, {{"AWS_SECRET_ACCESS_KEY", "geheimnis"}});
  auto writer = ObjectWriter::New(stranger.get(), At("denied"));
  Status status;
  for (int i = 0; i < 10 && status.ok(); ++i) {
    status = writer->Append(SomeBytes(kMiB));
  }
  // The upload begins in the background.
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (status.ok() && std::chrono::steady_clock::now() < deadline) {
    status = writer->Flush();
  }
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED) << status.message;
  EXPECT_THAT(status.message, HasSubstr("s3://models/denied"));
  EXPECT_EQ(writer->Flush().message, status.message);
  EXPECT_EQ(writer->Append("x").message, status.message);
  EXPECT_EQ(writer->Close().message, status.message);
  // The failure has been reported.
  EXPECT_TRUE(writer->Drop().ok());
  EXPECT_FALSE(Exists("denied"));
}

TEST_F(ObjectWriterTest, TryAppendDoesNotWait) {
  auto writer = ObjectWriter::New(client_, At("tried"));
  const std::string bytes = SomeBytes(5 * kMiB);
  EXPECT_TRUE(writer->settled());
  EXPECT_TRUE(writer->TryAppend(bytes));
  EXPECT_FALSE(writer->settled());
  // A part of 8 MiB would be full, and sent.
  EXPECT_FALSE(writer->TryAppend(bytes));
  ASSERT_TRUE(writer->Append(bytes).ok());
  EXPECT_EQ(writer->size(), 10 * kMiB);
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_TRUE(writer->settled());
  EXPECT_FALSE(writer->TryAppend("x"));
  EXPECT_TRUE(Read("tried") == bytes + bytes);
}

TEST_F(ObjectWriterTest, AClosedFileRejectsWrites) {
  auto writer = ObjectWriter::New(client_, At("closed"));
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(writer->Append("x").code, TF_FAILED_PRECONDITION);
  EXPECT_EQ(writer->Close().code, TF_FAILED_PRECONDITION);
}

TEST_F(ObjectWriterTest, CopiesALargeObjectInParts) {
  const uint64_t copies = Requests(Operation::kUploadPartCopy);
  const std::string bytes = SomeBytes(23 * kMiB + 3);
  ASSERT_TRUE(client_->PutObject(At("whole"), bytes).ok());
  const ObjectInfo info = *client_->HeadObject(At("whole"));
  const Status status =
      CopyWholeObject(*client_, At("whole"), info, At("copied"), 10 * kMiB);
  ASSERT_TRUE(status.ok()) << status.message;
  EXPECT_EQ(Requests(Operation::kUploadPartCopy) - copies, 3u);
  EXPECT_TRUE(Read("copied") == bytes);
}

TEST_F(ObjectWriterTest, ACopyInPartsKeepsTheMetadata) {
  const S3Uri from = At("described");
  const Metadata metadata = {{"Content-Type", "text/csv; charset=utf-8"},
                             {"Cache-Control", "max-age=60"},
                             {"x-amz-meta-owner", "team a"}};
  Result<std::string> id = client_->CreateMultipartUpload(from, metadata);
  ASSERT_TRUE(id.ok()) << id.status().message;
  Result<std::string> etag =
      client_->UploadPart(from, *id, 1, SomeBytes(12 * kMiB));
  ASSERT_TRUE(etag.ok()) << etag.status().message;
  ASSERT_TRUE(client_->CompleteMultipartUpload(from, *id, {*etag}).ok());

  const Status copied =
      CopyWholeObject(*client_, from, *client_->HeadObject(from),
                      At("copied-described"), 6 * kMiB);
  ASSERT_TRUE(copied.ok()) << copied.message;
  Result<Metadata> kept = client_->GetMetadata(At("copied-described"));
  ASSERT_TRUE(kept.ok()) << kept.status().message;
  std::map<std::string, std::string> by_name;
  for (const auto& [name, value] : *kept) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
    by_name[lower] = value;
  }
  EXPECT_THAT(by_name,
              ElementsAre(Pair("cache-control", "max-age=60"),
                          Pair("content-type", "text/csv; charset=utf-8"),
                          Pair("x-amz-meta-owner", "team a")));
}

TEST_F(ObjectWriterTest, ACopyOfAReplacedObjectLeavesNothing) {
  const uint64_t aborts = Requests(Operation::kAbortMultipartUpload);
  ASSERT_TRUE(client_->PutObject(At("old"), SomeBytes(12 * kMiB)).ok());
  const ObjectInfo info = *client_->HeadObject(At("old"));
  ASSERT_TRUE(client_->PutObject(At("old"), SomeBytes(13 * kMiB)).ok());
  const Status status =
      CopyWholeObject(*client_, At("old"), info, At("not-copied"), 6 * kMiB);
  EXPECT_EQ(status.code, TF_FAILED_PRECONDITION) << status.message;
  EXPECT_FALSE(Exists("not-copied"));
  EXPECT_EQ(Requests(Operation::kAbortMultipartUpload) - aborts, 1u);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
