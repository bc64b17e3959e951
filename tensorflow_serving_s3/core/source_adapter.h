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

// Takes aspired versions as `In` on one side and gives them as `Out` on the
// other: a Target<In> and a Source<Out> in one. Most adapters look at one
// version at a time and derive from UnarySourceAdapter below.
//
//   ConnectSourceToTarget(&paths, &adapter);
//   ConnectSourceToTarget(&adapter, &manager);
//
// The two sides may be connected in either order: what arrives before there is
// somewhere to send it waits (the newest list of every stream).
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
  // Makes the outgoing list of a stream out of the incoming one. Called from
  // several threads at once.
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

// A SourceAdapter that converts every version by itself:
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
// A version that comes as an error stays that error; one that fails to convert
// becomes one. Neither touches the other versions of the list.
template <typename In, typename Out>
class UnarySourceAdapter : public SourceAdapter<In, Out> {
 protected:
  // Called from several threads at once. The error names the data and what is
  // wrong with it; it ends up as the state of that version.
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
