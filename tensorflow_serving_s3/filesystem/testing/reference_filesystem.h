// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Implements docs/s3_semantics.md in memory, as simply as possible. Tests
// compare the S3 filesystem with it.
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

// The result of an operation: a code and, if it is OK, a text.
struct Outcome {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string text;
  std::string message = "";  // Of an error; not compared.
};

class ReferenceFilesystem {
 public:
  // Returns "directory", or "file" and the size.
  Outcome Stat(const std::string& path) const;
  Outcome Read(const std::string& path) const;
  // Children returns names, Match paths, joined by newlines.
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

  // Directories returns directories without a slash at the end; Paths returns
  // files too.
  std::set<std::string> Directories() const;
  std::vector<std::string> Paths() const;

 private:
  // Returns `path`, without its slash if there is no such directory.
  std::string Either(const std::string& path) const;
  // Writes a file at `to`, with or without a slash.
  Outcome Put(const std::string& to, const std::string& bytes);

  enum class Kind { kNothing, kFile, kDirectory };

  Kind KindOf(const std::string& path) const;
  // Returns the keys in the directory, including its marker.
  std::vector<std::string> Inside(const std::string& directory) const;

  std::map<std::string, std::string> objects_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_TESTING_REFERENCE_FILESYSTEM_H_
