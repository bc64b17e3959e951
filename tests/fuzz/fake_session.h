// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A session without a graph. It has the tensors "in_NAME:0" and "out_NAME:0"
// for any NAME. "out_NAME:0" is the tensor that is fed as "in_NAME:0", or a
// scalar string.
//
//   FakeSession session;
//   SessionRunner(&session).Run({{"in_x"}, {"out_x"}, {}}, {x}, {});  // {x}
//
// Not thread-safe.
#ifndef TESTS_FUZZ_FAKE_SESSION_H_
#define TESTS_FUZZ_FAKE_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/framework/device_attributes.pb.h"
#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow/core/public/session.h"

namespace tfs3::fuzz {

class FakeSession final : public tensorflow::Session {
 public:
  using Tensors = std::vector<tensorflow::Tensor>;
  using Names = std::vector<std::string>;
  using NamedTensors = std::vector<std::pair<std::string, tensorflow::Tensor>>;

  absl::Status Create(const tensorflow::GraphDef& /*graph*/) override {
    return absl::OkStatus();
  }
  absl::Status Extend(const tensorflow::GraphDef& /*graph*/) override {
    return absl::OkStatus();
  }
  absl::Status Close() override { return absl::OkStatus(); }
  absl::Status ListDevices(
      std::vector<tensorflow::DeviceAttributes>* /*devices*/) override {
    return absl::OkStatus();
  }

  absl::Status Run(const NamedTensors& feeds, const Names& fetches,
                   const Names& targets, Tensors* outputs) override {
    for (const std::string& target : targets) {
      if (!IsKnown(target)) {
        return Unknown(target);
      }
    }
    outputs->clear();
    for (const std::string& fetch : fetches) {
      if (!IsKnown(fetch)) {
        return Unknown(fetch);
      }
      outputs->push_back(
          tensorflow::Tensor(tensorflow::tstring("nothing is fed")));
      for (const auto& [name, tensor] : feeds) {
        if (WithoutPrefix(name) == WithoutPrefix(fetch)) {
          outputs->back() = tensor;
        }
      }
    }
    return absl::OkStatus();
  }

  absl::Status Run(const tensorflow::RunOptions& /*options*/,
                   const NamedTensors& feeds, const Names& fetches,
                   const Names& targets, Tensors* outputs,
                   tensorflow::RunMetadata* /*metadata*/) override {
    return Run(feeds, fetches, targets, outputs);
  }

  absl::Status MakeCallable(const tensorflow::CallableOptions& options,
                            CallableHandle* handle) override {
    for (const auto* names :
         {&options.feed(), &options.fetch(), &options.target()}) {
      for (const std::string& name : *names) {
        if (!IsKnown(name)) {
          return Unknown(name);
        }
      }
    }
    *handle = ++last_callable_;
    callables_[*handle] = options;
    return absl::OkStatus();
  }

  absl::Status RunCallable(CallableHandle handle, const Tensors& feeds,
                           Tensors* outputs,
                           tensorflow::RunMetadata* /*metadata*/) override {
    const tensorflow::CallableOptions& options = callables_.at(handle);
    NamedTensors named;
    for (size_t i = 0; i < feeds.size(); ++i) {
      named.emplace_back(options.feed(static_cast<int>(i)), feeds[i]);
    }
    return Run(named, {options.fetch().begin(), options.fetch().end()}, {},
               outputs);
  }

  absl::Status ReleaseCallable(CallableHandle handle) override {
    callables_.erase(handle);
    return absl::OkStatus();
  }

 private:
  static bool IsKnown(std::string_view name) {
    return name.substr(0, 3) == "in_" || name.substr(0, 4) == "out_";
  }
  static std::string_view WithoutPrefix(std::string_view name) {
    return name.substr(name.find('_') + 1);
  }
  static absl::Status Unknown(std::string_view name) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no tensor ", name, " in the graph"));
  }

  CallableHandle last_callable_ = 0;
  std::map<CallableHandle, tensorflow::CallableOptions> callables_;
};

}  // namespace tfs3::fuzz

#endif  // TESTS_FUZZ_FAKE_SESSION_H_
