// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/example_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "tensorflow/core/example/example.pb.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving/apis/input.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_examples.h"

namespace tfs3 {
namespace {

using tensorflow::Example;
using tensorflow::Tensor;
using tensorflow::serving::Input;
using testing::ElementsAre;
using testing::HasSubstr;

Example Parse(const Tensor& tensor, int index) {
  Example example;
  EXPECT_TRUE(
      example.ParseFromString(tensor.flat<tensorflow::tstring>()(index)));
  return example;
}

float Feature(const Example& example, const std::string& name) {
  return example.features().feature().at(name).float_list().value(0);
}

TEST(ExampleInputTest, SerializesEachExample) {
  const auto tensor = SerializeExamples(ExamplesOf({1.5f, 2.5f}));

  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->dtype(), tensorflow::DT_STRING);
  EXPECT_THAT(tensor->shape().dim_sizes(), ElementsAre(2));
  EXPECT_EQ(Feature(Parse(*tensor, 0), "x"), 1.5f);
  EXPECT_EQ(Feature(Parse(*tensor, 1), "x"), 2.5f);
}

TEST(ExampleInputTest, AcceptsAnExampleWithoutFeatures) {
  Input input;
  input.mutable_example_list()->add_examples();

  const auto tensor = SerializeExamples(input);

  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->flat<tensorflow::tstring>()(0), "");
}

TEST(ExampleInputTest, MergesTheContextIntoEachExample) {
  Input input;
  auto* list = input.mutable_example_list_with_context();
  SetFeature("bias", 7, list->mutable_context());
  SetFeature("x", 1, list->add_examples());
  SetFeature("x", 2, list->add_examples());

  const auto tensor = SerializeExamples(input);

  ASSERT_TRUE(tensor.ok()) << tensor.status();
  for (int i = 0; i < 2; ++i) {
    const Example example = Parse(*tensor, i);
    EXPECT_EQ(Feature(example, "x"), i + 1);
    EXPECT_EQ(Feature(example, "bias"), 7);
  }
}

TEST(ExampleInputTest, AnExamplesFeatureWinsOverTheContext) {
  Input input;
  auto* list = input.mutable_example_list_with_context();
  SetFeature("x", 7, list->mutable_context());
  SetFeature("x", 1, list->add_examples());

  const auto tensor = SerializeExamples(input);

  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(Feature(Parse(*tensor, 0), "x"), 1);
}

TEST(ExampleInputTest, RefusesEmptyInput) {
  Input no_examples;
  no_examples.mutable_example_list();
  Input only_context;
  SetFeature(
      "x", 1,
      only_context.mutable_example_list_with_context()->mutable_context());

  for (const Input& input : {Input(), no_examples, only_context}) {
    const absl::Status status = SerializeExamples(input).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr("has no examples"));
  }
}

TEST(ExampleInputTest, RefusesAContextWhoseCopiesAreTooLarge) {
  Input input;
  auto* list = input.mutable_example_list_with_context();
  (*list->mutable_context()->mutable_features()->mutable_feature())["x"]
      .mutable_bytes_list()
      ->add_value(std::string(1 << 20, 'x'));
  for (int i = 0; i < 256; ++i) {
    list->add_examples();
  }

  const absl::Status status = SerializeExamples(input).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("for each of 256 examples"));
}

}  // namespace
}  // namespace tfs3
