// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests TensorFlow's Env in a program that links s3_adapter_static, with a real
// store.
#include "tensorflow_serving_s3/filesystem/s3_adapter.h"

#include <dirent.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/filesystem/read_counter.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/seaweed.h"

namespace tfs3 {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kModel[] = "s3://models/half/00000123";

int ThreadsNamed(const std::string& prefix) {
  int count = 0;
  DIR* tasks = opendir("/proc/self/task");
  while (const dirent* task = readdir(tasks)) {
    std::string name;
    std::ifstream(std::string("/proc/self/task/") + task->d_name + "/comm") >>
        name;
    if (name.compare(0, prefix.size(), prefix) == 0) {
      ++count;
    }
  }
  closedir(tasks);
  return count;
}

class S3AdapterTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    seaweed_ = new s3::Seaweed();
    seaweed_->Put("half/00000123/saved_model.pb", "0123456789");
    seaweed_->Put("half/00000123/variables/variables.index", "");
    setenv("S3_ENDPOINT", seaweed_->endpoint().c_str(), 1);
    setenv("AWS_ACCESS_KEY_ID", "testkey", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "testsecret", 1);
  }
  static void TearDownTestSuite() {
    delete seaweed_;
    seaweed_ = nullptr;
  }

  std::string Contents(const std::string& path) const {
    std::string bytes;
    const absl::Status status =
        tensorflow::ReadFileToString(env_, path, &bytes);
    return status.ok() ? bytes : status.ToString();
  }

  tensorflow::Env* const env_ = tensorflow::Env::Default();
  static s3::Seaweed* seaweed_;
};

s3::Seaweed* S3AdapterTest::seaweed_ = nullptr;

// Must be the first test.
TEST_F(S3AdapterTest, IsRegisteredBeforeMainAndIdleUntilItsFirstUse) {
  std::vector<std::string> schemes;
  ASSERT_TRUE(env_->GetRegisteredFileSystemSchemes(&schemes).ok());
  EXPECT_THAT(schemes, testing::Contains("s3"));
  EXPECT_EQ(ThreadsNamed("AwsEventLoop"), 0);
  EXPECT_TRUE(env_->FileExists(kModel).ok());
  EXPECT_GT(ThreadsNamed("AwsEventLoop"), 0);
}

TEST_F(S3AdapterTest, ASchemeIsRegisteredOnce) {
  EXPECT_TRUE(absl::IsAlreadyExists(RegisterS3Filesystem("s3")))
      << RegisterS3Filesystem("s3");
}

TEST_F(S3AdapterTest, ReadsFiles) {
  std::string bytes;
  absl::Status status = tensorflow::ReadFileToString(
      env_, std::string(kModel) + "/saved_model.pb", &bytes);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(bytes, "0123456789");
}

TEST_F(S3AdapterTest, CountsTheBytesReadUnderADirectory) {
  const std::unique_ptr<ReadCounter> model = NewReadCounter(kModel);
  const std::unique_ptr<ReadCounter> other = NewReadCounter("s3://models/none");
  ASSERT_NE(model, nullptr);
  ASSERT_NE(other, nullptr);

  EXPECT_EQ(Contents(std::string(kModel) + "/saved_model.pb"), "0123456789");

  EXPECT_EQ(model->bytes(), 10u);
  EXPECT_EQ(other->bytes(), 0u);
}

TEST_F(S3AdapterTest, ReadsPastTheEndAreOutOfRangeWithTheLastBytes) {
  std::unique_ptr<tensorflow::RandomAccessFile> file;
  ASSERT_TRUE(
      env_->NewRandomAccessFile(std::string(kModel) + "/saved_model.pb", &file)
          .ok());
  char scratch[16];
  absl::string_view result;
  EXPECT_TRUE(file->Read(2, result, absl::MakeSpan(scratch, 3)).ok());
  EXPECT_EQ(result, "234");
  EXPECT_TRUE(
      absl::IsOutOfRange(file->Read(8, result, absl::MakeSpan(scratch, 10))));
  EXPECT_EQ(result, "89");
  result = absl::string_view();
  EXPECT_TRUE(
      absl::IsOutOfRange(file->Read(10, result, absl::MakeSpan(scratch, 1))));
  EXPECT_EQ(result, "");
}

TEST_F(S3AdapterTest, ReadsMemoryRegions) {
  std::unique_ptr<tensorflow::ReadOnlyMemoryRegion> region;
  ASSERT_TRUE(env_->NewReadOnlyMemoryRegionFromFile(
                      std::string(kModel) + "/saved_model.pb", &region)
                  .ok());
  EXPECT_EQ(absl::string_view(static_cast<const char*>(region->data()),
                              region->length()),
            "0123456789");
  const absl::Status status = env_->NewReadOnlyMemoryRegionFromFile(
      std::string(kModel) + "/variables/variables.index", &region);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
}

