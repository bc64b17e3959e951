// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/testing/random_operations.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/live_client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/seaweed.h"
#include "tensorflow_serving_s3/filesystem/testing/reference_filesystem.h"

namespace tfs3 {
namespace {

constexpr char kBucket[] = "s3://models/";

// Names that sort before, between and after "a" and "a/", and names with
// special characters of URLs.
const char* const kNames[] = {"a", "a-b", "a.txt", "a b", "b", "%41+\xc3\xbc"};
const char* const kPatterns[] = {"*", "a*", "?", "[ab]", "*.txt", "a", "b"};

Outcome FromStatus(const absl::Status& status, std::string text = "") {
  if (!status.ok()) {
    return {status.code(), "", std::string(status.message())};
  }
  return {absl::StatusCode::kOk, std::move(text)};
}

// The operations of ReferenceFilesystem on TensorFlow's Env.
class EnvFilesystem {
 public:
  Outcome Stat(const std::string& path) {
    tensorflow::FileStatistics stat;
    const absl::Status status = env_->Stat(Url(path), &stat);
    const absl::Status exists = env_->FileExists(Url(path));
    EXPECT_EQ(exists.code(), status.code()) << path;
    const absl::Status is_directory = env_->IsDirectory(Url(path));
    EXPECT_EQ(is_directory.ok(), status.ok() && stat.is_directory) << path;
    return FromStatus(status, stat.is_directory
                                  ? "directory"
                                  : absl::StrCat("file ", stat.length));
  }

  Outcome Read(const std::string& path) {
    std::string bytes;
    const absl::Status status =
        tensorflow::ReadFileToString(env_, Url(path), &bytes);
    return FromStatus(status, bytes);
  }

  Outcome Children(const std::string& path) {
    std::vector<std::string> names;
    const absl::Status status = env_->GetChildren(Url(path), &names);
    return FromStatus(status, absl::StrJoin(names, "\n"));
  }

  Outcome Match(const std::string& pattern) {
    std::vector<std::string> paths;
    const absl::Status status = env_->GetMatchingPaths(Url(pattern), &paths);
    for (std::string& path : paths) {
      path = std::string(absl::StripPrefix(path, kBucket));
    }
    return FromStatus(status, absl::StrJoin(paths, "\n"));
  }

  Outcome Write(const std::string& path, const std::string& bytes) {
    std::unique_ptr<tensorflow::WritableFile> file;
    return Finish(env_->NewWritableFile(Url(path), &file), file, bytes);
  }

  // A reader at the old end of the file must receive the appended bytes.
  Outcome Append(const std::string& path, const std::string& bytes) {
    std::unique_ptr<tensorflow::RandomAccessFile> reader;
    const bool exists = env_->NewRandomAccessFile(Url(path), &reader).ok();
    const size_t end = exists ? ReadFrom(*reader, 0).size() : 0;
    std::unique_ptr<tensorflow::WritableFile> file;
    Outcome outcome =
        Finish(env_->NewAppendableFile(Url(path), &file), file, bytes);
    if (exists && outcome.code == absl::StatusCode::kOk) {
      EXPECT_EQ(ReadFrom(*reader, end), bytes) << path;
    }
    return outcome;
  }

  Outcome CreateDir(const std::string& path) {
    return FromStatus(env_->CreateDir(Url(path)));
  }

  Outcome RecursivelyCreateDir(const std::string& path) {
    return FromStatus(env_->RecursivelyCreateDir(Url(path)));
  }

  Outcome DeleteFile(const std::string& path) {
    return FromStatus(env_->DeleteFile(Url(path)));
  }

  Outcome DeleteDir(const std::string& path) {
    return FromStatus(env_->DeleteDir(Url(path)));
  }

  Outcome DeleteRecursively(const std::string& path) {
    int64_t files = -1;
    int64_t directories = -1;
    const absl::Status status =
        env_->DeleteRecursively(Url(path), &files, &directories);
    EXPECT_EQ(files, 0) << path;
    EXPECT_EQ(directories, status.ok() ? 0 : 1) << path;
    return FromStatus(status);
  }

  Outcome Rename(const std::string& from, const std::string& to) {
    return FromStatus(env_->RenameFile(Url(from), Url(to)));
  }

  Outcome Copy(const std::string& from, const std::string& to) {
    return FromStatus(env_->CopyFile(Url(from), Url(to)));
  }

 private:
  static std::string Url(const std::string& path) { return kBucket + path; }

  static std::string ReadFrom(const tensorflow::RandomAccessFile& file,
                              uint64_t offset) {
    std::string scratch(size_t{32} << 20, '?');
    absl::string_view bytes;
    const absl::Status status =
        file.Read(offset, bytes, absl::MakeSpan(scratch));
    EXPECT_TRUE(absl::IsOutOfRange(status)) << status;
    return std::string(bytes);
  }

