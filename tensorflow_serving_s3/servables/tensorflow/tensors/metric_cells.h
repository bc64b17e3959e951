// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_METRIC_CELLS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_METRIC_CELLS_H_

#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>

#include "absl/strings/string_view.h"

namespace tfs3 {

// Caches the cells of a metric by their labels. GetCell of a TensorFlow metric
// takes a lock that all threads share and copies the labels; this is too slow
// for a metric that every request updates. Each thread has its own cache:
//
//   thread_local MetricCells<Counter<2>, 2> cells(RequestCount());
//   cells.Get("half", "OK")->IncrementBy(1);
//
// The metric owns the cells and must outlive the cache. The cache keeps every
// combination of labels, so clients must not be able to invent labels.
template <typename Metric, int kNumLabels>
class MetricCells {
 public:
  explicit MetricCells(Metric* metric) : metric_(metric) {}

  template <typename... Labels>
  auto Get(Labels... labels) {
    static_assert(sizeof...(labels) == kNumLabels, "a value for each label");
    const auto found = cells_.find(std::tuple(absl::string_view(labels)...));
    if (found != cells_.end()) {
      return found->second;
    }
    Cell* const cell = metric_->GetCell(std::string(labels)...);
    cells_.emplace(std::tuple(std::string(labels)...), cell);
    return cell;
  }

 private:
  template <int>
  using Text = std::string;
  template <int... kIndices>
  static std::tuple<Text<kIndices>...> KeyOf(
      std::integer_sequence<int, kIndices...>);
  using Key = decltype(KeyOf(std::make_integer_sequence<int, kNumLabels>()));
  template <int... kIndices>
  static auto* CellOf(Metric* metric, std::integer_sequence<int, kIndices...>) {
    return metric->GetCell(Text<kIndices>()...);
  }
  using Cell = std::remove_pointer_t<decltype(CellOf(
      nullptr, std::make_integer_sequence<int, kNumLabels>()))>;

  Metric* const metric_;
  std::map<Key, Cell*, std::less<>> cells_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TENSORS_METRIC_CELLS_H_
