// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests of everything that Classify and Regress have in common.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tensorflow_serving/apis/classification.pb.h"
#include "tensorflow_serving/apis/input.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving/apis/regression.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/classify.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/regress.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/loaded_test_model.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_examples.h"

namespace tfs3 {
namespace {

using tensorflow::serving::Input;
using tensorflow::serving::ModelSpec;
using testing::AllOf;
using testing::HasSubstr;

// Runs one API and returns the model_spec of its response.
using RunApi = absl::StatusOr<ModelSpec> (*)(const Input& input,
                                             const std::string& signature,
                                             const std::string& model,
                                             const InferenceOptions& options);

template <typename Request, typename Response, auto kApi>
absl::StatusOr<ModelSpec> RunWith(const Input& input,
                                  const std::string& signature,
                                  const std::string& model,
                                  const InferenceOptions& options) {
  Request request;
  request.mutable_model_spec()->set_signature_name(signature);
  *request.mutable_input() = input;
  Response response;
  if (absl::Status status = kApi(request, ServableId{"people", 7},
                                 LoadedTestModel(model), options, &response);
      !status.ok()) {
    return status;
  }
  return response.model_spec();
}

struct Api {
  std::string name;
  RunApi run;
  // A valid signature of "tf_examples". The method name ends with the same
  // word.
  std::string signature;
  // A valid signature of "native_tf_examples".
  std::string native_signature;
  // A signature with the method name of the other API.
  std::string other_signature;
};

class ExampleApisTest : public testing::TestWithParam<Api> {
 protected:
  absl::Status RunSignature(
      const std::string& signature,
      const InferenceOptions& options = InferenceOptions()) const {
    return GetParam()
        .run(ExamplesOf({0.75f, 0.5f}), signature, "tf_examples", options)
        .status();
  }
};

INSTANTIATE_TEST_SUITE_P(
    Apis, ExampleApisTest,
    testing::Values(
        Api{"Classify",
            &RunWith<tensorflow::serving::ClassificationRequest,
                     tensorflow::serving::ClassificationResponse, &Classify>,
            "classify", "", "regress"},
        Api{"Regress",
            &RunWith<tensorflow::serving::RegressionRequest,
                     tensorflow::serving::RegressionResponse, &Regress>,
            "regress", "regress", "classify"}),
    [](const auto& info) { return info.param.name; });

TEST_P(ExampleApisTest, ReturnsTheModelSpec) {
  const auto spec =
      GetParam().run(ExamplesOf({1}), GetParam().signature, "tf_examples", {});

  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->name(), "people");
  EXPECT_EQ(spec->version().value(), 7);
  EXPECT_EQ(spec->signature_name(), GetParam().signature);
}

TEST_P(ExampleApisTest, ChecksTheMethodNameIfEnabled) {
  InferenceOptions options;
  options.check_method_name = true;
  const std::string& name = GetParam().signature;
  const std::string& other = GetParam().other_signature;

  EXPECT_TRUE(RunSignature(name, options).ok());
  const absl::Status status = RunSignature(other, options);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(
      status.message(),
      AllOf(HasSubstr("method name \"tensorflow/serving/" + other + "\""),
            HasSubstr("needs \"tensorflow/serving/" + name + "\"")));
  EXPECT_EQ(GetParam()
                .run(ExamplesOf({1}), GetParam().native_signature,
                     "native_tf_examples", options)
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_P(ExampleApisTest, RefusesToRunAfterTheDeadline) {
  InferenceOptions options;
  options.deadline = absl::InfinitePast();

  EXPECT_EQ(RunSignature(GetParam().signature, options).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_P(ExampleApisTest, DoesNotRunACancelledRequest) {
  InferenceOptions options;
  options.cancelled = [] { return true; };

  EXPECT_EQ(RunSignature(GetParam().signature, options).code(),
            absl::StatusCode::kCancelled);
}

TEST_P(ExampleApisTest, RefusesARequestWithoutExamples) {
  EXPECT_EQ(
      GetParam()
          .run(Input(), GetParam().signature, "tf_examples", InferenceOptions())
          .status()
          .code(),
      absl::StatusCode::kInvalidArgument);
}

TEST_P(ExampleApisTest, AnExampleThatTheModelRefusesIsAnInvalidArgument) {
  Input input;
  input.mutable_example_list()->add_examples();

  const absl::Status status =
      GetParam()
          .run(input, GetParam().signature, "tf_examples", InferenceOptions())
          .status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("x"));
}

TEST_P(ExampleApisTest, RefusesSignaturesThatDoNotTakeExamples) {
  for (const auto& [signature, message] :
       {std::pair("gone", "the model has no signature \"gone\""),
        std::pair("two_inputs", "has 2 inputs"),
        std::pair("misnamed_input", "is called \"examples\"")}) {
    const absl::Status status = RunSignature(signature);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_THAT(status.message(), HasSubstr(message));
  }
}

}  // namespace
}  // namespace tfs3
