// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/request_logging/request_logger_file.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/platform/path.h"

namespace tfs3 {

using tensorflow::io::RecordWriter;

RequestLogFile::RequestLogFile(tensorflow::Env* env, std::string prefix)
    : env_(env), prefix_(std::move(prefix)) {}

RequestLogFile::~RequestLogFile() { Close().IgnoreError(); }

absl::Status RequestLogFile::Open(Clock::time_point now) {
  const std::string folder(tensorflow::io::Dirname(prefix_));
  if (!folder.empty()) {
    if (absl::Status status = env_->RecursivelyCreateDir(folder);
        !status.ok()) {
      return absl::Status(
          status.code(), absl::StrCat("cannot create the folder ", folder, ": ",
                                      status.message()));
    }
  }
  const std::string time =
      absl::FormatTime("%Y%m%dT%H%M%SZ", absl::Now(), absl::UTCTimeZone());
  // Another server may write files with the same prefix.
  do {
    name_ = absl::StrFormat("%s-%s-%06d.tfrecord", prefix_, time, ++number_);
  } while (env_->FileExists(name_).ok());
  if (absl::Status status = env_->NewWritableFile(name_, &file_);
      !status.ok()) {
    return GiveUp(status);
  }
  writer_ = std::make_unique<RecordWriter>(file_.get());
  bytes_ = 0;
  opened_at_ = now;
  return absl::OkStatus();
}

absl::Status RequestLogFile::GiveUp(const absl::Status& status) {
  writer_.reset();
  file_.reset();
  return absl::Status(status.code(), absl::StrCat("cannot write ", name_, ": ",
                                                  status.message()));
}

absl::Status RequestLogFile::Write(absl::string_view record,
                                   Clock::time_point now) {
  if (file_ == nullptr) {
    if (absl::Status status = Open(now); !status.ok()) {
      return status;
    }
  }
  if (absl::Status status = writer_->WriteRecord(record); !status.ok()) {
    return GiveUp(status);
  }
  bytes_ +=
      RecordWriter::kHeaderSize + record.size() + RecordWriter::kFooterSize;
  return absl::OkStatus();
}

absl::Status RequestLogFile::Flush() {
  if (file_ == nullptr) {
    return absl::OkStatus();
  }
  absl::Status status = writer_->Flush();
  if (status.ok()) {
    status = file_->Flush();
  }
  return status.ok() ? status : GiveUp(status);
}

absl::Status RequestLogFile::Close() {
  if (file_ == nullptr) {
    return absl::OkStatus();
  }
  absl::Status status = writer_->Close();
  if (status.ok()) {
    status = file_->Close();
  }
  if (!status.ok()) {
    return GiveUp(status);
  }
  writer_.reset();
  file_.reset();
  return absl::OkStatus();
}

}  // namespace tfs3
