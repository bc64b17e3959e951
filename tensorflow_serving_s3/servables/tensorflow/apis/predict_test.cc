// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/predict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorProto;
using tensorflow::serving::PredictRequest;
using tensorflow::serving::PredictResponse;
using testing::ElementsAre;
using testing::HasSubstr;

const ServableId kId{"many", 7};

class PredictTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    model_ =
        SavedModelBundle::Load(TestModelPath("many_types"), SavedModelOptions())
            ->release();
  }
  static void TearDownTestSuite() { delete model_; }

  // Returns a valid request for serving_default.
  static PredictRequest GoodRequest() {
    PredictRequest request;
    auto& inputs = *request.mutable_inputs();
    TensorProto& floats = inputs["floats"];
    floats.set_dtype(tensorflow::DT_FLOAT);
    floats.mutable_tensor_shape()->add_dim()->set_size(1);
    floats.mutable_tensor_shape()->add_dim()->set_size(2);
    floats.add_float_val(1);
    floats.add_float_val(2);
    TensorProto& ints = inputs["ints"];
    ints.set_dtype(tensorflow::DT_INT64);
    ints.mutable_tensor_shape()->add_dim()->set_size(1);
    ints.add_int64_val(5);
    TensorProto& texts = inputs["texts"];
    texts.set_dtype(tensorflow::DT_STRING);
    texts.mutable_tensor_shape()->add_dim()->set_size(2);
    texts.add_string_val("a");
    texts.add_string_val("bc");
    TensorProto& flag = inputs["flag"];
    flag.set_dtype(tensorflow::DT_BOOL);
    flag.mutable_tensor_shape();
    flag.add_bool_val(true);
    return request;
  }

  static absl::Status RunPredict(const PredictRequest& request,
                                 PredictResponse* response,
                                 const InferenceOptions& options = {}) {
    return Predict(request, kId, **model_->GetSignature(""), options, response);
  }

  static std::string ErrorOf(const PredictRequest& request) {
    PredictResponse response;
    const absl::Status status = RunPredict(request, &response);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  }

  static SavedModelBundle* model_;
};

SavedModelBundle* PredictTest::model_ = nullptr;

