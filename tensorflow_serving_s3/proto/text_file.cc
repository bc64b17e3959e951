// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/proto/text_file.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "tensorflow_serving_s3/proto/tensorflow_compat.h"

namespace tfs3 {
namespace {

// Stores the first error and its place. Later errors are mostly its
// consequences.
class FirstError final : public ParseErrorCollector {
 public:
  void OnError(int line, int column, absl::string_view message) override {
    if (!text_.empty()) {
      return;
    }
    // The format of protobuf. An error without a place has the line -1.
    if (line >= 0) {
      text_ = absl::StrCat(line + 1, ":", column + 1, ": ");
    }
    absl::StrAppend(&text_, message);
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

absl::Status ReadTextFile(const std::string& path, absl::string_view example,
                          google::protobuf::Message* message,
                          tensorflow::Env* env) {
  std::string text;
  if (absl::Status status = tensorflow::ReadFileToString(env, path, &text);
      !status.ok()) {
    return absl::Status(
        status.code(),
        absl::StrCat(path, " cannot be read: ", status.message()));
  }
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(text, message)) {
    // Scripts search for the text of protobuf ("Error parsing ...") and of
    // TensorFlow Serving ("Invalid protobuf file").
    return absl::InvalidArgumentError(absl::StrCat(
        "Error parsing text-format ", message->GetDescriptor()->full_name(),
        ": ", error.text(), "; Invalid protobuf file: '", path,
        "'; it looks like: ", example));
  }
  return absl::OkStatus();
}

}  // namespace tfs3