  // Writes two pieces, with a Sync after the first one if its size is even.
  // Releases a small file with a multiple of three new bytes without Close,
  // which has the same result.
  static Outcome Finish(const absl::Status& opened,
                        std::unique_ptr<tensorflow::WritableFile>& file,
                        const std::string& bytes) {
    if (!opened.ok()) {
      return FromStatus(opened);
    }
    const size_t half = bytes.size() / 2;
    absl::Status status = file->Append(bytes.substr(0, half));
    if (half > 0 && half % 2 == 0) {
      status.Update(file->Sync());
    }
    status.Update(file->Append(bytes.substr(half)));
    int64_t size = 0;
    status.Update(file->Tell(&size));
    if (bytes.size() % 3 == 0 && size < 1000) {
      file.reset();
    } else {
      status.Update(file->Close());
    }
    return FromStatus(status);
  }

  tensorflow::Env* const env_ = tensorflow::Env::Default();
};

// Statistics of the sequences for the log.
struct RandomOperationsStats {
  int64_t sequences = 0;
  // By name and outcome: "Rename NOT_FOUND".
  std::map<std::string, int64_t> operations;
};

std::ostream& operator<<(std::ostream& out,
                         const RandomOperationsStats& stats) {
  int64_t operations = 0;
  for (const auto& [name, count] : stats.operations) {
    operations += count;
  }
  out << stats.sequences << " sequences, " << operations << " operations:";
  for (const auto& [name, count] : stats.operations) {
    out << "\n  " << name << ": " << count;
  }
  return out;
}

class Sequence {
 public:
  Sequence(uint64_t seed, s3::Client* cleaner, RandomOperationsStats* stats)
      : random_(seed), cleaner_(cleaner), stats_(stats) {
    static std::atomic<int> count{0};
    root_ = absl::StrCat("random-", getpid(), "-", count++);
  }

  void Run() {
    const int length = Below(40) + 10;
    for (int i = 0; i < length && !differed_; ++i) {
      const std::set<std::string> before = reference_.Directories();
      Step();
      Clean(before);
    }
    if (!differed_) {
      for (const std::string& path : reference_.Paths()) {
        Both("Stat", path, &ReferenceFilesystem::Stat, &EnvFilesystem::Stat,
             path);
        Both("Children", path, &ReferenceFilesystem::Children,
             &EnvFilesystem::Children, path);
      }
    }
    ++stats_->sequences;
  }

 private:
  int Below(int limit) {
    return std::uniform_int_distribution<int>(0, limit - 1)(random_);
  }

  template <typename Array>
  std::string AnyOf(const Array& array) {
    return array[Below(static_cast<int>(std::size(array)))];
  }

  std::string Path() {
    const std::vector<std::string> paths = reference_.Paths();
    std::string path = root_;
    if (!paths.empty() && Below(3) > 0) {
      path = paths[Below(static_cast<int>(paths.size()))];
      if (Below(3) == 0) {
        path += "/" + AnyOf(kNames);
      }
    } else {
      for (int depth = Below(3); depth >= 0; --depth) {
        path += "/" + AnyOf(kNames);
      }
    }
    return Below(8) == 0 ? path + "/" : path;
  }

  std::string Pattern() {
    std::string pattern = root_;
    for (int depth = Below(3); depth >= 0; --depth) {
      pattern += "/" + AnyOf(kPatterns);
    }
    return pattern;
  }

  // Returns bytes for a file. Sometimes returns more bytes than fit into one
  // PUT, unless the path is also a directory, for which SeaweedFS does not
  // complete an upload. Never returns "": SeaweedFS loses an empty object that
  // is also a directory with the last key in the directory.
  std::string BytesFor(const std::string& path) {
    const bool large =
        Below(200) == 0 && reference_.Directories().count(path) == 0;
    const int size = large ? (9 << 20) + Below(1 << 20) : Below(20) + 1;
    std::string bytes(size, '?');
    for (char& c : bytes) {
      c = static_cast<char>('a' + random_() % 26);
    }
    return bytes;
  }

  // Runs the operation on both filesystems and compares the results.
  template <typename Reference, typename Tested, typename... Arguments>
  void Both(const std::string& name, const std::string& what,
            Reference reference, Tested tested, const Arguments&... arguments) {
    const Outcome expected = (reference_.*reference)(arguments...);
    const Outcome got = (tested_.*tested)(arguments...);
    const std::string code = absl::StatusCodeToString(expected.code);
    ++stats_->operations[name + " " + code];
    const auto shown = [](const Outcome& outcome) {
      return absl::StrCat(absl::StatusCodeToString(outcome.code), " \"",
                          outcome.text.substr(0, 200), "\" ", outcome.message);
    };
    absl::StrAppend(&trace_, "  ", name, " ", what, ": ", shown(expected),
                    "\n");
    if (expected.code != got.code || expected.text != got.text) {
      differed_ = true;
      ADD_FAILURE() << "The last of these should be as it is, and was "
                    << shown(got) << ":\n"
                    << trace_;
    }
  }

