// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Hides the differences between the releases of TensorFlow that this project
// compiles against. 2.16.2 has protobuf 3, and its protocol of TensorFlow
// Serving lacks some fields.
#ifndef TENSORFLOW_SERVING_S3_PROTO_TENSORFLOW_COMPAT_H_
#define TENSORFLOW_SERVING_S3_PROTO_TENSORFLOW_COMPAT_H_

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/message.h"
#include "google/protobuf/stubs/common.h"

namespace tfs3 {

// google::protobuf::io::ErrorCollector with one name for its function. Lines
// and columns begin with 0.
class ParseErrorCollector : public google::protobuf::io::ErrorCollector {
 public:
  virtual void OnError(int line, int column, absl::string_view message) = 0;

#if GOOGLE_PROTOBUF_VERSION < 4000000
  void AddError(int line, int column, const std::string& message) final {
    OnError(line, column, message);
  }
#else
  void RecordError(int line, int column, absl::string_view message) final {
    OnError(line, column, message);
  }
#endif
};

// Returns whether the field of `message` has a value: an element, if it is
// repeated. Returns false if the protocol lacks the field.
inline bool HasField(const google::protobuf::Message& message,
                     const std::string& name) {
  const google::protobuf::FieldDescriptor* const field =
      message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr) {
    return false;
  }
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  return field->is_repeated() ? reflection.FieldSize(message, field) > 0
                              : reflection.HasField(message, field);
}

namespace compat_internal {

template <typename Request>
auto EmitXspace(const Request& request,
                int) -> decltype(request.emit_xspace()) {
  return request.emit_xspace();
}

template <typename Request>
bool EmitXspace(const Request&, long) {
  return false;
}

template <typename Response, typename XSpace>
auto SetXspace(Response* response, XSpace&& space,
               int) -> decltype(response->mutable_xspace(), void()) {
  *response->mutable_xspace() = std::forward<XSpace>(space);
}

template <typename Response, typename XSpace>
void SetXspace(Response*, XSpace&&, long) {}

}  // namespace compat_internal

// Returns ProfileRequest::emit_xspace. Returns false in TensorFlow 2.16, which
// has no such field.
template <typename Request>
bool EmitXspace(const Request& request) {
  return compat_internal::EmitXspace(request, 0);
}

// Sets ProfileResponse::xspace. Does nothing in TensorFlow 2.16, which has no
// such field.
template <typename Response, typename XSpace>
void SetXspace(Response* response, XSpace&& space) {
  compat_internal::SetXspace(response, std::forward<XSpace>(space), 0);
}

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_PROTO_TENSORFLOW_COMPAT_H_
