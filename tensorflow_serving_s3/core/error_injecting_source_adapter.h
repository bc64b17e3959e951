// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_ERROR_INJECTING_SOURCE_ADAPTER_H_
#define TENSORFLOW_SERVING_S3_CORE_ERROR_INJECTING_SOURCE_ADAPTER_H_

#include <utility>
#include <vector>

#include "absl/log/absl_check.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/source_adapter.h"

namespace tfs3 {

// Turns whatever comes into one error: the end of the line for streams that
// nothing can handle, so that their versions become visible as failed, with
// the reason.
//
//   ErrorInjectingSourceAdapter<StoragePath, std::unique_ptr<Loader>> adapter(
//       absl::UnimplementedError("no adapter for the platform \"x\""));
//
// Ids are kept. Versions that come as errors get this error too. Thread-safe.
template <typename In, typename Out>
class ErrorInjectingSourceAdapter final : public SourceAdapter<In, Out> {
 public:
  // `error` must not be OK.
  explicit ErrorInjectingSourceAdapter(absl::Status error)
      : error_(std::move(error)) {
    ABSL_CHECK(!error_.ok())
        << "An ErrorInjectingSourceAdapter needs an error to inject";
  }
  ~ErrorInjectingSourceAdapter() override { this->Detach(); }

 protected:
  std::vector<ServableData<Out>> Adapt(
      absl::string_view /*servable_name*/,
      std::vector<ServableData<In>> versions) override {
    std::vector<ServableData<Out>> errors;
    errors.reserve(versions.size());
    for (const ServableData<In>& version : versions) {
      errors.emplace_back(version.id(), error_);
    }
    return errors;
  }

 private:
  const absl::Status error_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_ERROR_INJECTING_SOURCE_ADAPTER_H_
