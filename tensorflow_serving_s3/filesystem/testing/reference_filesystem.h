// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the S3 filesystem should do, in memory and as short as it can be said:
// docs/s3_semantics.md as a program. Tests compare the two.
//
//   ReferenceFilesystem reference;
//   reference.Write("a/b", "bytes");
//   reference.Stat("a").text;  // "directory"
//
// Paths are keys. Not thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_TESTING_REFERENCE_FILESYSTEM_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_TESTING_REFERENCE_FILESYSTEM_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace tfs3 {

// What an operation answered: a code and, where that is OK, a text.
struct Outcome {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string text;
  std::string message = "";  // Of an error; not compared.
};

class ReferenceFilesystem {
 public:
  // "directory", or "file" and its size.
  Outcome Stat(const std::string& path) const;
  Outcome Read(const std::string& path) const;
  // Names, or paths, joined by newlines.
  Outcome Children(const std::string& path) const;
  Outcome Match(const std::string& pattern) const;

  Outcome Write(const std::string& path, const std::string& bytes);
  Outcome Append(const std::string& path, const std::string& bytes);
  Outcome CreateDir(const std::string& path);
  Outcome RecursivelyCreateDir(const std::string& path);
  Outcome DeleteFile(const std::string& path);
  Outcome DeleteDir(const std::string& path);
  Outcome DeleteRecursively(const std::string& path);
  Outcome Rename(const std::string& from, const std::string& to);
  Outcome Copy(const std::string& from, const std::string& to);

  // All directories, without a slash at the end; of files, their paths too.
  std::set<std::string> Directories() const;
  std::vector<std::string> Paths() const;

 private:
  // `path`, or what it is without its slash where there is no directory.
  std::string Either(const std::string& path) const;
  // Puts a file at `to`, with or without a slash.
  Outcome Put(const std::string& to, const std::string& bytes);

  enum class Kind { kNothing, kFile, kDirectory };

  Kind KindOf(const std::string& path) const;
  // Keys inside the directory, its own marker included.
  std::vector<std::string> Inside(const std::string& directory) const;

  std::map<std::string, std::string> objects_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_TESTING_REFERENCE_FILESYSTEM_H_
