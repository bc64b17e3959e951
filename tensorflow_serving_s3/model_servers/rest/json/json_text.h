// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads the JSON text of a request from front to back.
//
//   JsonText text(body, kDefaultMaxJsonNesting);
//   const bool read = text.ReadRoot([&](std::string_view name, const char* p) {
//     return name == "instances" ? ReadInstances(p) : text.SkipValue(p);
//   });
//   if (!read) return text.status();
//
// A position is a `const char*` into the body; a function that reads takes the
// position of the first character and returns the position behind the last. It
// returns null after a fault, and status() says which.
//
// The language is the one that TensorFlow Serving reads (RapidJSON 1.1.0 with
// NaN and Inf, without a check of the encoding). It differs from RFC 8259:
//   - Each byte of a UTF-8 byte order mark may stand before the text.
//   - The text ends at the first NUL; what follows is not read.
//   - Strings may hold bytes that are not UTF-8. A lone low surrogate may be
//     escaped, a lone high one may not.
//   - NaN, Inf and Infinity are numbers; see json_number.h.
//   - Keys may come twice.
// All of the text is checked, also values that nobody needs.
//
// Not thread-safe. The body must outlive the text and what was read from it.
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

// A tensor has at most 254 dimensions; around them stand the request, its list
// of examples and an example.
inline constexpr int64_t kDefaultMaxJsonNesting = 260;

// The first character at or after `p` that is no white space; the padding of a
// body ends the search.
inline const char* SkipSpace(const char* p) {
  // One comparison is enough for most characters.
  while (static_cast<unsigned char>(*p) <= ' ' &&
         (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) {
    ++p;
  }
  return p;
}

// True when the value at `token` is `word`: true, false or null.
inline bool IsJsonWord(const char* token, std::string_view word) {
  return std::string_view(token, word.size()) == word &&
         EndsJsonValue(token[word.size()]);
}

// True when `token` starts a value of any type.
bool LooksLikeJson(const char* token);

class JsonText {
 public:
  // The text of a string, and the position behind it: null after a fault.
  struct String {
    std::string_view text;
    const char* end = nullptr;
  };

  // Lists and objects that nest deeper than `max_nesting` levels are a fault.
  // Charges what it copies to the charge of the body.
  JsonText(const PaddedBuffer& body, int64_t max_nesting)
      : body_(body), max_nesting_(max_nesting), copies_(body.charge()) {}
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;

  // The first character of the text's only value.
  const char* begin() const;
  // The end of the body.
  const char* end() const { return body_.data() + body_.size(); }
  // Where the request's memory is charged; may be null.
  RequestMemory::Charge* charge() const { return body_.charge(); }

  // Reads the whole text, which must be one object. See ReadObject.
  template <typename OnMember>
  bool ReadRoot(OnMember on_member);

  // Reads the object at `p`. on_member(name, position of the value) returns the
  // position behind the value, or null to stop. The name is valid until the
  // next string is read.
  template <typename OnMember>
  const char* ReadObject(const char* p, OnMember on_member);

  // Reads the list at `p`. on_element(position of the value) returns the
  // position behind the value, or null to stop.
  template <typename OnElement>
  const char* ReadList(const char* p, OnElement on_element);

  // Reads the string at `p`. The text is valid until the next string is read.
  String ReadString(const char* p);

  // Reads a value of any type. Linear in time, whatever it nests.
  const char* SkipValue(const char* p);

  // How many lists and objects are open.
  int64_t depth() const { return depth_; }
  // Notes a fault unless one more list or object may be open, `further` levels
  // inside those that are.
  bool MayNest(int64_t further = 0) {
    return depth_ + further < max_nesting_ || FailNesting();
  }

  // The first fault.
  const absl::Status& status() const { return status_; }
  // The first fault, which is forgotten then.
  absl::Status TakeStatus() { return std::exchange(status_, absl::OkStatus()); }
  // True when the first fault is one of the text as such.
  bool is_parse_error() const { return is_parse_error_; }

  // Notes a fault; returns null.
  std::nullptr_t Fail(absl::Status status);
  // The same for text that is no JSON from `where` on: "JSON Parse error: ..."
  // with the offset.
  std::nullptr_t FailParse(std::string_view reason, const char* where);

  // The value at `token` as an error message shows it.
  std::string ExcerptOf(const char* token) const;
  // A name of the request as an error message shows it: its beginning.
  static std::string ExcerptOfName(std::string_view name);

 private:
  // Behind a string with escapes or a fault; the text goes to unescaped_.
  // `special` is the first character that is not plain.
  String ReadUnusualString(const char* p, const char* special);
  // Behind the escape at `p`, whose character goes to unescaped_.
  const char* ReadEscape(const char* p);
  const char* SkipName(const char* p);
  const char* SkipScalar(const char* p);
  // One more list or object is open while this lives.
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

  const PaddedBuffer& body_;
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
  if (!CheckRoot(p)) return false;
  p = ReadObject(p, on_member);
  return p != nullptr && CheckEnd(p);
}

template <typename OnMember>
const char* JsonText::ReadObject(const char* p, OnMember on_member) {
  if (!MayNest()) return nullptr;
  const Nested nested(&depth_);
  p = SkipSpace(p + 1);
  if (*p != '}') {
    while (true) {
      if (*p != '"') return FailParse("a name in quotes was expected", p);
      const String name = ReadString(p);
      if (name.end == nullptr) return nullptr;
      p = SkipSpace(name.end);
      if (*p != ':') return FailParse("a colon was expected", p);
      p = on_member(name.text, SkipSpace(p + 1));
      if (p == nullptr) return nullptr;
      p = SkipSpace(p);
      if (*p == '}') break;
      if (*p != ',') return FailParse("a comma or } was expected", p);
      p = SkipSpace(p + 1);
    }
  }
  return p + 1;
}

template <typename OnElement>
const char* JsonText::ReadList(const char* p, OnElement on_element) {
  if (!MayNest()) return nullptr;
  const Nested nested(&depth_);
  p = SkipSpace(p + 1);
  if (*p != ']') {
    while (true) {
      p = on_element(p);
      if (p == nullptr) return nullptr;
      p = SkipSpace(p);
      if (*p == ']') break;
      if (*p != ',') return FailParse("a comma or ] was expected", p);
      p = SkipSpace(p + 1);
    }
  }
  return p + 1;
}

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_JSON_TEXT_H_
