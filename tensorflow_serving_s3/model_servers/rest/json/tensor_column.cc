// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Elements<T> stores values; ColumnOf<T> reads the lists and checks the shape.
// ColumnOf has its own loop over lists beside JsonText::ReadList, because most
// of the time of a large request is spent there.
#include "tensorflow_serving_s3/model_servers/rest/json/tensor_column.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/absl_check.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_base64.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"
#include "tensorflow_serving_s3/model_servers/rest/json/number_list.h"
#include "tensorflow_serving_s3/model_servers/rest/json/tensor_element.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"

namespace tfs3::rest {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using tensorflow::tstring;

constexpr int kMaxRank = TensorShape::MaxDimensions();

// Stores elements of fixed size in a tensor that grows.
template <typename T>
class Elements {
 public:
  Elements(const TensorSpec& spec, JsonText* text)
      : dtype_(spec.dtype),
        text_end_(text->end()),
        charge_(text->charge()),
        list_(text->begin(), text->end()) {
    // Makes room for one example, if the model declares its size.
    for (int i = 0; i < spec.shape.dims(); ++i) {
      const int64_t dim = spec.shape.dim_size(i);
      if (dim > 0 && first_capacity_ < kMaxFirstCapacity) {
        first_capacity_ *= dim;
      }
    }
    first_capacity_ =
        std::clamp(first_capacity_, kMinFirstCapacity, kMaxFirstCapacity);
  }

  int64_t size() const { return size_; }

  // Stores the value at `token` and sets `*end` to the position after it.
  [[gnu::always_inline]] Outcome Store(const char* token, const char** end) {
    if (size_ == capacity_) {
      Grow(token);
    }
    const Outcome outcome = ParseElement(token, data_ + size_, end);
    size_ += outcome == Outcome::kStored;
    return outcome;
  }

  // Stores numbers from `*p` on, as NumberList does. Returns their count.
  int64_t StoreNumbers(const char** p) {
    if (!list_.MayRead(*p)) {
      return 0;
    }
    const int64_t count =
        list_.ReadNumbers(p, data_ + size_, data_ + capacity_);
    size_ += count;
    return count;
  }

  // Stores lists of `row_size` numbers from `*p` on. Returns the count of
  // lists.
  int64_t StoreRows(const char** p, int64_t row_size) {
    if (!list_.MayRead(*p)) {
      return 0;
    }
    const int64_t count =
        list_.ReadRows(p, row_size, data_ + size_, data_ + capacity_);
    size_ += count * row_size;
    return count;
  }

  // Returns the tensor, without a copy. Its charge ends with the request.
  Tensor Take(const TensorShape& shape) {
    charge_.Keep();
    if (size_ == 0) {
      return Tensor(dtype_, shape);
    }
    Tensor tensor;
    ABSL_CHECK(tensor.CopyFrom(
        size_ == capacity_ ? buffer_ : buffer_.Slice(0, size_), shape));
    return tensor;
  }

 private:
  static constexpr int64_t kMinFirstCapacity = 8;
  static constexpr int64_t kMaxFirstCapacity = int64_t{1} << 24;

  void Grow(const char* token) {
    // Each further element has at least one character and a comma.
    const int64_t max_size = size_ + (text_end_ - token) / 2 + 1;
    const int64_t before = charge_.bytes();
    capacity_ =
        std::min(max_size, capacity_ == 0 ? first_capacity_ : 2 * capacity_);
    charge_.Grow(capacity_ * static_cast<int64_t>(sizeof(T)));
    Tensor grown(dtype_, TensorShape({capacity_}));
    T* const data = grown.flat<T>().data();
    if (data == nullptr) {
      throw std::bad_alloc();
    }
    if (size_ > 0) {
      std::memcpy(static_cast<void*>(data), data_, size_ * sizeof(T));
    }
    buffer_ = std::move(grown);
    data_ = data;
    charge_.Shrink(before);
  }

  const tensorflow::DataType dtype_;
  const char* const text_end_;
  RequestMemory::Part charge_;
  int64_t first_capacity_ = 1;
  NumberList<T> list_;
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
    if (*token == '{' && OpensBase64Object(&text_, token)) {
      return StoreBase64(token, end);
    }
    if (*token != '"') {
      return Outcome::kWrongType;
    }
    const JsonText::String string = text_.ReadString(token);
    if (string.end == nullptr) {
      return Outcome::kNotJson;
    }
    MakeRoom(string.text.size());
    strings_.emplace_back(string.text.data(), string.text.size());
    *end = string.end;
    return Outcome::kStored;
  }

  int64_t StoreNumbers(const char** /*p*/) { return 0; }
  int64_t StoreRows(const char** /*p*/, int64_t /*row_size*/) { return 0; }

  // Returns the tensor. Its charge ends with the request.
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
    uncharged_ += HeapBytesOfString(size);
    if (uncharged_ < kMinCharge) {
      return;
    }
    texts_.Grow(std::exchange(uncharged_, 0));
  }

  // Charges smaller amounts together.
  static constexpr int64_t kMinCharge = 16 << 10;

  JsonText& text_;
  RequestMemory::Part slots_;  // of strings_
  RequestMemory::Part texts_;  // of the text outside of tstrings
  int64_t uncharged_ = 0;
  std::vector<tstring> strings_;
};

template <typename T>
class ColumnOf : public TensorColumn {
 public:
  ColumnOf(const TensorSpec& spec, Layout layout, JsonText* text)
      : spec_(spec), text_(*text), elements_(spec, text) {
    if (layout == kRows) {
      dims_.push_back(kUnknown);
    }
    first_level_ = dims_.size();
  }

