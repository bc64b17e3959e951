// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/classify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tensorflow_serving/apis/classification.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_examples.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using tensorflow::serving::Class;
using tensorflow::serving::ClassificationRequest;
using tensorflow::serving::ClassificationResponse;
using testing::ElementsAre;
using testing::HasSubstr;

const ServableId kId{"people", 7};

const SavedModelBundle& Model(const std::string& name) {
  static auto& models =
      *new std::map<std::string, std::unique_ptr<SavedModelBundle>>();
  std::unique_ptr<SavedModelBundle>& model = models[name];
  if (model == nullptr) {
    model = SavedModelBundle::Load(TestModelPath(name), SavedModelOptions())
                .value();
  }
  return *model;
}

ClassificationRequest Request(const std::string& signature) {
  ClassificationRequest request;
  request.mutable_model_spec()->set_signature_name(signature);
  *request.mutable_input() = ExamplesOf({0.75f, 0.5f});
  return request;
}

absl::Status Answer(const ClassificationRequest& request,
                    ClassificationResponse* response,
                    const InferenceOptions& options = InferenceOptions(),
                    const std::string& model = "tf_examples") {
  return Classify(request, kId, Model(model), options, response);
}

// The classes of an example, as "label score".
std::vector<std::string> Classes(const ClassificationResponse& response,
                                 int example) {
  std::vector<std::string> classes;
  for (const Class& entry :
       response.result().classifications(example).classes()) {
    classes.push_back(absl::StrCat(entry.label(), " ", entry.score()));
  }
  return classes;
}

TEST(ClassifyTest, AnswersWithClassesAndScores) {
  ClassificationResponse response;

  const absl::Status status = Answer(Request(""), &response);

  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(response.result().classifications_size(), 2);
  EXPECT_THAT(Classes(response, 0), ElementsAre("high 0.75", "low 0.25"));
  EXPECT_THAT(Classes(response, 1), ElementsAre("high 0.5", "low 0.5"));
}

TEST(ClassifyTest, TellsTheEffectiveModelSpec) {
  ClassificationResponse response;

  ASSERT_TRUE(Answer(Request(""), &response).ok());

  EXPECT_EQ(response.model_spec().name(), "people");
  EXPECT_EQ(response.model_spec().version().value(), 7);
  EXPECT_EQ(response.model_spec().signature_name(), "serving_default");
}

TEST(ClassifyTest, AnswersWithClassesAlone) {
  ClassificationResponse response;

  ASSERT_TRUE(Answer(Request("classify_classes"), &response).ok());

  EXPECT_THAT(Classes(response, 0), ElementsAre("high 0", "low 0"));
}

TEST(ClassifyTest, AnswersWithScoresAlone) {
  ClassificationResponse response;

  ASSERT_TRUE(Answer(Request("classify_scores"), &response).ok());

  EXPECT_THAT(Classes(response, 0), ElementsAre(" 0.75", " 0.25"));
}

TEST(ClassifyTest, LeavesOutAnotherOutput) {
  ClassificationResponse response;

  const absl::Status status = Answer(Request("classify_and_more"), &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Classes(response, 1), ElementsAre(" 0.5", " 0.5"));
}

TEST(ClassifyTest, ASparseOutputBesideIsNotComputed) {
  ClassificationResponse response;

  const absl::Status status = Answer(Request("classify_and_sparse"), &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Classes(response, 1), ElementsAre(" 0.5", " 0.5"));
}

TEST(ClassifyTest, TheDeclaredTypeOfTheInputIsNoContract) {
  ClassificationResponse response;

  const absl::Status status =
      Answer(Request("classify_declared_float"), &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Classes(response, 0), ElementsAre("high 0.75", "low 0.25"));
}

TEST(ClassifyTest, ServesNativeSignaturesOfTensorFlow2) {
  ClassificationResponse response;

  const absl::Status status =
      Answer(Request(""), &response, InferenceOptions(), "native_tf_examples");

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(Classes(response, 0), ElementsAre("high 0.75", "low 0.25"));
}

TEST(ClassifyTest, ChecksTheMethodNameWhereAsked) {
  InferenceOptions options;
  options.check_method_name = true;
  ClassificationResponse response;

  EXPECT_TRUE(Answer(Request("classify"), &response, options).ok());
  for (const absl::Status& status :
       {Answer(Request("regress"), &response, options),
        Answer(Request(""), &response, options, "native_tf_examples")}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(
        status.message(),
        HasSubstr("this request needs \"tensorflow/serving/classify\""));
  }
}

TEST(ClassifyTest, KeepsTheDeadline) {
  InferenceOptions options;
  options.deadline = absl::InfinitePast();
  ClassificationResponse response;

  EXPECT_EQ(Answer(Request(""), &response, options).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(ClassifyTest, DoesNotRunForACallerWhoHasGone) {
  InferenceOptions options;
  options.cancelled = [] { return true; };
  ClassificationResponse response;

  EXPECT_EQ(Answer(Request(""), &response, options).code(),
            absl::StatusCode::kCancelled);
}

TEST(ClassifyTest, RefusesARequestWithoutExamples) {
  ClassificationRequest request = Request("");
  request.clear_input();
  ClassificationResponse response;

  EXPECT_EQ(Answer(request, &response).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ClassifyTest, AnExampleThatTheModelDoesNotTakeIsTheClientsError) {
  ClassificationRequest request = Request("");
  request.mutable_input()->mutable_example_list()->add_examples();
  ClassificationResponse response;

  const absl::Status status = Answer(request, &response);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("x"));
}

struct Fault {
  std::string signature;
  absl::StatusCode code;
  std::string message;
};

class ClassifyFaultTest : public testing::TestWithParam<Fault> {};

TEST_P(ClassifyFaultTest, IsTold) {
  ClassificationResponse response;

  const absl::Status status = Answer(Request(GetParam().signature), &response);

  EXPECT_EQ(status.code(), GetParam().code) << status;
  EXPECT_THAT(status.message(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, ClassifyFaultTest,
    testing::Values(
        Fault{"gone", absl::StatusCode::kInvalidArgument,
              "the model has no signature \"gone\""},
        Fault{"two_inputs", absl::StatusCode::kInvalidArgument, "has 2 inputs"},
        Fault{"misnamed_input", absl::StatusCode::kInvalidArgument,
              "is called \"examples\""},
        Fault{"no_output", absl::StatusCode::kInvalidArgument, "has 0 outputs"},
        Fault{"three_outputs", absl::StatusCode::kInvalidArgument,
              "has 3 outputs"},
        Fault{"misnamed_outputs", absl::StatusCode::kInvalidArgument,
              "has neither of the outputs"},
        Fault{"classes_number", absl::StatusCode::kInvalidArgument,
              "\"classes\" is float [2,2] for 2 examples; Classify needs "
              "string [2, number of classes]"},
        Fault{"scores_flat", absl::StatusCode::kInvalidArgument,
              "\"scores\" is float [2] for 2 examples"},
        Fault{"scores_double", absl::StatusCode::kInvalidArgument,
              "\"scores\" is double [2,2]"},
        Fault{"scores_of_more", absl::StatusCode::kInvalidArgument,
              "\"scores\" is float [4,2] for 2 examples"},
        Fault{"unequal_outputs", absl::StatusCode::kInvalidArgument,
              "\"classes\" has 2 classes and \"scores\" has 1"}),
    [](const auto& info) { return info.param.signature; });

}  // namespace
}  // namespace tfs3
