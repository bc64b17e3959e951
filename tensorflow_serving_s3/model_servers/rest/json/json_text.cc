// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace tfs3::rest {
namespace {

constexpr uint32_t kNoCode = 0xffffffff;

// Returns the first quote, backslash or control character from `p` on. The
// padding of the body ends the search.
const char* FindSpecial(const char* p) {
#ifdef __SSE2__
  static_assert(net::PaddedBuffer::kPadding >= 16);
  while (true) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i quotes = _mm_cmpeq_epi8(text, _mm_set1_epi8('"'));
    const __m128i escapes = _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'));
    const __m128i controls =
        _mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8(0x1f)), text);
    const int found = _mm_movemask_epi8(
        _mm_or_si128(_mm_or_si128(quotes, escapes), controls));
    if (found != 0) {
      return p + __builtin_ctz(found);
    }
    p += 16;
  }
#else
  while (static_cast<unsigned char>(*p) >= ' ' && *p != '"' && *p != '\\') {
    ++p;
  }
  return p;
#endif
}

// Returns the value of the four hexadecimal digits at `p`, or kNoCode.
uint32_t ReadHex(const char* p) {
  uint32_t code = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = p[i];
    uint32_t digit;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return kNoCode;
    }
    code = code * 16 + digit;
  }
  return code;
}

// Appends a code point. Encodes surrogates like other code points.
void AppendUtf8(uint32_t code, std::string* text) {
  const auto append = [text](uint32_t byte) {
    text->push_back(static_cast<char>(byte));
  };
  const auto append_six_bits = [append, code](int shift) {
    append(0x80 | ((code >> shift) & 0x3f));
  };
  if (code < 0x80) {
    append(code);
  } else if (code < 0x800) {
    append(0xc0 | (code >> 6));
    append_six_bits(0);
  } else if (code < 0x10000) {
    append(0xe0 | (code >> 12));
    append_six_bits(6);
    append_six_bits(0);
  } else {
    append(0xf0 | (code >> 18));
    append_six_bits(12);
    append_six_bits(6);
    append_six_bits(0);
  }
}

// Returns the character for the escape \c, or NUL if there is no such escape.
char Unescape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

}  // namespace

bool LooksLikeJson(const char* token) {
  double number;
  return *token == '"' || *token == '[' || *token == '{' ||
         IsJsonWord(token, "true") || IsJsonWord(token, "false") ||
         IsJsonWord(token, "null") ||
         ParseJsonNumber(token, &number) != NumberError::kSyntax;
}

const char* JsonText::begin() const {
  const char* p = body_.data();
  for (const char mark : {'\xef', '\xbb', '\xbf'}) {
    if (*p == mark) {
      ++p;
    }
  }
  return SkipSpace(p);
}

JsonText::String JsonText::ReadString(const char* p) {
  const char* const special = FindSpecial(p + 1);
  if (*special != '"') {
    return ReadUnusualString(p, special);
  }
  return {{p + 1, static_cast<size_t>(special - (p + 1))}, special + 1};
}

JsonText::String JsonText::ReadUnusualString(const char* p,
                                             const char* special) {
  const auto charge = [this](size_t more) {
    const size_t size = unescaped_.size() + more;
    if (size > unescaped_.capacity()) {
      copies_.GrowTo(static_cast<int64_t>(2 * size));
    }
  };
  unescaped_.clear();
  charge(special - (p + 1));
  unescaped_.assign(p + 1, special);
  while (*special == '\\') {
    const char* const rest = ReadEscape(special);
    if (rest == nullptr) {
      return {};
    }
    special = FindSpecial(rest);
    charge(special - rest);
    unescaped_.append(rest, special);
  }
  if (*special == '"') {
    return {unescaped_, special + 1};
  }
  if (*special == '\0') {
    FailParse("the string has no end", p);
  } else {
    FailParse("control characters in a string must be escaped", special);
  }
  return {};
}

const char* JsonText::ReadEscape(const char* p) {
  if (const char c = Unescape(p[1]); c != '\0') {
    unescaped_.push_back(c);
    return p + 2;
  }
  if (p[1] != 'u') {
    return FailParse(
        R"(an escape must be one of \" \\ \/ \b \f \n \r \t \uXXXX)", p);
  }
  uint32_t code = ReadHex(p + 2);
  if (code == kNoCode) {
    return FailParse("\\u must be followed by four hexadecimal digits", p);
  }
  const char* end = p + 6;
  if (code >= 0xd800 && code < 0xdc00) {
    const uint32_t low =
        end[0] == '\\' && end[1] == 'u' ? ReadHex(end + 2) : kNoCode;
    if (low < 0xdc00 || low > 0xdfff) {
      return FailParse("a high surrogate must be followed by a low one", p);
    }
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    end += 6;
  }
  AppendUtf8(code, &unescaped_);
  return end;
}