  const char* Add(const char* token) override {
    const bool added = *token == '[' ? ScanList(&token, first_level_)
                                     : ScanElement(&token, first_level_);
    if (!added) {
      return Failure();
    }
    ++rows_;
    return token;
  }

  int64_t rows() const override { return rows_; }

  absl::StatusOr<Tensor> Finish() override {
    if (first_level_ > 0) {
      dims_[0] = rows_;
    }
    if (elements_.size() == 0) {
      for (int i = dims_.size(); i < spec_.shape.dims(); ++i) {
        dims_.push_back(std::max<int64_t>(spec_.shape.dim_size(i), 0));
      }
    }
    TensorShape shape;
    if (absl::Status status = TensorShape::BuildTensorShape(dims_, &shape);
        !status.ok()) {
      return status;
    }
    return elements_.Take(shape);
  }

 private:
  static constexpr int64_t kUnknown = -1;

  // Checks the start of a list inside `level` open lists.
  [[gnu::always_inline]] bool OpenList(int level) {
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
    if (!text_.MayNest(level - first_level_)) {
      return false;
    }
    if (level == static_cast<int>(dims_.size())) {
      dims_.push_back(kUnknown);
    }
    return true;
  }

  // Checks the end of a list with `count` elements.
  [[gnu::always_inline]] bool CloseList(int level, int64_t count) {
    return dims_[level] == count || CloseNewList(level, count);
  }

  [[gnu::noinline]] bool CloseNewList(int level, int64_t count) {
    int64_t& size = dims_[level];
    if (size == kUnknown) {
      size = count;
      if (rank_ == kUnknown) {
        rank_ = level + 1;  // the list is empty
      }
      return true;
    }
    return Fail(absl::StrCat("Encountered list at unexpected size: ", count,
                             " at level: ", level, " expected size: ", size));
  }

  // Reads the list at `*p`, inside `level` open lists, and moves `*p` after it.
  bool ScanList(const char** p, int level) {
    if (!OpenList(level)) {
      return false;
    }
    int64_t count = 0;
    const char* token = SkipSpace(*p + 1);
    if (*token == ']') {
      *p = token + 1;
      return CloseList(level, count);
    }
    while (true) {
      int64_t added = ScanMany(&token, level + 1);
      if (added == 0) {
        added = *token == '[' ? ScanList(&token, level + 1)
                              : ScanElement(&token, level + 1);
        if (added == 0) {
          path_.push_back(count);
          return false;
        }
      }
      count += added;
      token = SkipSpace(token);
      if (*token == ']') {
        break;
      }
      if (*token != ',') {
        text_.FailParse("a comma or ] was expected", token);
        return false;
      }
      token = SkipSpace(token + 1);
    }
    *p = token + 1;
    return CloseList(level, count);
  }

  // Reads the next values of a list at once, inside `level` open lists, and
  // moves `*p` after them. Returns their count: 0 if they must be read singly.
  [[gnu::always_inline]] int64_t ScanMany(const char** p, int level) {
    if (rank_ == level) {
      // A list of one number gains nothing.
      return dims_[level - 1] == 1 ? 0 : elements_.StoreNumbers(p);
    }
    if (rank_ == level + 1 && dims_[level] > 0) {
      return elements_.StoreRows(p, dims_[level]);
    }
    return 0;
  }

  // Reads the value at `*p`, which is not a list, and moves `*p` after it.
  [[gnu::always_inline]] bool ScanElement(const char** p, int level) {
    const char* const token = *p;
    if (rank_ != level && !SetRank(token, level)) {
      return false;
    }
    const Outcome outcome = elements_.Store(token, p);
    return outcome == Outcome::kStored || FailValue(token, outcome, level);
  }

  // Sets the rank at the first value; fails if the rank is already set.
  bool SetRank(const char* token, int level) {
    if (rank_ != kUnknown) {
      return FailValue(token, Outcome::kStored, level);
    }
    rank_ = level;
    return true;
  }

  bool Fail(std::string message) {
    message_ = std::move(message);
    return false;
  }

  // Sets the error message for the value at `token`. kStored means that there
  // must be a list.
  bool FailValue(const char* token, Outcome outcome, int level) {
    if (!LooksLikeJson(token)) {
      outcome = Outcome::kNotJson;
    }
    const std::string shown =
        absl::StrCat("JSON Value: ", text_.ExcerptOf(token));
    const std::string type = tensorflow::DataTypeString(spec_.dtype);
    switch (outcome) {
      case Outcome::kStored:
        return Fail(absl::StrCat(
            shown, " is at level: ", level,
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

  // Sets the error of the text from message_ and path_. If message_ is empty,
  // the text already has the error.
  std::nullptr_t Failure() {
    if (message_.empty()) {
      return nullptr;
    }
    if (first_level_ > 0) {
      path_.push_back(rows_);
    }
    std::string place = path_.empty() ? "" : ", element ";
    for (auto index = path_.rbegin(); index != path_.rend(); ++index) {
      absl::StrAppend(&place, "[", *index, "]");
    }
    return text_.Fail(absl::InvalidArgumentError(
        absl::StrCat(message_, " (input '", spec_.alias, "'", place, ")")));
  }

  const TensorSpec& spec_;
  JsonText& text_;
  Elements<T> elements_;
  // The sizes of the lists of the first element, the outermost first.
  std::vector<int64_t> dims_;
  // The number of lists around a value, or kUnknown.
  int64_t rank_ = kUnknown;
  int first_level_ = 0;
  int64_t rows_ = 0;

  // After Add fails: the error, and the indices of the element, the innermost
  // first.
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
