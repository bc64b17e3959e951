// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/testing/reference_filesystem.h"

#include <fnmatch.h>

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace tfs3 {
namespace {

constexpr absl::StatusCode kNotFound = absl::StatusCode::kNotFound;
constexpr absl::StatusCode kPrecondition =
    absl::StatusCode::kFailedPrecondition;

std::string WithSlash(const std::string& path) {
  return absl::EndsWith(path, "/") ? path : path + "/";
}

std::string WithoutSlash(const std::string& path) {
  return std::string(absl::StripSuffix(path, "/"));
}

}  // namespace

ReferenceFilesystem::Kind ReferenceFilesystem::KindOf(
    const std::string& path) const {
  if (!absl::EndsWith(path, "/") && objects_.count(path) > 0) {
    return Kind::kFile;
  }
  return Inside(path).empty() ? Kind::kNothing : Kind::kDirectory;
}

std::string ReferenceFilesystem::Either(const std::string& path) const {
  return KindOf(path) == Kind::kNothing ? WithoutSlash(path) : path;
}

std::vector<std::string> ReferenceFilesystem::Inside(
    const std::string& directory) const {
  const std::string prefix = WithSlash(directory);
  std::vector<std::string> keys;
  for (const auto& [key, bytes] : objects_) {
    if (absl::StartsWith(key, prefix)) {
      keys.push_back(key);
    }
  }
  return keys;
}

Outcome ReferenceFilesystem::Stat(const std::string& path) const {
  switch (KindOf(path)) {
    case Kind::kNothing:
      return {kNotFound};
    case Kind::kDirectory:
      return {{}, "directory"};
    case Kind::kFile:
      return {{}, absl::StrCat("file ", objects_.at(path).size())};
  }
  return {absl::StatusCode::kInternal};
}

Outcome ReferenceFilesystem::Read(const std::string& path) const {
  switch (KindOf(path)) {
    case Kind::kNothing:
      return {kNotFound};
    case Kind::kDirectory:
      return {kPrecondition};
    case Kind::kFile:
      return {{}, objects_.at(path)};
  }
  return {absl::StatusCode::kInternal};
}

Outcome ReferenceFilesystem::Children(const std::string& path) const {
  const std::vector<std::string> inside = Inside(path);
  if (inside.empty()) {
    return {kNotFound};
  }
  const size_t begin = WithSlash(path).size();
  std::set<std::string> names;
  for (const std::string& key : inside) {
    const std::string name = key.substr(begin, key.find('/', begin) - begin);
    if (!name.empty()) {
      names.insert(name);
    }
  }
  return {{}, absl::StrJoin(names, "\n")};
}

Outcome ReferenceFilesystem::Match(const std::string& pattern) const {
  std::set<std::string> matches;
  for (const std::string& path : Paths()) {
    if (fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0) {
      matches.insert(path);
    }
  }
  return {{}, absl::StrJoin(matches, "\n")};
}

Outcome ReferenceFilesystem::Write(const std::string& path,
                                   const std::string& bytes) {
  if (absl::EndsWith(path, "/") || KindOf(path) == Kind::kDirectory) {
    return {kPrecondition};
  }
  objects_[path] = bytes;
  return {};
}

Outcome ReferenceFilesystem::Append(const std::string& path,
                                    const std::string& bytes) {
  const bool exists = KindOf(path) == Kind::kFile;
  return Write(path, exists ? objects_.at(path) + bytes : bytes);
}

Outcome ReferenceFilesystem::CreateDir(const std::string& path) {
  if (KindOf(WithoutSlash(path)) != Kind::kNothing) {
    return {absl::StatusCode::kAlreadyExists};
  }
  objects_[WithSlash(path)] = "";
  return {};
}

Outcome ReferenceFilesystem::RecursivelyCreateDir(const std::string& path) {
  switch (KindOf(WithoutSlash(path))) {
    case Kind::kNothing:
      return CreateDir(path);
    case Kind::kDirectory:
      return {};
    case Kind::kFile:
      return {kPrecondition};
  }
  return {absl::StatusCode::kInternal};
}

Outcome ReferenceFilesystem::DeleteFile(const std::string& given) {
  const std::string path = Either(given);
  switch (KindOf(path)) {
    case Kind::kNothing:
      return {kNotFound};
    case Kind::kDirectory:
      return {kPrecondition};
    case Kind::kFile:
      objects_.erase(path);
      return {};
  }
  return {absl::StatusCode::kInternal};
}

Outcome ReferenceFilesystem::DeleteDir(const std::string& path) {
  const std::vector<std::string> inside = Inside(path);
  if (inside.empty()) {
    return {KindOf(path) == Kind::kFile ? kPrecondition : kNotFound};
  }
  if (inside != std::vector<std::string>{WithSlash(path)}) {
    return {kPrecondition};
  }
  objects_.erase(inside.front());
  return {};
}

Outcome ReferenceFilesystem::DeleteRecursively(const std::string& given) {
  const std::string path = Either(given);
  switch (KindOf(path)) {
    case Kind::kNothing:
      return {kNotFound};
    case Kind::kFile:
      objects_.erase(path);
      return {};
    case Kind::kDirectory:
      for (const std::string& key : Inside(path)) {
        objects_.erase(key);
      }
      return {};
  }
  return {absl::StatusCode::kInternal};
}

Outcome ReferenceFilesystem::Rename(const std::string& given,
                                    const std::string& to) {
  const std::string from = Either(given);
  if (KindOf(from) == Kind::kNothing) {
    return {kNotFound};
  }
  if (KindOf(from) == Kind::kFile) {
    if (from == WithoutSlash(to)) {
      return {};
    }
    const Outcome copied = Copy(from, to);
    if (copied.code == absl::StatusCode::kOk) {
      objects_.erase(from);
    }
    return copied;
  }
  const std::string source = WithSlash(from);
  const std::string target = WithSlash(to);
  if (source == target) {
    return {};
  }
  if (absl::StartsWith(target, source)) {
    return {absl::StatusCode::kInvalidArgument};
  }
  const std::vector<std::string> there = Inside(to);
  if (KindOf(WithoutSlash(to)) == Kind::kFile ||
      (!there.empty() && there != std::vector<std::string>{target})) {
    return {kPrecondition};
  }
  for (const std::string& key : Inside(from)) {
    auto object = objects_.extract(key);
    object.key() = target + key.substr(source.size());
    objects_.erase(object.key());
    objects_.insert(std::move(object));
  }
  return {};
}

Outcome ReferenceFilesystem::Put(const std::string& to,
                                 const std::string& bytes) {
  const std::string file = WithoutSlash(to);
  if (file != to && KindOf(file) == Kind::kFile) {
    return {kPrecondition};
  }
  return Write(file, bytes);
}

Outcome ReferenceFilesystem::Copy(const std::string& given,
                                  const std::string& to) {
  const std::string from = Either(given);
  if (KindOf(from) == Kind::kFile && from == WithoutSlash(to)) {
    return {};
  }
  switch (KindOf(from)) {
    case Kind::kNothing:
      return {kNotFound};
    case Kind::kDirectory:
      return {kPrecondition};
    case Kind::kFile:
      return Put(to, objects_.at(from));
  }
  return {absl::StatusCode::kInternal};
}

std::set<std::string> ReferenceFilesystem::Directories() const {
  std::set<std::string> directories;
  for (const auto& [key, bytes] : objects_) {
    for (size_t slash = key.find('/'); slash != std::string::npos;
         slash = key.find('/', slash + 1)) {
      directories.insert(key.substr(0, slash));
    }
  }
  return directories;
}

std::vector<std::string> ReferenceFilesystem::Paths() const {
  std::set<std::string> paths = Directories();
  for (const auto& [key, bytes] : objects_) {
    if (!absl::EndsWith(key, "/")) {
      paths.insert(key);
    }
  }
  return {paths.begin(), paths.end()};
}

}  // namespace tfs3