const char* JsonText::SkipValue(const char* p) {
  // The closing brackets of the open lists and objects, the innermost last.
  std::string closing;
  while (true) {
    // `p` is at the start of a value.
    if (*p == '[' || *p == '{') {
      if (!MayNest(closing.size())) {
        return nullptr;
      }
      const char close = *p == '[' ? ']' : '}';
      p = SkipSpace(p + 1);
      if (*p != close) {
        closing.push_back(close);
        if (close == '}') {
          p = SkipName(p);
        }
        if (p == nullptr) {
          return nullptr;
        }
        continue;
      }
      ++p;
    } else {
      p = SkipScalar(p);
      if (p == nullptr) {
        return nullptr;
      }
    }
    // `p` is after a value. Closes the lists and objects that end here.
    while (true) {
      if (closing.empty()) {
        return p;
      }
      p = SkipSpace(p);
      if (*p != closing.back()) {
        break;
      }
      closing.pop_back();
      ++p;
    }
    if (*p != ',') {
      return FailParse(closing.back() == ']' ? "a comma or ] was expected"
                                             : "a comma or } was expected",
                       p);
    }
    p = SkipSpace(p + 1);
    if (closing.back() == '}') {
      p = SkipName(p);
    }
    if (p == nullptr) {
      return nullptr;
    }
  }
}

const char* JsonText::SkipName(const char* p) {
  if (*p != '"') {
    return FailParse("a name in quotes was expected", p);
  }
  p = ReadString(p).end;
  if (p == nullptr) {
    return nullptr;
  }
  p = SkipSpace(p);
  if (*p != ':') {
    return FailParse("a colon was expected", p);
  }
  return SkipSpace(p + 1);
}

const char* JsonText::SkipScalar(const char* p) {
  if (*p == '"') {
    return ReadString(p).end;
  }
  for (const std::string_view word : {"true", "false", "null"}) {
    if (IsJsonWord(p, word)) {
      return p + word.size();
    }
  }
  double number;
  const char* end = nullptr;
  switch (ParseJsonNumber(p, &number, &end)) {
    case NumberError::kNone:
      return end;
    case NumberError::kRange:
      return FailParse("the number is out of range", p);
    case NumberError::kNotWhole:
    case NumberError::kSyntax:
      break;
  }
  return FailParse("a value was expected", p);
}

bool JsonText::CheckRoot(const char* p) {
  if (*p == '{') {
    return true;
  }
  FailParse(*p == '\0' ? "the request body is empty"
                       : "the request body must be a JSON object",
            p);
  return false;
}

bool JsonText::CheckEnd(const char* p) {
  p = SkipSpace(p);
  if (*p == '\0') {
    return true;
  }
  FailParse("text follows the request's object", p);
  return false;
}

bool JsonText::FailNesting() {
  Fail(absl::InvalidArgumentError(
      absl::StrCat("JSON Parse error: lists and objects nest more than ",
                   max_nesting_, " levels deep")));
  is_parse_error_ = true;
  return false;
}

std::nullptr_t JsonText::Fail(absl::Status status) {
  if (status_.ok()) {
    status_ = std::move(status);
    is_parse_error_ = false;
  }
  return nullptr;
}

std::nullptr_t JsonText::FailParse(std::string_view reason, const char* where) {
  if (!status_.ok()) {
    return nullptr;
  }
  Fail(absl::InvalidArgumentError(absl::StrCat("JSON Parse error: ", reason,
                                               " (at offset ",
                                               where - body_.data(), ")")));
  is_parse_error_ = true;
  return nullptr;
}

std::nullptr_t JsonText::FailAt(const char* token, std::string_view reason) {
  if (!LooksLikeJson(token)) {
    return FailParse("a value was expected", token);
  }
  return Fail(absl::InvalidArgumentError(reason));
}

std::string JsonText::ExcerptOfName(std::string_view name) {
  constexpr size_t kLongest = 256;
  return name.size() <= kLongest
             ? std::string(name)
             : absl::StrCat(name.substr(0, kLongest), "...");
}

std::string JsonText::ExcerptOf(const char* token) const {
  constexpr int kLongest = 48;
  if (*token == '[') {
    return "a list";
  }
  if (*token == '{') {
    return "an object";
  }
  const char* p = token + 1;
  const char* const stop = std::min(end(), token + kLongest);
  const bool quoted = *token == '"';
  while (p < stop && (quoted ? *p != '"' : !IsAfterJsonValue(*p))) {
    p += quoted && *p == '\\' ? 2 : 1;
  }
  p = std::min(p, stop);
  std::string excerpt(token, p);
  if (p == stop && stop != end()) {
    excerpt += "...";
  } else if (quoted) {
    excerpt += '"';
  }
  return excerpt;
}

}  // namespace tfs3::rest
