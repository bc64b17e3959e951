// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/batching/batching_options.h"

#include <algorithm>
#include <limits>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/platform/cpu_info.h"
#include "tensorflow_serving_s3/proto/text_file.h"

namespace tfs3 {
namespace {

using tensorflow::serving::BatchingParameters;

// No machine can use more threads; a larger number is a mistake.
constexpr int64_t kMaxThreads = 4096;

absl::Status CheckRange(absl::string_view field, int64_t value, int64_t low,
                        int64_t high) {
  if (value >= low && value <= high) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      field, " is ", value, "; it must be ",
      value < low ? "at least " : "at most ", value < low ? low : high));
}

absl::Status CheckAllowedSizes(const BatchingOptions& options) {
  const std::vector<int32_t>& sizes = options.allowed_batch_sizes;
  if (sizes.empty()) {
    return absl::OkStatus();
  }
  for (size_t i = 1; i < sizes.size(); ++i) {
    if (sizes[i] > sizes[i - 1]) {
      continue;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("allowed_batch_sizes has ", sizes[i], " after ",
                     sizes[i - 1], "; the sizes must be in rising order"));
  }
  if (sizes.back() != options.max_execution_batch_size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the last of allowed_batch_sizes is ", sizes.back(), "; it must be ",
        options.enable_large_batch_splitting ? "max_execution_batch_size"
                                             : "max_batch_size",
        ", which is ", options.max_execution_batch_size));
  }
  return absl::OkStatus();
}

}  // namespace

int BatchingOptions::DefaultNumBatchThreads() {
  return tensorflow::port::MaxParallelism();
}

absl::StatusOr<BatchingOptions> MakeBatchingOptions(
    const BatchingParameters& parameters) {
  constexpr int64_t kMaxRows = std::numeric_limits<int32_t>::max();
  BatchingOptions options;

  if (parameters.has_num_batch_threads()) {
    const int64_t value = parameters.num_batch_threads().value();
    if (auto status = CheckRange("num_batch_threads", value, 1, kMaxThreads);
        !status.ok()) {
      return status;
    }
    options.num_batch_threads = static_cast<int>(value);
  }
  if (parameters.has_thread_pool_name()) {
    options.thread_pool_name = parameters.thread_pool_name().value();
  }

  if (parameters.has_max_batch_size()) {
    const int64_t value = parameters.max_batch_size().value();
    if (auto status = CheckRange("max_batch_size", value, 1, kMaxRows);
        !status.ok()) {
      return status;
    }
    options.max_batch_size = static_cast<int32_t>(value);
  }
  options.max_execution_batch_size = options.max_batch_size;
  options.enable_large_batch_splitting =
      parameters.enable_large_batch_splitting().value();
  if (parameters.has_max_execution_batch_size()) {
    const int64_t value = parameters.max_execution_batch_size().value();
    if (options.enable_large_batch_splitting) {
      if (auto status = CheckRange("max_execution_batch_size", value, 1,
                                   options.max_batch_size);
          !status.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat(status.message(), " (no more than max_batch_size)"));
      }
      options.max_execution_batch_size = static_cast<int32_t>(value);
    } else {
      ABSL_LOG(WARNING)
          << "max_execution_batch_size is " << value
          << " and has no effect: the largest batch is max_batch_size ("
          << options.max_batch_size
          << ") unless enable_large_batch_splitting is set";
    }
  }

  if (parameters.has_batch_timeout_micros()) {
    const int64_t value = parameters.batch_timeout_micros().value();
    if (auto status = CheckRange("batch_timeout_micros", value, 0,
                                 std::numeric_limits<int64_t>::max() / 2);
        !status.ok()) {
      return status;
    }
    options.batch_timeout = absl::Microseconds(value);
  }
  if (parameters.has_max_enqueued_batches()) {
    const int64_t value = parameters.max_enqueued_batches().value();
    if (auto status = CheckRange("max_enqueued_batches", value, 0,
                                 std::numeric_limits<int32_t>::max());
        !status.ok()) {
      return status;
    }
    // As in TensorFlow Serving, 0 means 1.
    options.max_enqueued_batches = std::max<int64_t>(1, value);
  }

  for (const int64_t size : parameters.allowed_batch_sizes()) {
    if (auto status =
            CheckRange("one of allowed_batch_sizes", size, 1, kMaxRows);
        !status.ok()) {
      return status;
    }
    options.allowed_batch_sizes.push_back(static_cast<int32_t>(size));
  }
  if (auto status = CheckAllowedSizes(options); !status.ok()) {
    return status;
  }
  options.pad_variable_length_inputs = parameters.pad_variable_length_inputs();
  return options;
}

absl::StatusOr<BatchingOptions> ReadBatchingOptions(const std::string& path) {
  BatchingParameters parameters;
  if (absl::Status status = ReadTextFile(
          path,
          "max_batch_size { value: 32 } batch_timeout_micros { value: 1000 }",
          &parameters);
      !status.ok()) {
    return status;
  }
  absl::StatusOr<BatchingOptions> options = MakeBatchingOptions(parameters);
  if (!options.ok()) {
    return absl::Status(options.status().code(),
                        absl::StrCat(path, ": ", options.status().message()));
  }
  return options;
}

}  // namespace tfs3
