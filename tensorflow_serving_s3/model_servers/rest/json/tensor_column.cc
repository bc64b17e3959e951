// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The work is split in two: Elements<T> stores one value after the other,
// ColumnOf<T> walks the lists and keeps the shape.
#include "tensorflow_serving_s3/model_servers/rest/json/tensor_column.h"

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_base64.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_number.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"

namespace tfs3::rest {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using tensorflow::tstring;

constexpr int kMaxRank = TensorShape::MaxDimensions();

enum class Outcome : uint8_t {
  kStored,
  kWrongType,
  kNotWhole,
  kOutOfRange,
  kNotBase64,
  kNotAlone,  // {"b64": ...} with another key
  kNotJson,   // the text of the value is no JSON
};

inline Outcome OutcomeOf(NumberError error) {
  if (error == NumberError::kNone) return Outcome::kStored;
  if (error == NumberError::kNotWhole) return Outcome::kNotWhole;
  return error == NumberError::kRange ? Outcome::kOutOfRange
                                      : Outcome::kWrongType;
}

// `*end` becomes the first character behind what is stored.
template <typename T>
[[gnu::always_inline]] inline Outcome ParseElement(const char* token,
                                                   T* element,
                                                   const char** end) {
  return OutcomeOf(ParseJsonNumber(token, element, end));
}

template <>
inline Outcome ParseElement(const char* token, bool* element,
                            const char** end) {
  *element = *token == 't';
  const std::string_view word = *element ? "true" : "false";
  *end = token + word.size();
  return IsJsonWord(token, word) ? Outcome::kStored : Outcome::kWrongType;
}

// The float below `wide` in magnitude, its last bit set if anything was
// dropped: rounding that once more, to a type with fewer bits, gives what
// rounding `wide` itself would. `wide` is no NaN.
float RoundToOdd(double wide) {
  auto narrow = static_cast<float>(wide);
  if (static_cast<double>(narrow) == wide) return narrow;
  uint32_t bits;
  std::memcpy(&bits, &narrow, sizeof bits);
  if (std::abs(static_cast<double>(narrow)) > std::abs(wide)) --bits;
  bits |= 1;
  std::memcpy(&narrow, &bits, sizeof bits);
  return narrow;
}

// The valid number at `token` as a double that is rounded to odd: if no double
// is equal, the one of its two neighbours whose last bit is set.
[[gnu::noinline]] double ReadRoundedToOdd(const char* token) {
  const auto read = [token](int rounding) {
    const int before = std::fegetround();
    std::fesetround(rounding);
    const double number = std::strtod(token, nullptr);
    std::fesetround(before);
    return number;
  };
  const double below = read(FE_DOWNWARD);
  uint64_t bits;
  std::memcpy(&bits, &below, sizeof bits);
  return (bits & 1) != 0 ? below : read(FE_UPWARD);
}

// The value of type T that is nearest to `wide`, as a float.
template <typename T>
float Narrowed(double wide) {
  return static_cast<float>(static_cast<T>(RoundToOdd(wide)));
}

template <typename T>
Outcome ParseNarrowFloat(const char* token, T* element, const char** end) {
  double wide;
  const Outcome outcome = ParseElement(token, &wide, end);
  if (outcome != Outcome::kStored) return outcome;
  if (!std::isfinite(wide)) {
    *element = static_cast<T>(static_cast<float>(wide));
    const bool is_written_out = json_number_internal::IsDigit((*end)[-1]);
    return is_written_out ? Outcome::kOutOfRange : Outcome::kStored;
  }
  // `wide` is rounded itself. That matters where its neighbours become
  // different values: the number may lie on the other side of their middle.
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  if (Narrowed<T>(std::nextafter(wide, -kInfinity)) !=
      Narrowed<T>(std::nextafter(wide, kInfinity))) {
    wide = ReadRoundedToOdd(token);
  }
  *element = static_cast<T>(RoundToOdd(wide));
  return std::isinf(static_cast<float>(*element)) ? Outcome::kOutOfRange
                                                  : Outcome::kStored;
}

template <>
inline Outcome ParseElement(const char* token, Eigen::half* element,
                            const char** end) {
  return ParseNarrowFloat(token, element, end);
}

template <>
inline Outcome ParseElement(const char* token, tensorflow::bfloat16* element,
                            const char** end) {
  return ParseNarrowFloat(token, element, end);
}

// Elements of fixed size, in a tensor that grows as they come.
template <typename T>
class Elements {
 public:
  Elements(const TensorSpec& spec, JsonText* text)
      : dtype_(spec.dtype), text_end_(text->end()), charge_(text->charge()) {
    // Room for one example, if the model says how large one is.
    for (int i = 0; i < spec.shape.dims(); ++i) {
      const int64_t dim = spec.shape.dim_size(i);
      if (dim > 0 && first_capacity_ < kLargestFirstCapacity)
        first_capacity_ *= dim;
    }
    first_capacity_ =
        std::clamp(first_capacity_, kLeastFirstCapacity, kLargestFirstCapacity);
  }