  void Step() {
    const std::string path = Path();
    switch (Below(14)) {
      case 0:
        return Both("Stat", path, &ReferenceFilesystem::Stat,
                    &EnvFilesystem::Stat, path);
      case 1:
        return Both("Read", path, &ReferenceFilesystem::Read,
                    &EnvFilesystem::Read, path);
      case 2:
        return Both("Children", path, &ReferenceFilesystem::Children,
                    &EnvFilesystem::Children, path);
      case 3: {
        const std::string pattern = Pattern();
        return Both("Match", pattern, &ReferenceFilesystem::Match,
                    &EnvFilesystem::Match, pattern);
      }
      case 4:
      case 5: {
        const std::string bytes = BytesFor(path);
        return Both("Write", absl::StrCat(path, " ", bytes.size()),
                    &ReferenceFilesystem::Write, &EnvFilesystem::Write, path,
                    bytes);
      }
      case 6: {
        // Would need an upload to such a path; see BytesFor.
        if (reference_.Read(path).text.size() > 1000 &&
            reference_.Directories().count(path) > 0) {
          return;
        }
        const std::string bytes = BytesFor(path);
        return Both("Append", absl::StrCat(path, " ", bytes.size()),
                    &ReferenceFilesystem::Append, &EnvFilesystem::Append, path,
                    bytes);
      }
      case 7:
        return Both("CreateDir", path, &ReferenceFilesystem::CreateDir,
                    &EnvFilesystem::CreateDir, path);
      case 8:
        return Both("RecursivelyCreateDir", path,
                    &ReferenceFilesystem::RecursivelyCreateDir,
                    &EnvFilesystem::RecursivelyCreateDir, path);
      case 9:
        return Both("DeleteFile", path, &ReferenceFilesystem::DeleteFile,
                    &EnvFilesystem::DeleteFile, path);
      case 10:
        return Both("DeleteDir", path, &ReferenceFilesystem::DeleteDir,
                    &EnvFilesystem::DeleteDir, path);
      case 11:
        return Both("DeleteRecursively", path,
                    &ReferenceFilesystem::DeleteRecursively,
                    &EnvFilesystem::DeleteRecursively, path);
      case 12: {
        const std::string to = Path();
        return Both("Rename", path + " " + to, &ReferenceFilesystem::Rename,
                    &EnvFilesystem::Rename, path, to);
      }
      case 13: {
        const std::string to = Path();
        return Both("Copy", path + " " + to, &ReferenceFilesystem::Copy,
                    &EnvFilesystem::Copy, path, to);
      }
    }
  }

  // Deletes empty folders. SeaweedFS's own cleaner takes minutes to do this;
  // until then, listings contain them.
  void Clean(const std::set<std::string>& before) {
    const std::set<std::string> after = reference_.Directories();
    std::vector<std::string> gone;
    std::set_difference(before.begin(), before.end(), after.begin(),
                        after.end(), std::back_inserter(gone));
    std::sort(gone.rbegin(), gone.rend());
    for (const std::string& directory : gone) {
      // SeaweedFS would delete a file of the same name.
      if (reference_.Read(directory).code == absl::StatusCode::kOk) {
        continue;
      }
      const s3::Status status =
          cleaner_->DeleteObject(*s3::ParseUri(kBucket + directory + "/"));
      EXPECT_TRUE(status.ok()) << status.message;
    }
  }

  std::mt19937_64 random_;
  s3::Client* const cleaner_;
  RandomOperationsStats* const stats_;
  std::string root_;
  ReferenceFilesystem reference_;
  EnvFilesystem tested_;
  std::string trace_;
  bool differed_ = false;
};

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

}  // namespace

void RunRandomOperationsFor(int seconds) {
  const s3::Seaweed seaweed;
  setenv("S3_ENDPOINT", seaweed.endpoint().c_str(), 1);
  setenv("AWS_ACCESS_KEY_ID", "testkey", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "testsecret", 1);
  // The test must pass on a busy machine.
  setenv("S3_REQUEST_TIMEOUT_MSEC", "30000", 1);
  const std::unique_ptr<s3::Client> cleaner = s3::NewLiveClient(seaweed);
  const uint64_t first =
      FromEnvironment("TEST_RANDOM_SEED", std::random_device()());
  const uint64_t times = FromEnvironment("TIMES", 0);
  std::cout << "The first seed is " << first << std::endl;
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  RandomOperationsStats stats;
  for (uint64_t i = 0;
       times > 0 ? i < times : std::chrono::steady_clock::now() < end; ++i) {
    Sequence(first + i, cleaner.get(), &stats).Run();
    ASSERT_FALSE(testing::Test::HasFailure())
        << "Run it again with TEST_RANDOM_SEED=" << first + i << " TIMES=1";
  }
  std::cout << stats << std::endl;
  EXPECT_GT(stats.sequences, 0);
}

}  // namespace tfs3
