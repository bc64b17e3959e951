// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/classify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving/apis/classification.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/loaded_test_model.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_examples.h"

namespace tfs3 {
namespace {

using tensorflow::serving::Class;
using tensorflow::serving::ClassificationRequest;
using tensorflow::serving::ClassificationResponse;
using testing::ElementsAre;
using testing::HasSubstr;

// Runs a signature on two examples.
absl::Status RunClassify(const std::string& signature,
                         ClassificationResponse* response,
                         const std::string& model = "tf_examples") {
  ClassificationRequest request;
  request.mutable_model_spec()->set_signature_name(signature);
  *request.mutable_input() = ExamplesOf({0.75f, 0.5f});
  return Classify(request, ServableId{"people", 7}, LoadedTestModel(model),
                  InferenceOptions(), response);
}

// Returns the classes of an example, as "label score".
std::vector<std::string> Classes(const ClassificationResponse& response,
                                 int example) {
  std::vector<std::string> classes;
  for (const Class& entry :
       response.result().classifications(example).classes()) {
    classes.push_back(absl::StrCat(entry.label(), " ", entry.score()));
  }
  return classes;
}

TEST(ClassifyTest, ReturnsClassesAndScores) {
  ClassificationResponse response;

  const absl::Status status = RunClassify("", &response);

  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(response.result().classifications_size(), 2);
  EXPECT_THAT(Classes(response, 0), ElementsAre("high 0.75", "low 0.25"));
  EXPECT_THAT(Classes(response, 1), ElementsAre("high 0.5", "low 0.5"));
}

TEST(ClassifyTest, ReturnsOnlyClasses) {
  ClassificationResponse response;

  ASSERT_TRUE(RunClassify("classify_classes", &response).ok());

  EXPECT_THAT(Classes(response, 0), ElementsAre("high 0", "low 0"));
}

TEST(ClassifyTest, ReturnsOnlyScores) {
  ClassificationResponse response;

  ASSERT_TRUE(RunClassify("classify_scores", &response).ok());

  EXPECT_THAT(Classes(response, 0), ElementsAre(" 0.75", " 0.25"));
}

TEST(ClassifyTest, IgnoresAnotherOutput) {
  ClassificationResponse response;

  const absl::Status status = RunClassify("classify_and_more", &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Classes(response, 1), ElementsAre(" 0.5", " 0.5"));
}

TEST(ClassifyTest, DoesNotComputeAnotherSparseOutput) {
  ClassificationResponse response;

  const absl::Status status = RunClassify("classify_and_sparse", &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Classes(response, 1), ElementsAre(" 0.5", " 0.5"));
}

TEST(ClassifyTest, DoesNotEnforceTheDeclaredInputType) {
  ClassificationResponse response;

  const absl::Status status = RunClassify("classify_declared_float", &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Classes(response, 0), ElementsAre("high 0.75", "low 0.25"));
}

TEST(ClassifyTest, RunsSignaturesOfTensorFlow2) {
  ClassificationResponse response;

  const absl::Status status = RunClassify("", &response, "native_tf_examples");

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Classes(response, 0), ElementsAre("high 0.75", "low 0.25"));
}

struct Fault {
  std::string signature;
  std::string message;
};

class ClassifyErrorTest : public testing::TestWithParam<Fault> {};

TEST_P(ClassifyErrorTest, NamesTheFault) {
  ClassificationResponse response;

  const absl::Status status = RunClassify(GetParam().signature, &response);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(status.message(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, ClassifyErrorTest,
    testing::Values(
        Fault{"no_output", "has 0 outputs"},
        Fault{"three_outputs", "has 3 outputs"},
        Fault{"misnamed_outputs", "has no output \"classes\" or \"scores\""},
        Fault{"classes_number",
              "\"classes\" is float [2,2] for 2 examples; Classify needs "
              "string [2, number of classes]"},
        Fault{"scores_flat", "\"scores\" is float [2] for 2 examples"},
        Fault{"scores_double", "\"scores\" is double [2,2]"},
        Fault{"scores_of_more", "\"scores\" is float [4,2] for 2 examples"},
        Fault{"unequal_outputs",
              "\"classes\" has 2 classes and \"scores\" has 1"}),
    [](const auto& info) { return info.param.signature; });

}  // namespace
}  // namespace tfs3
