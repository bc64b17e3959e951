// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
// Writes random tensors as JSON, reads them again, and compares all bits.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_format.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_tensors.h"
#include "tensorflow_serving_s3/model_servers/rest/json/tensors_to_json.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_spec.h"

namespace tfs3::rest {
namespace {

using ::tensorflow::DataType;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::tstring;

class JsonRoundTripTest : public testing::TestWithParam<DataType> {
 protected:
  static std::mt19937_64& Random() {
    static auto* const random = [] {
      const auto seed = std::random_device()();
      std::printf("seed %u\n", seed);
      return new std::mt19937_64(seed);
    }();
    return *random;
  }

  static TensorShape RandomShape() {
    TensorShape shape;
    for (int rank = 1 + Random()() % 4; rank > 0; --rank) {
      shape.AddDim(1 + Random()() % 5);
    }
    return shape;
  }

  template <typename T>
  static void FillFloats(Tensor* tensor) {
    auto flat = tensor->flat<T>();
    for (int64_t i = 0; i < flat.size(); ++i) {
      const uint64_t bits = Random()();
      std::memcpy(static_cast<void*>(&flat(i)), &bits, sizeof(T));
      // JSON has only one NaN, without its other bits.
      if (std::isnan(static_cast<float>(flat(i)))) {
        flat(i) = std::numeric_limits<T>::quiet_NaN();
      }
    }
  }

  static Tensor RandomTensor(DataType dtype) {
    Tensor tensor(dtype, RandomShape());
    switch (dtype) {
      case tensorflow::DT_FLOAT:
        FillFloats<float>(&tensor);
        break;
      case tensorflow::DT_DOUBLE:
        FillFloats<double>(&tensor);
        break;
      case tensorflow::DT_HALF:
        FillFloats<Eigen::half>(&tensor);
        break;
      case tensorflow::DT_BFLOAT16:
        FillFloats<tensorflow::bfloat16>(&tensor);
        break;
      case tensorflow::DT_STRING:
        FillStrings(&tensor);
        break;
      case tensorflow::DT_BOOL:
        FillBools(&tensor);
        break;
      default:
        FillBytes(&tensor);  // integers of any width are their bytes
    }
    return tensor;
  }

  static void FillBytes(Tensor* tensor) {
    auto* const bytes = static_cast<unsigned char*>(tensor->data());
    for (size_t i = 0; i < tensor->TotalBytes(); ++i) {
      bytes[i] = Random()();
    }
  }

  static void FillStrings(Tensor* tensor) {
    auto flat = tensor->flat<tstring>();
    for (int64_t i = 0; i < flat.size(); ++i) {
      std::string text(Random()() % 40, '\0');
      const bool any_bytes = Random()() % 2;
      for (char& c : text) {
        c = any_bytes ? Random()() : ' ' + Random()() % 95;
      }
      flat(i) = text;
    }
  }

  static void FillBools(Tensor* tensor) {
    auto flat = tensor->flat<bool>();
    for (int64_t i = 0; i < flat.size(); ++i) {
      flat(i) = Random()() % 2;
    }
  }
};

bool SameBits(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) {
    return false;
  }
  if (a.dtype() != tensorflow::DT_STRING) {
    return std::memcmp(a.data(), b.data(), a.TotalBytes()) == 0;
  }
  for (int64_t i = 0; i < a.NumElements(); ++i) {
    if (a.flat<tstring>()(i) != b.flat<tstring>()(i)) {
      return false;
    }
  }
  return true;
}

TEST_P(JsonRoundTripTest, KeepsEveryBit) {
  const std::vector<TensorSpec> specs{{"x", GetParam(), {}}};
  for (int round = 0; round < 300; ++round) {
    const Tensor tensor = RandomTensor(GetParam());
    for (const JsonFormat format : {JsonFormat::kRow, JsonFormat::kColumnar}) {
      absl::StatusOr<std::string> json = TensorsToJson(format, {{"x", tensor}});
      ASSERT_TRUE(json.ok()) << json.status();
      const size_t key_end = json->find(':');
      const std::string request =
          (format == JsonFormat::kRow ? "{\"instances\"" : "{\"inputs\"") +
          json->substr(key_end);
      absl::StatusOr<PredictInput> input =
          JsonToTensors(net::PaddedBuffer(request),
                        [&](absl::string_view)
                            -> absl::StatusOr<const std::vector<TensorSpec>*> {
                          return &specs;
                        });
      ASSERT_TRUE(input.ok()) << input.status() << " for " << request;
      EXPECT_EQ(input->format, format);
      ASSERT_TRUE(SameBits(input->tensors[0], tensor))
          << request << input->tensors[0].DebugString(1000);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    AllTypes, JsonRoundTripTest,
    testing::Values(tensorflow::DT_FLOAT, tensorflow::DT_DOUBLE,
                    tensorflow::DT_HALF, tensorflow::DT_BFLOAT16,
                    tensorflow::DT_INT8, tensorflow::DT_INT16,
                    tensorflow::DT_INT32, tensorflow::DT_INT64,
                    tensorflow::DT_UINT8, tensorflow::DT_UINT16,
                    tensorflow::DT_UINT32, tensorflow::DT_UINT64,
                    tensorflow::DT_BOOL, tensorflow::DT_STRING),
    [](const auto& info) { return tensorflow::DataTypeString(info.param); });

}  // namespace
}  // namespace tfs3::rest
