// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/example_input.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "tensorflow/core/example/example.pb.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/platform/tstring.h"

namespace tfs3 {
namespace {

using tensorflow::Example;
using tensorflow::Tensor;
using tensorflow::serving::Input;

// The limit for all copies of a context. Without it, a small request with many
// empty examples could take any amount of memory.
constexpr size_t kMaxContextBytes = size_t{256} << 20;

// Serializes the context followed by each example. A parser merges both,
// because protobuf merges messages that are concatenated; the later value wins.
Tensor Serialize(const google::protobuf::RepeatedPtrField<Example>& examples,
                 absl::string_view context, const MemoryCharge& charge) {
  constexpr int64_t kMinCharge = 64 << 10;
  // The memory of long strings is outside the tensor. Charges it in large
  // pieces.
  int64_t uncharged = 0;
  ChargeMemory(charge, examples.size() *
                           static_cast<int64_t>(sizeof(tensorflow::tstring)));
  Tensor tensor(tensorflow::DT_STRING,
                tensorflow::TensorShape({examples.size()}));
  tensorflow::tstring* element = tensor.flat<tensorflow::tstring>().data();
  for (const Example& example : examples) {
    const size_t bytes = example.ByteSizeLong();
    uncharged += HeapBytesOfString(context.size() + bytes);
    if (uncharged >= kMinCharge) {
      ChargeMemory(charge, std::exchange(uncharged, 0));
    }
    element->resize_uninitialized(context.size() + bytes);
    char* data = element->mdata();
    if (!context.empty()) {
      std::memcpy(data, context.data(), context.size());
    }
    example.SerializeWithCachedSizesToArray(
        reinterpret_cast<uint8_t*>(data + context.size()));
    ++element;
  }
  ChargeMemory(charge, uncharged);
  return tensor;
}

absl::Status NoExamplesError() {
  return absl::InvalidArgumentError(
      "the request's input has no examples; send at least one tf.Example");
}

}  // namespace

absl::StatusOr<Tensor> SerializeExamples(const Input& input,
                                         const MemoryCharge& charge) {
  switch (input.kind_case()) {
    case Input::kExampleList: {
      const auto& examples = input.example_list().examples();
      if (examples.empty()) {
        return NoExamplesError();
      }
      return Serialize(examples, "", charge);
    }
    case Input::kExampleListWithContext: {
      const auto& list = input.example_list_with_context();
      if (list.examples().empty()) {
        return NoExamplesError();
      }
      const std::string context = list.context().SerializeAsString();
      if (context.size() >
          kMaxContextBytes / static_cast<size_t>(list.examples_size())) {
        return absl::InvalidArgumentError(absl::StrCat(
            "a context of ", context.size(), " bytes for each of ",
            list.examples_size(), " examples is more than ", kMaxContextBytes,
            " bytes; send fewer examples at a time"));
      }
      return Serialize(list.examples(), context, charge);
    }
    case Input::KIND_NOT_SET:
      break;
  }
  return NoExamplesError();
}

}  // namespace tfs3
