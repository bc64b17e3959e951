// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The text of a request, opened for simdjson's On-Demand parsing.
//
//   JsonSource source(body);
//   if (absl::Status status = source.Open(); !status.ok()) return status;
//   simdjson::ondemand::object root;
//   auto error = source.document().get_object().get(root);
//   if (error) return source.ParseError(error);
//
// Open refuses text that is empty, is no object, is not valid UTF-8 or nests
// deeper than the limit. Each thread has one parser, which every source on
// that thread uses: one source at a time, on the thread that made it. The body
// must outlive the source and what was read from it.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_SOURCE_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_SOURCE_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "simdjson.h"
#include "tensorflow_serving_s3/model_servers/rest/json_nesting.h"
#include "tensorflow_serving_s3/model_servers/rest/padded_buffer.h"

namespace tfs3::rest {

class JsonSource {
 public:
  explicit JsonSource(const PaddedBuffer& body,
                      int64_t max_nesting = kDefaultMaxJsonNesting)
      : body_(body), max_nesting_(max_nesting) {}
  JsonSource(const JsonSource&) = delete;
  JsonSource& operator=(const JsonSource&) = delete;
  ~JsonSource();

  // Starts at the first character; may be called again to start anew.
  absl::Status Open();

  simdjson::ondemand::document& document() { return document_; }
  const char* end() const { return body_.data() + body_.size(); }

  // "JSON Parse error: ..." for what simdjson has just reported, with the
  // offset that it has come to.
  absl::Status ParseError(simdjson::error_code error);
  // The same for a fault found here, at a character of the body.
  absl::Status ParseError(std::string_view reason, const char* where) const;

 private:
  const PaddedBuffer& body_;
  const int64_t max_nesting_;
  simdjson::ondemand::document document_;
};

// The first character of a value, without taking the value in.
inline const char* TokenOf(simdjson::ondemand::value& value) {
  return value.raw_json_token().data();
}

// The first character at or after `p` that is no white space; the padding of a
// body ends the search.
inline const char* SkipSpace(const char* p) {
  // Most characters are none by one comparison.
  while (static_cast<unsigned char>(*p) <= ' ' &&
         (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) {
    ++p;
  }
  return p;
}

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_SOURCE_H_
