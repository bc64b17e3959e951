// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// google/protobuf/json/json.h for wheels of TensorFlow with protobuf 3, which
// has the same function with other names in google/protobuf/util/json_util.h.
#ifndef GOOGLE_PROTOBUF_JSON_JSON_H_
#define GOOGLE_PROTOBUF_JSON_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"

namespace google {
namespace protobuf {
namespace json {

struct PrintOptions {
  bool add_whitespace = false;
  bool always_print_fields_with_no_presence = false;
  bool preserve_proto_field_names = false;
};

inline absl::Status MessageToJsonString(const Message& message,
                                        std::string* output,
                                        const PrintOptions& options) {
  util::JsonPrintOptions print;
  print.add_whitespace = options.add_whitespace;
  print.always_print_primitive_fields =
      options.always_print_fields_with_no_presence;
  print.preserve_proto_field_names = options.preserve_proto_field_names;
  const auto status = util::MessageToJsonString(message, output, print);
  return absl::Status(static_cast<absl::StatusCode>(status.code()),
                      status.ToString());
}

}  // namespace json
}  // namespace protobuf
}  // namespace google

#endif  // GOOGLE_PROTOBUF_JSON_JSON_H_