TEST_F(S3AdapterTest, StatDistinguishesFilesDirectoriesAndMissingPaths) {
  const std::string file = std::string(kModel) + "/saved_model.pb";
  tensorflow::FileStatistics stat;
  ASSERT_TRUE(env_->Stat(file, &stat).ok());
  EXPECT_EQ(stat.length, 10);
  EXPECT_GT(stat.mtime_nsec, 0);
  EXPECT_FALSE(stat.is_directory);
  ASSERT_TRUE(env_->Stat(kModel, &stat).ok());
  EXPECT_TRUE(stat.is_directory);
  EXPECT_TRUE(absl::IsNotFound(env_->Stat("s3://models/none", &stat)));

  EXPECT_TRUE(env_->IsDirectory(kModel).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(env_->IsDirectory(file)));
  EXPECT_TRUE(absl::IsNotFound(env_->IsDirectory("s3://models/none")));

  uint64_t size = 0;
  EXPECT_TRUE(env_->GetFileSize(file, &size).ok());
  EXPECT_EQ(size, 10u);
  EXPECT_TRUE(absl::IsFailedPrecondition(env_->GetFileSize(kModel, &size)));
}

TEST_F(S3AdapterTest, FileExistsAndFilesExist) {
  EXPECT_TRUE(env_->FileExists("s3://models").ok());
  EXPECT_TRUE(env_->FileExists(std::string(kModel) + "/saved_model.pb").ok());
  EXPECT_TRUE(absl::IsNotFound(env_->FileExists("s3://models/none")));
  std::vector<absl::Status> statuses;
  EXPECT_FALSE(
      env_->FilesExist({kModel, "s3://models/none", "s3://models"}, &statuses));
  ASSERT_EQ(statuses.size(), 3u);
  EXPECT_TRUE(statuses[0].ok());
  EXPECT_TRUE(absl::IsNotFound(statuses[1]));
  EXPECT_TRUE(statuses[2].ok());
  EXPECT_TRUE(env_->FilesExist({kModel, "s3://models"}, nullptr));
}

TEST_F(S3AdapterTest, ListsChildrenAndMatchingPaths) {
  std::vector<std::string> names;
  ASSERT_TRUE(env_->GetChildren("s3://models/half", &names).ok());
  EXPECT_THAT(names, ElementsAre("00000123"));
  names.clear();
  ASSERT_TRUE(env_->GetChildren(kModel, &names).ok());
  EXPECT_THAT(names, ElementsAre("saved_model.pb", "variables"));
  EXPECT_TRUE(absl::IsNotFound(env_->GetChildren("s3://models/none", &names)));
  EXPECT_TRUE(absl::IsNotFound(
      env_->GetChildren(std::string(kModel) + "/saved_model.pb", &names)));
  names.clear();
  ASSERT_TRUE(
      env_->GetMatchingPaths("s3://models/half/*/saved_model.*", &names).ok());
  EXPECT_THAT(names, ElementsAre("s3://models/half/00000123/saved_model.pb"));
}

TEST_F(S3AdapterTest, OpeningADirectoryOrAMissingFileIsAnError) {
  std::unique_ptr<tensorflow::RandomAccessFile> file;
  EXPECT_TRUE(absl::IsFailedPrecondition(
      env_->NewRandomAccessFile("s3://models/half/", &file)));
  EXPECT_TRUE(
      absl::IsNotFound(env_->NewRandomAccessFile("s3://models/none", &file)));
}

TEST_F(S3AdapterTest, PublishesFilesAtClose) {
  const std::string path = "s3://models/written/file";
  std::unique_ptr<tensorflow::WritableFile> file;
  ASSERT_TRUE(env_->NewWritableFile(path, &file).ok());
  EXPECT_TRUE(file->Append("0123").ok());
  EXPECT_TRUE(file->Append("456789").ok());
  int64_t position = -1;
  EXPECT_TRUE(file->Tell(&position).ok());
  EXPECT_EQ(position, 10);
  EXPECT_TRUE(file->Flush().ok());
  EXPECT_TRUE(absl::IsNotFound(env_->FileExists(path)));
  ASSERT_TRUE(file->Close().ok());
  EXPECT_EQ(Contents(path), "0123456789");

  ASSERT_TRUE(env_->NewAppendableFile(path, &file).ok());
  EXPECT_TRUE(file->Append("abc").ok());
  EXPECT_TRUE(file->Sync().ok());
  EXPECT_EQ(Contents(path), "0123456789abc");
  EXPECT_TRUE(file->Append("def").ok());
  ASSERT_TRUE(file->Close().ok());
  EXPECT_EQ(Contents(path), "0123456789abcdef");
  EXPECT_TRUE(absl::IsFailedPrecondition(file->Append("late")));
}