  int64_t size() const { return size_; }

  // Stores the value at `token`; `*end` becomes the character behind it.
  [[gnu::always_inline]] Outcome Store(const char* token, const char** end) {
    if (size_ == capacity_) Grow(token);
    const Outcome outcome = ParseElement(token, data_ + size_, end);
    size_ += outcome == Outcome::kStored;
    return outcome;
  }

  // The stored elements, in memory that they keep; its charge ends with the
  // request.
  Tensor Take(const TensorShape& shape) {
    charge_.Keep();
    if (size_ == 0) return Tensor(dtype_, shape);
    Tensor tensor;
    CHECK(tensor.CopyFrom(
        size_ == capacity_ ? buffer_ : buffer_.Slice(0, size_), shape));
    return tensor;
  }

 private:
  static constexpr int64_t kLeastFirstCapacity = 8;
  static constexpr int64_t kLargestFirstCapacity = int64_t{1} << 24;

  void Grow(const char* token) {
    // Every further element takes a character and a comma at least.
    const int64_t most = size_ + (text_end_ - token) / 2 + 1;
    const int64_t before = charge_.bytes();
    capacity_ =
        std::min(most, capacity_ == 0 ? first_capacity_ : 2 * capacity_);
    charge_.Grow(capacity_ * static_cast<int64_t>(sizeof(T)));
    Tensor grown(dtype_, TensorShape({capacity_}));
    T* const data = grown.flat<T>().data();
    if (data == nullptr) throw std::bad_alloc();
    if (size_ > 0)
      std::memcpy(static_cast<void*>(data), data_, size_ * sizeof(T));
    buffer_ = std::move(grown);
    data_ = data;
    charge_.Shrink(before);
  }

  const tensorflow::DataType dtype_;
  const char* const text_end_;
  RequestMemory::Part charge_;
  int64_t first_capacity_ = 1;
  Tensor buffer_;
  T* data_ = nullptr;
  int64_t size_ = 0;
  int64_t capacity_ = 0;
};

template <>
class Elements<tstring> {
 public:
  Elements(const TensorSpec& /*spec*/, JsonText* text)
      : text_(*text), slots_(text->charge()), texts_(text->charge()) {}

  int64_t size() const { return strings_.size(); }

  Outcome Store(const char* token, const char** end) {
    if (*token == '{' && OpensBase64Object(&text_, token))
      return StoreBase64(token, end);
    if (*token != '"') return Outcome::kWrongType;
    const JsonText::String string = text_.ReadString(token);
    if (string.end == nullptr) return Outcome::kNotJson;
    MakeRoom(string.text.size());
    strings_.emplace_back(string.text.data(), string.text.size());
    *end = string.end;
    return Outcome::kStored;
  }

  // Its charge ends with the request.
  Tensor Take(const TensorShape& shape) {
    texts_.Grow(shape.num_elements() * static_cast<int64_t>(sizeof(tstring)));
    Tensor tensor(tensorflow::DT_STRING, shape);
    texts_.Keep();
    std::move(strings_.begin(), strings_.end(), tensor.flat<tstring>().data());
    return tensor;
  }

 private:
  Outcome StoreBase64(const char* token, const char** end) {
    const Base64Object object = ReadBase64Object(&text_, token);
    switch (object.error) {
      case BytesError::kNone:
        MakeRoom(object.bytes.size());
        strings_.emplace_back(object.bytes);
        *end = object.end;
        return Outcome::kStored;
      case BytesError::kNotBase64:
        return Outcome::kNotBase64;
      case BytesError::kNotAlone:
        return Outcome::kNotAlone;
      case BytesError::kNotJson:
        break;
    }
    return Outcome::kNotJson;
  }

  // Charges one more string of `size` bytes.
  void MakeRoom(size_t size) {
    if (strings_.size() == strings_.capacity()) {
      const int64_t before = slots_.bytes();
      const size_t capacity = std::max(size_t{8}, 2 * strings_.capacity());
      slots_.Grow(static_cast<int64_t>(capacity * sizeof(tstring)));
      strings_.reserve(capacity);
      slots_.Shrink(before);
    }
    uncharged_ += HeapBytesOf(size);
    if (uncharged_ < kLeastCharge) return;
    texts_.Grow(std::exchange(uncharged_, 0));
  }

