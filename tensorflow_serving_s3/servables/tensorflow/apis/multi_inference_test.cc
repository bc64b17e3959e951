// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/multi_inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving/apis/inference.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/example_signature.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/session_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_examples.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using tensorflow::serving::InferenceTask;
using tensorflow::serving::MultiInferenceRequest;
using tensorflow::serving::MultiInferenceResponse;
using testing::HasSubstr;

const ServableId kId{"people", 7};

std::unique_ptr<SavedModelBundle> Load() {
  return SavedModelBundle::Load(TestModelPath("tf_examples"),
                                SavedModelOptions())
      .value();
}

const SavedModelBundle& Model() {
  static const SavedModelBundle& model = *Load().release();
  return model;
}

void AddTask(absl::string_view method, const std::string& signature,
             MultiInferenceRequest* request) {
  InferenceTask* task = request->add_tasks();
  task->set_method_name(method);
  task->mutable_model_spec()->set_name("people");
  task->mutable_model_spec()->set_signature_name(signature);
}

MultiInferenceRequest Request(
    const std::vector<std::pair<absl::string_view, std::string>>& tasks) {
  MultiInferenceRequest request;
  for (const auto& [method, signature] : tasks) {
    AddTask(method, signature, &request);
  }
  *request.mutable_input() = ExamplesOf({0.75f, 0.5f});
  return request;
}

MultiInferenceRequest GoodRequest() {
  return Request({{kRegressMethodName, "regress"}, {kClassifyMethodName, ""}});
}

absl::Status RunRequest(const MultiInferenceRequest& request,
                        MultiInferenceResponse* response,
                        const InferenceOptions& options = InferenceOptions()) {
  return MultiInference(request, kId, Model(), options, response);
}

absl::Status ErrorOf(const MultiInferenceRequest& request) {
  MultiInferenceResponse response;
  return RunRequest(request, &response);
}

void ExpectGoodResponse(const MultiInferenceResponse& response) {
  ASSERT_EQ(response.results_size(), 2);
  const auto& regressions = response.results(0).regression_result();
  ASSERT_EQ(regressions.regressions_size(), 2);
  EXPECT_EQ(regressions.regressions(0).value(), 1.5f);
  EXPECT_EQ(regressions.regressions(1).value(), 1.0f);
  const auto& classifications = response.results(1).classification_result();
  ASSERT_EQ(classifications.classifications_size(), 2);
  EXPECT_EQ(classifications.classifications(0).classes(0).label(), "high");
  EXPECT_EQ(classifications.classifications(0).classes(0).score(), 0.75f);
}

TEST(MultiInferenceTest, ReturnsResultsInTheOrderOfTheTasks) {
  MultiInferenceResponse response;

  const absl::Status status = RunRequest(GoodRequest(), &response);

  ASSERT_TRUE(status.ok()) << status;
  ExpectGoodResponse(response);
}

TEST(MultiInferenceTest, ReturnsTheModelSpecOfEachTask) {
  MultiInferenceResponse response;

  ASSERT_TRUE(RunRequest(GoodRequest(), &response).ok());

  ASSERT_EQ(response.results_size(), 2);
  for (const auto& result : response.results()) {
    EXPECT_EQ(result.model_spec().name(), "people");
    EXPECT_EQ(result.model_spec().version().value(), 7);
  }
  EXPECT_EQ(response.results(0).model_spec().signature_name(), "regress");
  EXPECT_EQ(response.results(1).model_spec().signature_name(),
            "serving_default");
}

TEST(MultiInferenceTest, RunsASingleTask) {
  MultiInferenceResponse response;

  ASSERT_TRUE(
      RunRequest(Request({{kRegressMethodName, "regress"}}), &response).ok());

  ASSERT_EQ(response.results_size(), 1);
  EXPECT_EQ(response.results(0).regression_result().regressions(0).value(),
            1.5f);
}

TEST(MultiInferenceTest, FeedsSignaturesWithDifferentInputTensors) {
  MultiInferenceResponse response;

  const absl::Status status =
      RunRequest(Request({{kClassifyMethodName, "classify_and_more"},
                          {kRegressMethodName, "regress_apart"}}),
                 &response);

  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(response.results_size(), 2);
  EXPECT_EQ(response.results(0)
                .classification_result()
                .classifications(0)
                .classes(0)
                .score(),
            0.75f);
  EXPECT_EQ(response.results(1).regression_result().regressions(0).value(),
            -0.75f);
}

TEST(MultiInferenceTest, RunsTasksSeparatelyIfTheLimitOfChoicesIsReached) {
  const auto model = Load();
  const std::vector<std::string> nodes = {
      "slope",         "sub/x",         "Tile/input", "Tile/multiples/1",
      "concat/axis",   "concat_1/axis", "save/Const", "save/num_shards",
      "ExpandDims/dim"};
  // Each set of these nodes is another choice.
  for (size_t set = 1; !model->session_runner().full(); ++set) {
    SessionRunner::Choice choice;
    for (size_t i = 0; i < nodes.size(); ++i) {
      if ((set >> i) & 1) {
        choice.targets.push_back(nodes[i]);
      }
    }
    const auto outputs =
        model->session_runner().Run(choice, {}, SessionRunner::Options());
    ASSERT_TRUE(outputs.ok()) << outputs.status();
  }
  MultiInferenceResponse response;

  const absl::Status status =
      MultiInference(GoodRequest(), kId, *model, InferenceOptions(), &response);

  ASSERT_TRUE(status.ok()) << status;
  ExpectGoodResponse(response);
}

