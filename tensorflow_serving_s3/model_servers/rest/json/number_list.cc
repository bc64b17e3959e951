// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/json/number_list.h"

#ifdef __x86_64__

#include <algorithm>

#include "tensorflow_serving_s3/model_servers/rest/json/json_number.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"

namespace tfs3::rest {
namespace {

// Returns the position of the value after the comma at `comma`, or of white
// space before it.
[[gnu::always_inline]] inline const char* AfterComma(const char* comma) {
  return comma[1] == ' ' ? comma + 2 : SkipSpace(comma + 1);
}

}  // namespace

template <typename T>
const char* IndexedNumberList<T>::ReadOther(const char* token, T* out) {
  token = SkipSpace(token);
  const auto skip_to = [this](const char* position) {
    while (*next_ != nullptr && *next_ <= position) {
      ++next_;
    }
  };
  skip_to(token);
  if (*next_ == nullptr) {
    next_ = index_.Fill(token);
  }
  const char* end = *next_;
  if (ReadIndexedNumber(token, end, out) && IsAfterJsonValue(*end)) {
    ++next_;
    unusual_ = 0;
    next_pause_ = kMinPause;
    return SkipSpace(end);
  }
  // The index does not reach the last characters of the text. Before them, it
  // has no end if there are only values such as NaN.
  const bool is_indexed = *next_ != nullptr || text_end_ - token >= kMinText;
  if (is_indexed && ++unusual_ > kMaxUnusual) {
    pause_ = next_pause_;
    next_pause_ = std::min(2 * next_pause_, kMaxPause);
  }
  if (ParseJsonNumber(token, out, &end) != NumberError::kNone) {
    return nullptr;
  }
  skip_to(end);
  return SkipSpace(end);
}

template <typename T>
int64_t IndexedNumberList<T>::ReadNumbers(const char** p, T* out, T* limit) {
  const T* const first = out;
  const char* token = *p;
  while (out != limit) {
    const char* const end = *next_;
    if (__builtin_expect(ReadIndexedNumber(token, end, out), 1) &&
        (*end == ',' || *end == ']')) {
      ++next_;
      *p = end;
    } else {
      const char* const after = ReadOther(token, out);
      if (after == nullptr) {
        break;
      }
      *p = after;
    }
    ++out;
    if (**p != ',' || pause_ > 0) {
      break;
    }
    token = AfterComma(*p);
  }
  return out - first;
}

template <typename T>
inline const char* IndexedNumberList<T>::ReadRow(const char* token, T* out,
                                                 const T* out_end) {
  // In a register, unlike next_.
  const char* const* next = next_;
  while (true) {
    const char* after = *next;
    if (__builtin_expect(ReadIndexedNumber(token, after, out), 1) &&
        (*after == ',' || *after == ']')) {
      ++next;
    } else {
      next_ = next;
      after = ReadOther(token, out);
      next = next_;
      if (after == nullptr) {
        return nullptr;
      }
    }
    ++out;
    if (*after != ',') {
      next_ = next;
      return out == out_end && *after == ']' ? after : nullptr;
    }
    if (out == out_end) {
      return nullptr;
    }
    token = AfterComma(after);
  }
}

template <typename T>
int64_t IndexedNumberList<T>::ReadRows(const char** p, int64_t row_size, T* out,
                                       T* limit) {
  int64_t rows = 0;
  const char* open = *p;
  while (*open == '[' && limit - out >= row_size && pause_ == 0) {
    const char* const close = ReadRow(SkipSpace(open + 1), out, out + row_size);
    if (close == nullptr) {
      break;
    }
    out += row_size;
    ++rows;
    *p = SkipSpace(close + 1);
    if (**p != ',') {
      break;
    }
    open = AfterComma(*p);
  }
  return rows;
}

template class IndexedNumberList<float>;
template class IndexedNumberList<double>;

}  // namespace tfs3::rest

#endif  // __x86_64__