  // What a string of that size takes outside of its tstring.
  static int64_t HeapBytesOf(size_t size) {
    constexpr size_t kMostInside = 22;
    constexpr size_t kOverhead = 24;  // of the allocator
    return size <= kMostInside ? 0 : static_cast<int64_t>(size + kOverhead);
  }

  // Short strings are charged together.
  static constexpr int64_t kLeastCharge = 16 << 10;

  JsonText& text_;
  RequestMemory::Part slots_;  // of strings_
  RequestMemory::Part texts_;  // of what does not fit into a tstring
  int64_t uncharged_ = 0;
  std::vector<tstring> strings_;
};

template <typename T>
class ColumnOf : public TensorColumn {
 public:
  ColumnOf(const TensorSpec& spec, Layout layout, JsonText* text)
      : spec_(spec), text_(*text), elements_(spec, text) {
    if (layout == kRows) dims_.push_back(kUnknown);
    first_level_ = dims_.size();
  }

  const char* Add(const char* token) override {
    const bool added = *token == '[' ? ScanList(&token, first_level_)
                                     : ScanElement(&token, first_level_);
    if (!added) return Failure();
    ++rows_;
    return token;
  }

  int64_t rows() const override { return rows_; }

  absl::StatusOr<Tensor> Finish() override {
    if (first_level_ > 0) dims_[0] = rows_;
    if (elements_.size() == 0) {
      for (int i = dims_.size(); i < spec_.shape.dims(); ++i) {
        dims_.push_back(std::max<int64_t>(spec_.shape.dim_size(i), 0));
      }
    }
    TensorShape shape;
    if (absl::Status status = TensorShape::BuildTensorShape(dims_, &shape);
        !status.ok())
      return status;
    return elements_.Take(shape);
  }

 private:
  static constexpr int64_t kUnknown = -1;

  // A list begins, around which `level` lists are open.
  [[gnu::always_inline]] bool OpenList(int level) {
    // As the lists before it, or else one that is not.
    return level < rank_ || OpenNewList(level);
  }

  [[gnu::noinline]] bool OpenNewList(int level) {
    if (rank_ != kUnknown && level >= rank_) {
      return Fail(absl::StrCat("Encountered a list at level: ", level,
                               " where the first element has a value"));
    }
    if (level >= kMaxRank) {
      return Fail(absl::StrCat("Encountered lists nested deeper than the ",
                               kMaxRank, " dimensions a tensor can have"));
    }
    if (!text_.MayNest(level - first_level_)) return false;
    if (level == static_cast<int>(dims_.size())) dims_.push_back(kUnknown);
    return true;
  }

  // A list ends that has had `count` elements.
  [[gnu::always_inline]] bool CloseList(int level, int64_t count) {
    return dims_[level] == count || CloseNewList(level, count);
  }

  [[gnu::noinline]] bool CloseNewList(int level, int64_t count) {
    int64_t& size = dims_[level];
    if (size == kUnknown) {
      size = count;
      if (rank_ == kUnknown)
        rank_ = level + 1;  // empty, so it holds no deeper lists
      return true;
    }
    return Fail(absl::StrCat("Encountered list at unexpected size: ", count,
                             " at level: ", level, " expected size: ", size));
  }

  // Takes in the list at `*p`, around which `level` lists are open, and moves
  // behind it.
  bool ScanList(const char** p, int level) {
    if (!OpenList(level)) return false;
    int64_t count = 0;
    const char* token = SkipSpace(*p + 1);
    if (*token == ']') {
      *p = token + 1;
      return CloseList(level, count);
    }
    while (true) {
      const bool added = *token == '[' ? ScanList(&token, level + 1)
                                       : ScanElement(&token, level + 1);
      if (!added) {
        path_.push_back(count);
        return false;
      }
      ++count;
      token = SkipSpace(token);
      if (*token == ']') break;
      if (*token != ',') {
        text_.FailParse("a comma or ] was expected", token);
        return false;
      }
      token = SkipSpace(token + 1);
    }
    *p = token + 1;
    return CloseList(level, count);
  }

  // Takes in the value at `*p`, which is no list, and moves behind it.
  [[gnu::always_inline]] bool ScanElement(const char** p, int level) {
    const char* const token = *p;
    if (rank_ != level && !SetRank(token, level)) return false;
    const Outcome outcome = elements_.Store(token, p);
    return outcome == Outcome::kStored || FailValue(token, outcome, level);
  }

  // A value stands at `level`.
  bool SetRank(const char* token, int level) {
    if (rank_ != kUnknown) return FailValue(token, Outcome::kStored, level);
    rank_ = level;
    return true;
  }

  bool Fail(std::string message) {
    message_ = std::move(message);
    return false;
  }

