// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/tensorflow_io_wheel/sized_reads.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "tensorflow/c/tf_file_statistics.h"
#include "tensorflow/c/tf_status.h"

namespace tfs3 {
namespace {

// A filesystem with one file, "s3://models/file", and the directory
// "s3://models/folder".
const std::string content = "0123456789";
int open_files;
int reads;

void Stat(const TF_Filesystem*, const char* path, TF_FileStatistics* statistics,
          TF_Status* status) {
  const std::string name = path;
  statistics->length = static_cast<int64_t>(content.size());
  statistics->is_directory = name == "s3://models/folder";
  const bool exists = name == "s3://models/file" || statistics->is_directory;
  TF_SetStatus(status, exists ? TF_OK : TF_NOT_FOUND, "");
}

void Open(const TF_Filesystem*, const char*, TF_RandomAccessFile* file,
          TF_Status* status) {
  ++open_files;
  file->plugin_file = &open_files;
  TF_SetStatus(status, TF_OK, "");
}

int64_t Read(const TF_RandomAccessFile* file, uint64_t offset, size_t n,
             char* buffer, TF_Status* status) {
  EXPECT_EQ(file->plugin_file, &open_files);
  EXPECT_LE(offset + n, content.size());
  ++reads;
  std::memcpy(buffer, content.data() + offset, n);
  TF_SetStatus(status, TF_OK, "");
  return static_cast<int64_t>(n);
}

void Close(TF_RandomAccessFile* file) {
  EXPECT_EQ(file->plugin_file, &open_files);
  --open_files;
}

class SizedReadsTest : public ::testing::Test {
 protected:
  SizedReadsTest() {
    open_files = 0;
    reads = 0;
    filesystem_ops_.stat = &Stat;
    filesystem_ops_.new_random_access_file = &Open;
    file_ops_.read = &Read;
    file_ops_.cleanup = &Close;
    TF_FilesystemPluginOps ops = {};
    ops.filesystem_ops = &filesystem_ops_;
    ops.random_access_file_ops = &file_ops_;
    ReadOnlyWithinFiles(ops);
  }

  ~SizedReadsTest() override {
    if (file_.plugin_file != nullptr) {
      file_ops_.cleanup(&file_);
    }
    EXPECT_EQ(open_files, 0);
  }

  TF_Code OpenFile(const char* path) {
    filesystem_ops_.new_random_access_file(nullptr, path, &file_,
                                           status_.get());
    return TF_GetCode(status_.get());
  }

  // Returns the bytes that were read.
  std::string ReadFile(uint64_t offset, size_t n) {
    std::string bytes(n, '\0');
    const int64_t read =
        file_ops_.read(&file_, offset, n, bytes.data(), status_.get());
    return bytes.substr(0, static_cast<size_t>(read));
  }

  TF_FilesystemOps filesystem_ops_ = {};
  TF_RandomAccessFileOps file_ops_ = {};
  TF_RandomAccessFile file_ = {};
  std::unique_ptr<TF_Status, decltype(&TF_DeleteStatus)> status_{
      TF_NewStatus(), &TF_DeleteStatus};
};

TEST_F(SizedReadsTest, ReadsWithinTheFile) {
  ASSERT_EQ(OpenFile("s3://models/file"), TF_OK);
  EXPECT_EQ(ReadFile(2, 3), "234");
  EXPECT_EQ(TF_GetCode(status_.get()), TF_OK);
  EXPECT_EQ(ReadFile(0, 10), content);
  EXPECT_EQ(TF_GetCode(status_.get()), TF_OK);
}

TEST_F(SizedReadsTest, ReadsUpToTheEnd) {
  ASSERT_EQ(OpenFile("s3://models/file"), TF_OK);
  EXPECT_EQ(ReadFile(8, 100), "89");
  EXPECT_EQ(TF_GetCode(status_.get()), TF_OUT_OF_RANGE);
}

TEST_F(SizedReadsTest, DoesNotCallThePluginAtAndPastTheEnd) {
  ASSERT_EQ(OpenFile("s3://models/file"), TF_OK);
  for (const uint64_t offset : {uint64_t{10}, uint64_t{11}, UINT64_MAX}) {
    EXPECT_EQ(ReadFile(offset, 1), "");
    EXPECT_EQ(TF_GetCode(status_.get()), TF_OUT_OF_RANGE);
  }
  EXPECT_EQ(reads, 0);
}

TEST_F(SizedReadsTest, ReadsNothing) {
  ASSERT_EQ(OpenFile("s3://models/file"), TF_OK);
  EXPECT_EQ(ReadFile(3, 0), "");
  EXPECT_EQ(TF_GetCode(status_.get()), TF_OK);
  EXPECT_EQ(reads, 0);
}

TEST_F(SizedReadsTest, DoesNotOpenMissingFilesAndDirectories) {
  EXPECT_EQ(OpenFile("s3://models/none"), TF_NOT_FOUND);
  EXPECT_EQ(OpenFile("s3://models/folder"), TF_FAILED_PRECONDITION);
  EXPECT_EQ(open_files, 0);
}

}  // namespace
}  // namespace tfs3