TEST_F(PredictTest, ReturnsAllOutputs) {
  PredictResponse response;

  const absl::Status status = RunPredict(GoodRequest(), &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(response.outputs_size(), 4);
  EXPECT_THAT(response.outputs().at("doubled").float_val(), ElementsAre(2, 4));
  EXPECT_THAT(response.outputs().at("negated").int64_val(), ElementsAre(-5));
  EXPECT_THAT(response.outputs().at("shouted_bytes").string_val(),
              ElementsAre("A", "BC"));
  EXPECT_THAT(response.outputs().at("inverted").bool_val(), ElementsAre(false));
}

TEST_F(PredictTest, ReturnsTheModelSpec) {
  PredictResponse response;

  ASSERT_TRUE(RunPredict(GoodRequest(), &response).ok());

  EXPECT_EQ(response.model_spec().name(), "many");
  EXPECT_EQ(response.model_spec().version().value(), 7);
  EXPECT_EQ(response.model_spec().signature_name(), "serving_default");
}

TEST_F(PredictTest, ReturnsOnlyTheOutputsOfTheFilter) {
  PredictRequest request = GoodRequest();
  request.add_output_filter("negated");
  request.add_output_filter("doubled");
  PredictResponse response;

  ASSERT_TRUE(RunPredict(request, &response).ok());

  EXPECT_EQ(response.outputs_size(), 2);
  EXPECT_THAT(response.outputs().at("doubled").float_val(), ElementsAre(2, 4));
  EXPECT_THAT(response.outputs().at("negated").int64_val(), ElementsAre(-5));
}

TEST_F(PredictTest, WritesTensorContentIfEnabled) {
  InferenceOptions options;
  options.encoding = TensorEncoding::kContent;
  PredictResponse response;

  ASSERT_TRUE(RunPredict(GoodRequest(), &response, options).ok());

  EXPECT_EQ(response.outputs().at("negated").tensor_content().size(), 8u);
  EXPECT_THAT(response.outputs().at("shouted_bytes").string_val(),
              ElementsAre("A", "BC"));
}

TEST_F(PredictTest, RefusesToRunAfterTheDeadline) {
  InferenceOptions options;
  options.deadline = absl::InfinitePast();
  PredictResponse response;

  EXPECT_EQ(RunPredict(GoodRequest(), &response, options).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(PredictTest, DoesNotRunACancelledRequest) {
  InferenceOptions options;
  options.cancelled = [] { return true; };
  PredictResponse response;

  EXPECT_EQ(RunPredict(GoodRequest(), &response, options).code(),
            absl::StatusCode::kCancelled);
}

TEST_F(PredictTest, ListsMissingInputs) {
  PredictRequest request = GoodRequest();
  request.mutable_inputs()->erase("ints");
  request.mutable_inputs()->erase("flag");

  EXPECT_EQ(ErrorOf(request),
            "wrong inputs for signature \"serving_default\", which takes: "
            "flag, floats, ints, texts; missing: flag, ints");
}

TEST_F(PredictTest, NamesUnknownInputs) {
  PredictRequest request = GoodRequest();
  (*request.mutable_inputs())["colour"].set_dtype(tensorflow::DT_FLOAT);

  EXPECT_EQ(ErrorOf(request),
            "wrong inputs for signature \"serving_default\", which takes: "
            "flag, floats, ints, texts; unknown: colour");
}

TEST_F(PredictTest, NamesMissingAndUnknownInputs) {
  PredictRequest request = GoodRequest();
  (*request.mutable_inputs())["int"] = request.inputs().at("ints");
  request.mutable_inputs()->erase("ints");

  EXPECT_THAT(ErrorOf(request), HasSubstr("; missing: ints; unknown: int"));
}

TEST_F(PredictTest, RefusesATypeThatCannotBeSent) {
  PredictRequest request = GoodRequest();
  (*request.mutable_inputs())["ints"].set_dtype(tensorflow::DT_VARIANT);

  EXPECT_EQ(ErrorOf(request),
            "input \"ints\" of signature \"serving_default\": tensors of type "
            "variant cannot be sent");
}

TEST_F(PredictTest, NamesTheInputWhoseTypeTheGraphRefuses) {
  PredictRequest request = GoodRequest();
  tensorflow::TensorProto& floats = (*request.mutable_inputs())["floats"];
  floats.set_dtype(tensorflow::DT_INT32);
  floats.clear_float_val();
  floats.clear_tensor_content();
  floats.add_int_val(1);

  EXPECT_THAT(ErrorOf(request),
              HasSubstr("(input \"floats\" is int32 [1,2], declared float "
                        "[?,2])"));
}

// Returns the numbers of all types, including reference types, and an invalid
// number.
std::vector<int> AllTypes() {
  std::vector<int> types = {9999};
  const auto* descriptor = tensorflow::DataType_descriptor();
  for (int i = 0; i < descriptor->value_count(); ++i) {
    types.push_back(descriptor->value(i)->number());
  }
  return types;
}

TEST_F(PredictTest, ATypeThatTheGraphRefusesIsAnInvalidArgument) {
  for (const RunThreadPolicy policy :
       {RunThreadPolicy::kCaller, RunThreadPolicy::kPool}) {
    SavedModelOptions options;
    options.run_thread_policy = policy;
    const auto model =
        SavedModelBundle::Load(TestModelPath("many_types"), options).value();
    const SignatureRunner& signature = **model->GetSignature("");
    const PredictRequest good = GoodRequest();
    for (const auto& [alias, right] : good.inputs()) {
      for (const int type : AllTypes()) {
        for (const int dims : {0, 1, 2}) {
          if (type == right.dtype()) {
            continue;
          }
          SCOPED_TRACE(absl::StrCat(alias, " ", type, " ", dims));
          PredictRequest request = good;
          TensorProto& input = (*request.mutable_inputs())[alias];
          input.Clear();
          input.set_dtype(static_cast<tensorflow::DataType>(type));
          for (int dim = 0; dim < dims; ++dim) {
            input.mutable_tensor_shape()->add_dim()->set_size(2);
          }
          PredictResponse response;

          const absl::Status status =
              Predict(request, kId, signature, InferenceOptions(), &response);

          EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument)
              << status;
          EXPECT_THAT(std::string(status.message()),
                      HasSubstr(absl::StrCat("input \"", alias, "\"")));
        }
      }
    }
  }
}

TEST_F(PredictTest, NamesAnInvalidTensor) {
  PredictRequest request = GoodRequest();
  (*request.mutable_inputs())["ints"].set_tensor_content("123");

  EXPECT_THAT(ErrorOf(request),
              HasSubstr("input \"ints\" of signature \"serving_default\": the "
                        "values do not fit a tensor"));
}

TEST_F(PredictTest, RefusesAnUnknownOutput) {
  PredictRequest request = GoodRequest();
  request.add_output_filter("tripled");

  EXPECT_EQ(ErrorOf(request),
            "output_filter: signature \"serving_default\" has no output "
            "\"tripled\"; it has: doubled, inverted, negated, shouted_bytes");
}

TEST_F(PredictTest, RefusesARepeatedOutput) {
  PredictRequest request = GoodRequest();
  request.add_output_filter("doubled");
  request.add_output_filter("doubled");

  EXPECT_EQ(ErrorOf(request),
            "output_filter: \"doubled\" is named more than once");
}

TEST_F(PredictTest, UsesDefaultValuesForMissingInputs) {
  tensorflow::SignatureDef signature =
      model_->signature_defs().at("serving_default");
  TensorProto& value = (*signature.mutable_defaults())["ints"];
  value.set_dtype(tensorflow::DT_INT64);
  value.mutable_tensor_shape()->add_dim()->set_size(1);
  value.add_int64_val(9);
  const auto runner = SignatureRunner::Create(model_->session(), "with_default",
                                              signature, RunThread::kCaller);
  PredictRequest request = GoodRequest();
  request.mutable_inputs()->erase("ints");
  PredictResponse response;

  const absl::Status status =
      Predict(request, kId, **runner, InferenceOptions(), &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(response.outputs().at("negated").int64_val(), ElementsAre(-9));
}

}  // namespace
}  // namespace tfs3