  // Says what is wrong with the value at `token`; kStored stands for a value in
  // the place of a list.
  bool FailValue(const char* token, Outcome outcome, int level) {
    if (!LooksLikeJson(token)) outcome = Outcome::kNotJson;
    const std::string shown =
        absl::StrCat("JSON Value: ", text_.ExcerptOf(token));
    const std::string type = tensorflow::DataTypeString(spec_.dtype);
    switch (outcome) {
      case Outcome::kStored:
        return Fail(absl::StrCat(
            shown, " stands at level: ", level,
            " where the first element has a list of size: ",
            level < static_cast<int>(dims_.size()) ? dims_[level] : 0));
      case Outcome::kWrongType:
        return Fail(absl::StrCat(shown, " is not of expected type: ", type));
      case Outcome::kNotWhole:
        return Fail(
            absl::StrCat(shown, " is not of expected type: ", type,
                         ", which is written without fraction and exponent"));
      case Outcome::kOutOfRange:
        return Fail(absl::StrCat(shown, " is out of range for type: ", type));
      case Outcome::kNotBase64:
        return Fail(
            "JSON Value: an object does not hold valid base64 under its key "
            "'b64'");
      case Outcome::kNotAlone:
        return Fail(
            "JSON Value: an object with key 'b64' must have no other key");
      case Outcome::kNotJson:
        text_.FailParse("a value was expected", token);
        break;
    }
    return false;
  }

  // Notes what is wrong, unless the text knows already.
  std::nullptr_t Failure() {
    if (message_.empty()) return nullptr;
    if (first_level_ > 0) path_.push_back(rows_);
    std::string place = path_.empty() ? "" : ", element ";
    for (auto index = path_.rbegin(); index != path_.rend(); ++index)
      absl::StrAppend(&place, "[", *index, "]");
    return text_.Fail(absl::InvalidArgumentError(
        absl::StrCat(message_, " (input '", spec_.alias, "'", place, ")")));
  }

  const TensorSpec& spec_;
  JsonText& text_;
  Elements<T> elements_;
  // The sizes of the lists, from the outermost inwards, as the first element
  // has them.
  std::vector<int64_t> dims_;
  // How many lists stand around a value, once that is known.
  int64_t rank_ = kUnknown;
  int first_level_ = 0;
  int64_t rows_ = 0;

  // Set when Add fails: what is wrong, and the indices of the place from the
  // innermost outwards.
  std::string message_;
  std::vector<int64_t> path_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<TensorColumn>> TensorColumn::Create(
    const TensorSpec& spec, Layout layout, JsonText* text) {
  switch (spec.dtype) {
    case tensorflow::DT_FLOAT:
      return std::make_unique<ColumnOf<float>>(spec, layout, text);
    case tensorflow::DT_DOUBLE:
      return std::make_unique<ColumnOf<double>>(spec, layout, text);
    case tensorflow::DT_HALF:
      return std::make_unique<ColumnOf<Eigen::half>>(spec, layout, text);
    case tensorflow::DT_BFLOAT16:
      return std::make_unique<ColumnOf<tensorflow::bfloat16>>(spec, layout,
                                                              text);
    case tensorflow::DT_INT8:
      return std::make_unique<ColumnOf<int8_t>>(spec, layout, text);
    case tensorflow::DT_INT16:
      return std::make_unique<ColumnOf<int16_t>>(spec, layout, text);
    case tensorflow::DT_INT32:
      return std::make_unique<ColumnOf<int32_t>>(spec, layout, text);
    case tensorflow::DT_INT64:
      return std::make_unique<ColumnOf<int64_t>>(spec, layout, text);
    case tensorflow::DT_UINT8:
      return std::make_unique<ColumnOf<uint8_t>>(spec, layout, text);
    case tensorflow::DT_UINT16:
      return std::make_unique<ColumnOf<uint16_t>>(spec, layout, text);
    case tensorflow::DT_UINT32:
      return std::make_unique<ColumnOf<uint32_t>>(spec, layout, text);
    case tensorflow::DT_UINT64:
      return std::make_unique<ColumnOf<uint64_t>>(spec, layout, text);
    case tensorflow::DT_BOOL:
      return std::make_unique<ColumnOf<bool>>(spec, layout, text);
    case tensorflow::DT_STRING:
      return std::make_unique<ColumnOf<tstring>>(spec, layout, text);
    default:
      return absl::UnimplementedError(absl::StrCat(
          "Conversion of JSON Value to type: ",
          tensorflow::DataTypeString(spec.dtype), " (input '", spec.alias,
          "') is not possible; send this request by gRPC"));
  }
}

}  // namespace tfs3::rest
