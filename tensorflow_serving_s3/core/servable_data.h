// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SERVABLE_DATA_H_
#define TENSORFLOW_SERVING_S3_CORE_SERVABLE_DATA_H_

#include <utility>

#include "absl/log/absl_check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

// One aspired version that a Source sends to a Target: its ID, and either data
// of type `T` (a path, a Loader) or the error because of which there is no
// data. Errors are sent like data, so that a manager can publish them as the
// state of the version.
//
//   ServableData<std::string> good({"half", 1}, "s3://models/half/1");
//   ServableData<std::string> bad({"half", 2}, absl::DataLossError("..."));
//   auto uploading = ServableData<std::string>::Awaited(
//       {"half", 3}, absl::FailedPreconditionError("... is missing"));
//   if (good.ok()) Use(good.data());
//   std::string path = std::move(good).data();
//
// Movable, and copyable if `T` is.
template <typename T>
class ServableData {
 public:
  ServableData(ServableId id, T data)
      : id_(std::move(id)), data_(std::move(data)) {}

  // `error` must not be OK.
  ServableData(ServableId id, absl::Status error)
      : id_(std::move(id)), data_(std::move(error)) {}

  // A version whose data is expected, such as a version that is being uploaded.
  // It is an error too. `reason` is not OK and says what is missing.
  static ServableData Awaited(ServableId id, absl::Status reason) {
    ServableData data(std::move(id), std::move(reason));
    data.is_awaited_ = true;
    return data;
  }

  const ServableId& id() const { return id_; }
  bool ok() const { return data_.ok(); }
  absl::Status status() const { return data_.status(); }
  // Whether the error is one of Awaited.
  bool is_awaited() const { return is_awaited_; }

  // The same error for data of another type. Requires !ok().
  template <typename Other>
  ServableData<Other> ErrorFor() const {
    return is_awaited_ ? ServableData<Other>::Awaited(id_, status())
                       : ServableData<Other>(id_, status());
  }

  // The data. Requires ok(); otherwise the process ends.
  const T& data() const& {
    ABSL_CHECK(data_.ok()) << id_ << " has no data: " << data_.status();
    return *data_;
  }
  T data() && {
    ABSL_CHECK(data_.ok()) << id_ << " has no data: " << data_.status();
    return *std::move(data_);
  }

 private:
  ServableId id_;
  absl::StatusOr<T> data_;
  bool is_awaited_ = false;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SERVABLE_DATA_H_
