// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads the JSON text of a request.
//
//   JsonText text(body, kDefaultMaxJsonNesting);
//   const bool read = text.ReadRoot([&](std::string_view name, const char* p) {
//     return name == "instances" ? ReadInstances(p) : text.SkipValue(p);
//   });
//   if (!read) return text.status();
//
// A position is a `const char*` into the body. A function that reads a value
// takes the position of its first character and returns the position after its
// last character, or null after an error; status() then has the error.
//
// Accepts the same text as TensorFlow Serving (RapidJSON 1.1.0 with NaN and
// Inf, without validation of the encoding). The differences from RFC 8259:
//   - The bytes of a UTF-8 byte order mark may precede the text, also only some
//     of them.
//   - The text ends at the first NUL; the rest is ignored.
//   - Strings may have bytes that are not UTF-8. A low surrogate may be escaped
//     alone, a high surrogate may not.
//   - NaN, Inf and Infinity are numbers; see json_number.h.
//   - Keys may be repeated.
// Validates the whole text, including ignored values.
//
// Not thread-safe. The body must outlive the JsonText and the strings that it
// returns.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TEXT_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_number.h"

namespace tfs3::rest {

// A tensor has at most 254 dimensions. The request, its list of examples and an
// example add levels.
inline constexpr int64_t kDefaultMaxJsonNesting = 260;

// Returns the first character from `p` on that is not white space. The padding
// of the body ends the search.
inline const char* SkipSpace(const char* p) {
  // The first comparison decides for most characters.
  while (static_cast<unsigned char>(*p) <= ' ' &&
         (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) {
    ++p;
  }
  return p;
}

// Returns whether the value at `token` is `word`: true, false or null.
inline bool IsJsonWord(const char* token, std::string_view word) {
  return std::string_view(token, word.size()) == word &&
         IsAfterJsonValue(token[word.size()]);
}

// Returns whether a value of any type starts at `token`.
bool LooksLikeJson(const char* token);

class JsonText {
 public:
  // The text of a string and the position after it, or null after an error.
  struct String {
    std::string_view text;
    const char* end = nullptr;
  };

  // Refuses lists and objects that nest deeper than `max_nesting` levels.
  // Charges copied strings to the charge of the body.
  JsonText(const net::PaddedBuffer& body, int64_t max_nesting)
      : body_(body), max_nesting_(max_nesting), copies_(body.charge()) {}
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;

  // The position of the root value.
  const char* begin() const;
  // The end of the body.
  const char* end() const { return body_.data() + body_.size(); }
  // The charge of the request's memory; may be null.
  RequestMemory::Charge* charge() const { return body_.charge(); }

  // Reads the whole text, which must be one object, with ReadObject.
  template <typename OnMember>
  bool ReadRoot(OnMember on_member);

  // Reads the object at `p`. on_member(name, position of the value) must return
  // the position after the value, or null to stop. The name is valid until the
  // next string is read.
  template <typename OnMember>
  const char* ReadObject(const char* p, OnMember on_member);

  // Reads the list at `p`. on_element(position of the value) must return the
  // position after the value, or null to stop.
  template <typename OnElement>
  const char* ReadList(const char* p, OnElement on_element);

  // Reads the string at `p`. The text is valid until the next string is read.
  String ReadString(const char* p);

  // Skips and validates a value of any type, in linear time.
  const char* SkipValue(const char* p);

  // The number of open lists and objects.
  int64_t depth() const { return depth_; }
  // Sets an error and returns false if one more list or object, `further`
  // levels inside the open ones, would exceed the limit.
  bool MayNest(int64_t further = 0) {
    return depth_ + further < max_nesting_ || FailNesting();
  }

  // The first error.
  const absl::Status& status() const { return status_; }
  // Returns the first error and clears it.
  absl::Status TakeStatus() { return std::exchange(status_, absl::OkStatus()); }
  // Whether the first error is a parse error: the text is not valid JSON.
  bool is_parse_error() const { return is_parse_error_; }

  // Sets the error if it is the first one. Returns null.
  std::nullptr_t Fail(absl::Status status);
  // Does the same for a parse error at `where`: "JSON Parse error: ..." with
  // the offset.
  std::nullptr_t FailParse(std::string_view reason, const char* where);

  // Sets an error with `reason` for the value at `token`, or a parse error if
  // there is no value. Returns null.
  std::nullptr_t FailAt(const char* token, std::string_view reason);

  // Returns the value at `token`, shortened for an error message.
  std::string ExcerptOf(const char* token) const;
  // Returns a name, shortened for an error message.
  static std::string ExcerptOfName(std::string_view name);

 private:
  // Reads a string with escapes or an error to unescaped_. `special` is the
  // first quote, backslash or control character.
  String ReadUnusualString(const char* p, const char* special);
  // Reads the escape at `p` and appends its character to unescaped_.
  const char* ReadEscape(const char* p);
  const char* SkipName(const char* p);
  const char* SkipScalar(const char* p);
  // Counts an open list or object.
  class Nested {
   public:
    explicit Nested(int64_t* depth) : depth_(*depth) { ++depth_; }
    ~Nested() { --depth_; }

   private:
    int64_t& depth_;
  };

  bool CheckRoot(const char* p);
  bool CheckEnd(const char* p);
  bool FailNesting();

  const net::PaddedBuffer& body_;
  const int64_t max_nesting_;
  int64_t depth_ = 0;
  std::string unescaped_;
  RequestMemory::Part copies_;  // of unescaped_
  absl::Status status_;
  bool is_parse_error_ = false;
};

template <typename OnMember>
bool JsonText::ReadRoot(OnMember on_member) {
  const char* p = begin();
  if (!CheckRoot(p)) {
    return false;
  }
  p = ReadObject(p, on_member);
  return p != nullptr && CheckEnd(p);
}

template <typename OnMember>
const char* JsonText::ReadObject(const char* p, OnMember on_member) {
  if (!MayNest()) {
    return nullptr;
  }
  const Nested nested(&depth_);
  p = SkipSpace(p + 1);
  if (*p != '}') {
    while (true) {
      if (*p != '"') {
        return FailParse("a name in quotes was expected", p);
      }
      const String name = ReadString(p);
      if (name.end == nullptr) {
        return nullptr;
      }
      p = SkipSpace(name.end);
      if (*p != ':') {
        return FailParse("a colon was expected", p);
      }
      p = on_member(name.text, SkipSpace(p + 1));
      if (p == nullptr) {
        return nullptr;
      }
      p = SkipSpace(p);
      if (*p == '}') {
        break;
      }
      if (*p != ',') {
        return FailParse("a comma or } was expected", p);
      }
      p = SkipSpace(p + 1);
    }
  }
  return p + 1;
}

template <typename OnElement>
const char* JsonText::ReadList(const char* p, OnElement on_element) {
  if (!MayNest()) {
    return nullptr;
  }
  const Nested nested(&depth_);
  p = SkipSpace(p + 1);
  if (*p != ']') {
    while (true) {
      p = on_element(p);
      if (p == nullptr) {
        return nullptr;
      }
      p = SkipSpace(p);
      if (*p == ']') {
        break;
      }
      if (*p != ',') {
        return FailParse("a comma or ] was expected", p);
      }
      p = SkipSpace(p + 1);
    }
  }
  return p + 1;
}

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TEXT_H_
