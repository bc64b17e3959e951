// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SOURCE_ADAPTER_H_
#define TENSORFLOW_SERVING_S3_CORE_SOURCE_ADAPTER_H_

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/source_port.h"
#include "tensorflow_serving_s3/core/target.h"

namespace tfs3 {

// Converts aspired versions from `In` to `Out`: a Target<In> that is also a
// Source<Out>. An adapter that converts each version independently derives from
// UnarySourceAdapter below.
//
//   ConnectSourceToTarget(&paths, &adapter);
//   ConnectSourceToTarget(&adapter, &manager);
//
// The two sides may be connected in either order: until the output is
// connected, the adapter stores the newest list of every stream.
//
// The destructor of the most derived class must call Detach() first.
template <typename In, typename Out>
class SourceAdapter : public TargetBase<In>, public Source<Out> {
 public:
  void SetAspiredVersionsCallback(
      typename Source<Out>::AspiredVersionsCallback callback) final {
    out_.SetAspiredVersionsCallback(std::move(callback));
  }

 protected:
  // Converts the list of a stream. Called from several threads concurrently.
  virtual std::vector<ServableData<Out>> Adapt(
      absl::string_view servable_name,
      std::vector<ServableData<In>> versions) = 0;

  void SetAspiredVersions(absl::string_view servable_name,
                          std::vector<ServableData<In>> versions) final {
    out_.Send(servable_name, Adapt(servable_name, std::move(versions)));
  }

 private:
  SourcePort<Out> out_;
};

// A SourceAdapter that converts each version independently:
//
//   class Upper : public UnarySourceAdapter<std::string, std::string> {
//    public:
//     ~Upper() override { Detach(); }
//
//    protected:
//     absl::StatusOr<std::string> Convert(const std::string& in) override {
//       return absl::AsciiStrToUpper(in);
//     }
//   };
//
// An error is passed on unchanged. If Convert fails, the version becomes an
// error. The other versions of the list are not affected.
template <typename In, typename Out>
class UnarySourceAdapter : public SourceAdapter<In, Out> {
 protected:
  // Called from several threads concurrently. The error names the data and the
  // cause; it becomes the state of the version.
  virtual absl::StatusOr<Out> Convert(const In& data) = 0;

  std::vector<ServableData<Out>> Adapt(
      absl::string_view /*servable_name*/,
      std::vector<ServableData<In>> versions) final {
    std::vector<ServableData<Out>> adapted;
    adapted.reserve(versions.size());
    for (const ServableData<In>& version : versions) {
      if (!version.ok()) {
        adapted.push_back(version.template ErrorFor<Out>());
        continue;
      }
      absl::StatusOr<Out> out = Convert(version.data());
      if (out.ok()) {
        adapted.emplace_back(version.id(), *std::move(out));
      } else {
        adapted.emplace_back(version.id(), out.status());
      }
    }
    return adapted;
  }
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SOURCE_ADAPTER_H_