TEST(MultiInferenceTest, RefusesToRunAfterTheDeadline) {
  InferenceOptions options;
  options.deadline = absl::InfinitePast();
  MultiInferenceResponse response;

  EXPECT_EQ(RunRequest(GoodRequest(), &response, options).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(MultiInferenceTest, DoesNotRunACancelledRequest) {
  InferenceOptions options;
  options.cancelled = [] { return true; };
  MultiInferenceResponse response;

  EXPECT_EQ(RunRequest(GoodRequest(), &response, options).code(),
            absl::StatusCode::kCancelled);
}

TEST(MultiInferenceTest, ChecksMethodNamesIfEnabled) {
  InferenceOptions options;
  options.check_method_name = true;
  MultiInferenceResponse response;

  EXPECT_TRUE(RunRequest(GoodRequest(), &response, options).ok());
  EXPECT_EQ(RunRequest(Request({{kClassifyMethodName, "regress"}}), &response,
                       options)
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(MultiInferenceTest, RefusesARequestWithoutTasks) {
  const absl::Status status = ErrorOf(Request({}));

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("has no tasks"));
}

TEST(MultiInferenceTest, RefusesARequestWithoutExamples) {
  MultiInferenceRequest request = GoodRequest();
  request.clear_input();

  const absl::Status status = ErrorOf(request);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("has no examples"));
}

TEST(MultiInferenceTest, RefusesTwoTasksWithOneSignature) {
  const absl::Status status = ErrorOf(Request(
      {{kClassifyMethodName, ""}, {kClassifyMethodName, "serving_default"}}));

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(),
              HasSubstr("two tasks name the signature \"serving_default\""));
}

TEST(MultiInferenceTest, RefusesTasksOfDifferentModels) {
  MultiInferenceRequest request = GoodRequest();
  request.mutable_tasks(1)->mutable_model_spec()->set_name("cats");

  const absl::Status status = ErrorOf(request);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(),
              HasSubstr("different models, \"people\" and \"cats\""));
}

TEST(MultiInferenceTest, RefusesATaskWithoutAModelName) {
  MultiInferenceRequest request = GoodRequest();
  request.mutable_tasks(0)->mutable_model_spec()->clear_name();

  const absl::Status status = ErrorOf(request);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("has no name"));
}

TEST(MultiInferenceTest, RefusesTasksOfDifferentVersions) {
  MultiInferenceRequest of_another_version = GoodRequest();
  of_another_version.mutable_tasks(1)
      ->mutable_model_spec()
      ->mutable_version()
      ->set_value(8);
  MultiInferenceRequest of_another_label = GoodRequest();
  of_another_label.mutable_tasks(1)->mutable_model_spec()->set_version_label(
      "canary");

  for (const auto& request : {of_another_version, of_another_label}) {
    const absl::Status status = ErrorOf(request);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("different versions"));
  }
}

TEST(MultiInferenceTest, AcceptsAVersionInOnlySomeTasks) {
  MultiInferenceRequest request = GoodRequest();
  request.mutable_tasks(0)->mutable_model_spec()->mutable_version()->set_value(
      7);

  EXPECT_TRUE(ErrorOf(request).ok());
}

TEST(MultiInferenceTest, RefusesAnUnknownMethod) {
  const absl::Status status =
      ErrorOf(Request({{"tensorflow/serving/predict", ""}}));

  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(status.message(),
              HasSubstr("unknown method_name \"tensorflow/serving/predict\""));
}

TEST(MultiInferenceTest, NamesTheSignatureWhoseOutputIsWrong) {
  const absl::Status status = ErrorOf(Request(
      {{kRegressMethodName, "regress"}, {kRegressMethodName, "regress_wide"}}));

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("signature \"regress_wide\": "));
}

TEST(MultiInferenceTest, DoesNotComputeAnotherSparseOutput) {
  for (const auto& request :
       {Request({{kClassifyMethodName, "classify_and_sparse"}}),
        Request({{kClassifyMethodName, "classify_and_sparse"},
                 {kRegressMethodName, "regress"}})}) {
    MultiInferenceResponse response;

    const absl::Status status = RunRequest(request, &response);

    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(response.results(0)
                  .classification_result()
                  .classifications(0)
                  .classes(0)
                  .score(),
              0.75f);
  }
}

TEST(MultiInferenceTest, RefusesASparseOutput) {
  const absl::Status status =
      ErrorOf(Request({{kRegressMethodName, "regress"},
                       {kRegressMethodName, "regress_sparse"}}));

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(),
              HasSubstr("output \"outputs\" is a sparse tensor"));
}

TEST(MultiInferenceTest, NamesTheInputThatTheGraphRefuses) {
  const absl::Status status = ErrorOf(Request(
      {{kRegressMethodName, "regress"}, {kRegressMethodName, "number_input"}}));

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(
      status.message(),
      HasSubstr("(input \"inputs\" is string [2], declared float [?])"));
}

TEST(MultiInferenceTest, RefusesAMissingSignature) {
  EXPECT_EQ(ErrorOf(Request({{kRegressMethodName, "gone"}})).code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tfs3
