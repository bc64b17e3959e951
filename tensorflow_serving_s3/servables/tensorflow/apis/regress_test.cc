// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/regress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tensorflow_serving/apis/regression.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/loaded_test_model.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_examples.h"

namespace tfs3 {
namespace {

using tensorflow::serving::Regression;
using tensorflow::serving::RegressionRequest;
using tensorflow::serving::RegressionResponse;
using testing::ElementsAre;
using testing::HasSubstr;

RegressionRequest Request(const std::string& signature) {
  RegressionRequest request;
  request.mutable_model_spec()->set_signature_name(signature);
  *request.mutable_input() = ExamplesOf({1, 2});
  return request;
}

absl::Status RunRegress(const RegressionRequest& request,
                        RegressionResponse* response,
                        const std::string& model = "tf_examples") {
  return Regress(request, ServableId{"people", 7}, LoadedTestModel(model),
                 InferenceOptions(), response);
}

std::vector<float> Values(const RegressionResponse& response) {
  std::vector<float> values;
  for (const Regression& regression : response.result().regressions()) {
    values.push_back(regression.value());
  }
  return values;
}

TEST(RegressTest, ReturnsOneValueForEachExample) {
  RegressionResponse response;

  const absl::Status status = RunRegress(Request("regress"), &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Values(response), ElementsAre(2, 4));
}

TEST(RegressTest, AcceptsAColumn) {
  RegressionResponse response;

  ASSERT_TRUE(RunRegress(Request("regress_column"), &response).ok());

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

  const absl::Status status = RunRegress(request, &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Values(response), ElementsAre(12, 4.5f));
}

TEST(RegressTest, RunsSignaturesOfTensorFlow2) {
  RegressionResponse response;

  const absl::Status status =
      RunRegress(Request("regress"), &response, "native_tf_examples");

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Values(response), ElementsAre(2, 4));
}

struct Fault {
  std::string signature;
  std::string message;
};

class RegressErrorTest : public testing::TestWithParam<Fault> {};

TEST_P(RegressErrorTest, NamesTheFault) {
  RegressionResponse response;

  const absl::Status status =
      RunRegress(Request(GetParam().signature), &response);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(status.message(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, RegressErrorTest,
    testing::Values(
        Fault{"number_input",
              "(input \"inputs\" is string [2], declared float [?])"},
        Fault{"regress_sparse", "output \"outputs\" is a sparse tensor"},
        Fault{"regress_two_outputs", "has 2 outputs"},
        Fault{"regress_misnamed", "is called \"values\""},
        Fault{"regress_wide", "\"outputs\" is float [2,2] for 2 examples"},
        Fault{"regress_int",
              "\"outputs\" is int32 [2] for 2 examples; Regress needs float "
              "[2] or [2, 1]"},
        Fault{"regress_of_more", "\"outputs\" is float [4] for 2 examples"}),
    [](const auto& info) { return info.param.signature; });

}  // namespace
}  // namespace tfs3