// As in TensorFlow's other file systems. tf.data does not close the lock file
// of its cache.
TEST_F(S3AdapterTest, PublishesASmallFileWithoutClose) {
  const std::string path = "s3://models/written/dropped";
  std::unique_ptr<tensorflow::WritableFile> file;
  ASSERT_TRUE(env_->NewWritableFile(path, &file).ok());
  EXPECT_TRUE(file->Append("0123").ok());
  EXPECT_TRUE(absl::IsNotFound(env_->FileExists(path)));
  file.reset();
  EXPECT_EQ(Contents(path), "0123");
}

TEST_F(S3AdapterTest, DiscardsALargeFileWithoutCloseAndPrintsAnError) {
  const std::string path = "s3://models/written/dropped-large";
  std::unique_ptr<tensorflow::WritableFile> file;
  ASSERT_TRUE(env_->NewWritableFile(path, &file).ok());
  EXPECT_TRUE(file->Append(std::string(128 << 10, 'x')).ok());
  testing::internal::CaptureStderr();
  file.reset();
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              HasSubstr("s3 [ERROR] " + path + ": the file was released"));
  EXPECT_TRUE(absl::IsNotFound(env_->FileExists(path)));
}

TEST_F(S3AdapterTest, DiscardsAFileDuringAnException) {
  const std::string path = "s3://models/written/thrown";
  try {
    std::unique_ptr<tensorflow::WritableFile> file;
    ASSERT_TRUE(env_->NewWritableFile(path, &file).ok());
    EXPECT_TRUE(file->Append("half").ok());
    throw std::runtime_error("the other half");
  } catch (const std::runtime_error&) {
  }
  EXPECT_TRUE(absl::IsNotFound(env_->FileExists(path)));
}

TEST_F(S3AdapterTest, ChangesPaths) {
  const std::string root = "s3://models/changed/";
  ASSERT_TRUE(env_->CreateDir(root + "a").ok());
  EXPECT_TRUE(env_->IsDirectory(root + "a").ok());
  EXPECT_TRUE(absl::IsAlreadyExists(env_->CreateDir(root + "a")));
  EXPECT_TRUE(env_->RecursivelyCreateDir(root + "a").ok());
  ASSERT_TRUE(
      tensorflow::WriteStringToFile(env_, root + "a/b/file", "bytes").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(env_->DeleteDir(root + "a")));
  const absl::Status renamed = env_->RenameFile(root + "a", root + "c");
  ASSERT_TRUE(renamed.ok()) << renamed;
  EXPECT_EQ(Contents(root + "c/b/file"), "bytes");
  EXPECT_TRUE(absl::IsNotFound(env_->FileExists(root + "a")));
  ASSERT_TRUE(env_->CopyFile(root + "c/b/file", root + "copy").ok());
  ASSERT_TRUE(env_->DeleteFile(root + "copy").ok());
  EXPECT_TRUE(absl::IsNotFound(env_->DeleteFile(root + "copy")));
  int64_t undeleted_files = -1;
  int64_t undeleted_dirs = -1;
  ASSERT_TRUE(
      env_->DeleteRecursively(root + "c", &undeleted_files, &undeleted_dirs)
          .ok());
  EXPECT_EQ(undeleted_files, 0);
  EXPECT_EQ(undeleted_dirs, 0);
  EXPECT_TRUE(absl::IsNotFound(
      env_->DeleteRecursively(root + "c", &undeleted_files, &undeleted_dirs)));
  EXPECT_EQ(undeleted_dirs, 1);
  EXPECT_TRUE(env_->FlushFileSystemCaches().ok());
}

TEST_F(S3AdapterTest, ErrorMessagesAreComplete) {
  const std::string key(700, 'k');
  std::string bytes;
  const absl::Status status =
      tensorflow::ReadFileToString(env_, "s3://no-such-bucket/" + key, &bytes);
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("/" + key + ": 404 NoSuchBucket"),
                    HasSubstr(seaweed_->endpoint() + ", set by S3_ENDPOINT")));
  // The store decides which names are valid.
  EXPECT_TRUE(absl::IsNotFound(env_->FileExists("s3://No_Such:Bucket/half")));
}

// Each scheme reads the environment at its first use.
TEST_F(S3AdapterTest, AWrongSettingIsNamedAndCanBeCorrected) {
  ASSERT_TRUE(RegisterS3Filesystem("s3corrected").ok());
  setenv("AWS_USE_FIPS_ENDPOINT", "perhaps", 1);
  absl::Status status = env_->FileExists("s3corrected://models/half");
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(HasSubstr("s3corrected://models/half"),
            HasSubstr("AWS_USE_FIPS_ENDPOINT"), HasSubstr("\"perhaps\"")));
  unsetenv("AWS_USE_FIPS_ENDPOINT");
  status = env_->FileExists("s3corrected://models/half");
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace tfs3
