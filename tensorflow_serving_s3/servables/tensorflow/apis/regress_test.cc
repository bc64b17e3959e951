// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/regress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tensorflow_serving/apis/regression.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_examples.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using tensorflow::serving::Regression;
using tensorflow::serving::RegressionRequest;
using tensorflow::serving::RegressionResponse;
using testing::ElementsAre;
using testing::HasSubstr;

const ServableId kId{"people", 7};

std::unique_ptr<SavedModelBundle> Load(const std::string& name) {
  return SavedModelBundle::Load(TestModelPath(name), SavedModelOptions())
      .value();
}

const SavedModelBundle& Model() {
  static const SavedModelBundle& model = *Load("tf_examples").release();
  return model;
}

RegressionRequest Request(const std::string& signature) {
  RegressionRequest request;
  request.mutable_model_spec()->set_signature_name(signature);
  *request.mutable_input() = ExamplesOf({1, 2});
  return request;
}

absl::Status Answer(const RegressionRequest& request,
                    RegressionResponse* response,
                    const InferenceOptions& options = InferenceOptions()) {
  return Regress(request, kId, Model(), options, response);
}

std::vector<float> Values(const RegressionResponse& response) {
  std::vector<float> values;
  for (const Regression& regression : response.result().regressions()) {
    values.push_back(regression.value());
  }
  return values;
}

TEST(RegressTest, AnswersWithOneValueForEachExample) {
  RegressionResponse response;

  const absl::Status status = Answer(Request("regress"), &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Values(response), ElementsAre(2, 4));
}

TEST(RegressTest, TellsTheEffectiveModelSpec) {
  RegressionResponse response;

  ASSERT_TRUE(Answer(Request("regress"), &response).ok());

  EXPECT_EQ(response.model_spec().name(), "people");
  EXPECT_EQ(response.model_spec().version().value(), 7);
  EXPECT_EQ(response.model_spec().signature_name(), "regress");
}

TEST(RegressTest, TakesAColumn) {
  RegressionResponse response;

  ASSERT_TRUE(Answer(Request("regress_column"), &response).ok());

  EXPECT_THAT(Values(response), ElementsAre(2, 4));
}

TEST(RegressTest, UsesTheContextForAllExamples) {
  RegressionRequest request = Request("regress");
  auto* list = request.mutable_input()->mutable_example_list_with_context();
  SetFeature("bias", 10, list->mutable_context());
  SetFeature("x", 1, list->add_examples());
  SetFeature("x", 2, list->add_examples());
  SetFeature("bias", 0.5f, list->mutable_examples(1));
  RegressionResponse response;

  const absl::Status status = Answer(request, &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Values(response), ElementsAre(12, 4.5f));
}

TEST(RegressTest, ServesNativeSignaturesOfTensorFlow2) {
  const auto model = Load("native_tf_examples");
  RegressionResponse response;

  const absl::Status status =
      Regress(Request("regress"), kId, *model, InferenceOptions(), &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Values(response), ElementsAre(2, 4));
}

TEST(RegressTest, ChecksTheMethodNameWhereAsked) {
  InferenceOptions options;
  options.check_method_name = true;
  RegressionResponse response;

  EXPECT_TRUE(Answer(Request("regress"), &response, options).ok());
  const absl::Status status = Answer(Request("classify"), &response, options);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(),
              HasSubstr("has the method name \"tensorflow/serving/classify\", "
                        "this request needs \"tensorflow/serving/regress\""));
}

TEST(RegressTest, KeepsTheDeadline) {
  InferenceOptions options;
  options.deadline = absl::InfinitePast();
  RegressionResponse response;

  EXPECT_EQ(Answer(Request("regress"), &response, options).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(RegressTest, RefusesARequestWithoutExamples) {
  RegressionRequest request = Request("regress");
  request.clear_input();
  RegressionResponse response;

  EXPECT_EQ(Answer(request, &response).code(),
            absl::StatusCode::kInvalidArgument);
}

struct Fault {
  std::string signature;
  absl::StatusCode code;
  std::string message;
};

class RegressFaultTest : public testing::TestWithParam<Fault> {};

TEST_P(RegressFaultTest, IsTold) {
  RegressionResponse response;

  const absl::Status status = Answer(Request(GetParam().signature), &response);

  EXPECT_EQ(status.code(), GetParam().code) << status;
  EXPECT_THAT(status.message(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, RegressFaultTest,
    testing::Values(
        Fault{"gone", absl::StatusCode::kInvalidArgument,
              "the model has no signature \"gone\""},
        Fault{"misnamed_input", absl::StatusCode::kInvalidArgument,
              "is called \"examples\""},
        Fault{"number_input", absl::StatusCode::kInvalidArgument,
              "(input \"inputs\" is string [2], declared float [?])"},
        Fault{"regress_sparse", absl::StatusCode::kInvalidArgument,
              "output \"outputs\" is a sparse tensor"},
        Fault{"regress_two_outputs", absl::StatusCode::kInvalidArgument,
              "has 2 outputs"},
        Fault{"regress_misnamed", absl::StatusCode::kInvalidArgument,
              "is called \"values\""},
        Fault{"regress_wide", absl::StatusCode::kInvalidArgument,
              "\"outputs\" is float [2,2] for 2 examples"},
        Fault{"regress_int", absl::StatusCode::kInvalidArgument,
              "\"outputs\" is int32 [2] for 2 examples; Regress needs float "
              "[2] or [2, 1]"},
        Fault{"regress_of_more", absl::StatusCode::kInvalidArgument,
              "\"outputs\" is float [4] for 2 examples"}),
    [](const auto& info) { return info.param.signature; });

}  // namespace
}  // namespace tfs3
