// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads many numbers of JSON lists at once.
//
//   NumberList<float> list(text_begin, text_end);
//   if (list.MayRead(token)) count = list.ReadNumbers(&token, out, limit);
//
// Parsing one number after the other waits for each number: the position of the
// next one depends on its size. NumberList finds the ends of the numbers first
// (number_index.h), so the processor reads several numbers at the same time.
//
// Reads only what is certainly right, and stops before the rest, also before
// errors: the caller reads on with ParseJsonNumber. Accepts the same numbers.
// Reads nothing if T is neither float nor double, and on processors other than
// x86.
//
// Not thread-safe. Needs constant memory. 64 bytes after the text must be
// readable.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_NUMBER_LIST_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_NUMBER_LIST_H_

#include <cstdint>

#ifdef __x86_64__
#include "tensorflow_serving_s3/model_servers/rest/json/indexed_number.h"
#include "tensorflow_serving_s3/model_servers/rest/json/number_index.h"
#endif

namespace tfs3::rest {

template <typename T>
class NumberList {
 public:
  NumberList(const char* /*text_begin*/, const char* /*text_end*/) {}
  bool MayRead(const char* /*token*/) { return false; }
  int64_t ReadNumbers(const char** /*p*/, T* /*out*/, T* /*limit*/) {
    return 0;
  }
  int64_t ReadRows(const char** /*p*/, int64_t /*row_size*/, T* /*out*/,
                   T* /*limit*/) {
    return 0;
  }
};

#ifdef __x86_64__

template <typename T>
class IndexedNumberList {
 public:
  IndexedNumberList(const char* text_begin, const char* text_end)
      : text_begin_(text_begin),
        text_end_(text_end),
        index_(text_begin, text_end) {}

  // Returns whether to try to read the values at `token`. The index costs more
  // than it gives if the text is short or has unusual numbers. The other
  // functions must not be called before it has returned true.
  bool MayRead(const char* token) {
    if (text_end_ - token < kMinText ||
        token - text_begin_ < kIndexedNumberReach) {
      return false;
    }
    if (pause_ > 0) {
      --pause_;
      return false;
    }
    return true;
  }

  // Reads the numbers from `*p` on, which commas separate, to [out, limit).
  // Moves `*p` to the first character after them that is not white space.
  // Returns their count. If it is 0, `*p` does not move.
  TFS3_AVX int64_t ReadNumbers(const char** p, T* out, T* limit);

  // Does the same for whole lists of `row_size` numbers. Returns the count of
  // the lists.
  TFS3_AVX int64_t ReadRows(const char** p, int64_t row_size, T* out, T* limit);

 private:
  static constexpr int64_t kMinText = 256;
  // After so many unusual numbers, the next ones are left to the caller.
  static constexpr int kMaxUnusual = 4;
  static constexpr int kMinPause = 64;
  static constexpr int kMaxPause = 4096;

  // Reads a number that is unusual or whose end is not yet in the index, after
  // white space. Sets next_. Returns the first character after the number that
  // is not white space, or null if there is no number.
  TFS3_AVX [[gnu::noinline]] const char* ReadOther(const char* token, T* out);
  // Reads the numbers [out, out_end) of the list, the first one at `token`.
  // Returns the position of the closing bracket, or null.
  TFS3_AVX [[gnu::always_inline]] const char* ReadRow(const char* token, T* out,
                                                      const T* out_end);

  const char* const text_begin_;
  const char* const text_end_;
  NumberIndex index_;
  static constexpr const char* kNoEnds[] = {nullptr};
  // The end of the next number, unless it is before that number.
  const char* const* next_ = kNoEnds;
  int unusual_ = 0;  // Since ReadOther read a usual number.
  int pause_ = 0;
  int next_pause_ = kMinPause;
};

template <>
class NumberList<float> : public IndexedNumberList<float> {
 public:
  using IndexedNumberList::IndexedNumberList;
};

template <>
class NumberList<double> : public IndexedNumberList<double> {
 public:
  using IndexedNumberList::IndexedNumberList;
};

#endif  // __x86_64__

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_NUMBER_LIST_H_
