// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "examples/custom_source/manifest_source.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/absl_check.h"
#include "absl/log/absl_log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/storage_path.h"

namespace custom_source {

using ::tfs3::ServableData;
using ::tfs3::ServableId;
using ::tfs3::StoragePath;

absl::StatusOr<Manifest> ParseManifest(absl::string_view text) {
  Manifest manifest;
  size_t line_number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++line_number;
    line = line.substr(0, line.find('#'));
    const std::vector<std::string> fields =
        absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
    if (fields.empty()) {
      continue;
    }
    int64_t version;
    if (fields.size() != 3 || !absl::SimpleAtoi(fields[1], &version) ||
        version < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", line_number, ": \"", line,
                       "\" is not \"NAME VERSION PATH\", such as \"half 7 "
                       "s3://models/half/7\""));
    }
    const ServableId id{fields[0], version};
    std::vector<ServableData<StoragePath>>& versions = manifest[id.name];
    for (const ServableData<StoragePath>& other : versions) {
      if (other.id() == id) {
        return absl::InvalidArgumentError(
            absl::StrCat("line ", line_number, ": ", id.name, " has version ",
                         version, " already; remove one of the two lines"));
      }
    }
    versions.emplace_back(id, fields[2]);
  }
  return manifest;
}

absl::StatusOr<std::unique_ptr<ManifestSource>> ManifestSource::Create(
    Options options) {
  if (options.manifest.empty()) {
    return absl::InvalidArgumentError(
        "No manifest; give its path, such as s3://BUCKET/manifest.txt");
  }
  if (options.interval <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "The manifest ", options.manifest, " cannot be read every ",
        absl::FormatDuration(options.interval), "; give a positive interval"));
  }
  return absl::WrapUnique(new ManifestSource(std::move(options)));
}

ManifestSource::ManifestSource(Options options)
    : options_(std::move(options)),
      last_read_(absl::UnavailableError(
          absl::StrCat(options_.manifest, " was not read yet"))) {}

ManifestSource::~ManifestSource() {
  {
    std::lock_guard<std::mutex> lock(mu_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

void ManifestSource::SetAspiredVersionsCallback(
    AspiredVersionsCallback callback) {
  ABSL_CHECK(callback_ == nullptr)
      << "The callback of a ManifestSource is set a second time";
  callback_ = std::move(callback);
  thread_ = std::thread([this] { Run(); });
}

absl::Status ManifestSource::last_read() const {
  std::lock_guard<std::mutex> lock(mu_);
  return last_read_;
}

void ManifestSource::Run() {
  const std::chrono::nanoseconds interval =
      absl::ToChronoNanoseconds(options_.interval);
  std::unique_lock<std::mutex> lock(mu_);
  while (!stopping_) {
    lock.unlock();
    const absl::Status status = ReadAndAspire();
    lock.lock();
    if (!status.ok() && status != last_read_) {
      ABSL_LOG(ERROR) << status.message();
    }
    last_read_ = status;
    wake_.wait_for(lock, interval, [this] { return stopping_; });
  }
}

absl::Status ManifestSource::ReadAndAspire() {
  std::string text;
  absl::Status status =
      tensorflow::ReadFileToString(options_.env, options_.manifest, &text);
  absl::StatusOr<Manifest> manifest =
      status.ok() ? ParseManifest(text) : status;
  if (!manifest.ok()) {
    return absl::Status(
        manifest.status().code(),
        absl::StrCat("The manifest ", options_.manifest,
                     " changes nothing: ", manifest.status().message()));
  }

  // An empty list unloads the servable.
  for (const std::string& name : aspired_names_) {
    if (manifest->count(name) == 0) {
      callback_(name, {});
    }
  }
  aspired_names_.clear();
  for (auto& [name, versions] : *manifest) {
    aspired_names_.push_back(name);
    callback_(name, std::move(versions));
  }
  return absl::OkStatus();
}

}  // namespace custom_source
