// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow/core/protobuf/saved_model.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::unique_ptr<SavedModelBundle> LoadOrDie(
    const std::string& path, const SavedModelOptions& options = {}) {
  auto bundle = SavedModelBundle::Load(path, options);
  if (!bundle.ok()) {
    ADD_FAILURE() << bundle.status();
  }
  return *std::move(bundle);
}

template <typename T>
Tensor Scalar(T value) {
  Tensor tensor(tensorflow::DataTypeToEnum<T>::value, TensorShape({}));
  tensor.scalar<T>()() = value;
  return tensor;
}

TEST(SavedModelBundleTest, RestoresVariablesAndRuns) {
  const auto bundle = LoadOrDie(TestModelPath("half_plus_three"));
  Tensor x(tensorflow::DT_FLOAT, TensorShape({3}));
  x.flat<float>()(0) = 1;
  x.flat<float>()(1) = 2;
  x.flat<float>()(2) = 5;

  const auto outputs = (*bundle->GetSignature("serving_default"))->Run({x}, {});

  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ(outputs->front().DebugString(),
            "Tensor<type: float shape: [3] values: 3.5 4 5.5>");
}

TEST(SavedModelBundleTest, AnEmptyNameMeansServingDefault) {
  const auto bundle = LoadOrDie(TestModelPath("many_types"));

  EXPECT_EQ(*bundle->GetSignature(""),
            *bundle->GetSignature("serving_default"));
}

TEST(SavedModelBundleTest, ListsTheSignaturesIfOneIsUnknown) {
  const auto bundle = LoadOrDie(TestModelPath("many_types"));

  EXPECT_EQ(bundle->GetSignature("guess").status(),
            absl::FailedPreconditionError(
                "the model has no signature \"guess\"; it has: gather, "
                "nothing, serving_default, statistics, wait"));
}

TEST(SavedModelBundleTest, RefusesToRunTheInitializer) {
  const auto bundle = LoadOrDie(TestModelPath("many_types"));

  EXPECT_TRUE(bundle->signature_defs().contains("__saved_model_init_op"));
  EXPECT_EQ(bundle->GetSignature("__saved_model_init_op").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(SavedModelBundleTest, RunsSmallGraphsOnTheCallersThreadAndLoopsOnThePool) {
  const auto bundle = LoadOrDie(TestModelPath("many_types"));

  EXPECT_EQ((*bundle->GetSignature("gather"))->run_thread(),
            RunThread::kCaller);
  EXPECT_EQ((*bundle->GetSignature("wait"))->run_thread(), RunThread::kPool);
}

TEST(SavedModelBundleTest, FollowsTheThreadPolicy) {
  for (const auto& [policy, thread] :
       {std::pair(RunThreadPolicy::kCaller, RunThread::kCaller),
        std::pair(RunThreadPolicy::kPool, RunThread::kPool)}) {
    SavedModelOptions options;
    options.run_thread_policy = policy;
    const auto bundle = LoadOrDie(TestModelPath("many_types"), options);
    const SignatureRunner& gather = **bundle->GetSignature("gather");

    EXPECT_EQ(gather.run_thread(), thread);
    EXPECT_EQ(gather.Run({Scalar<int32_t>(1)}, {})->front().DebugString(),
              "Tensor<type: float shape: [] values: 20>");
  }
}

TEST(SavedModelBundleTest, ReturnsErrorsInFunctionsOnOneLine) {
  const auto bundle = LoadOrDie(TestModelPath("many_types"));

  EXPECT_EQ(
      (*bundle->GetSignature("gather"))->Run({Scalar<int32_t>(7)}, {}).status(),
      absl::InvalidArgumentError("indices = 7 is not in [0, 3) (input "
                                 "\"index\" is int32 [], declared int32 [])"));
}

TEST(SavedModelBundleTest, StopsALoopAtTheDeadline) {
  const auto bundle = LoadOrDie(TestModelPath("many_types"));
  SignatureRunner::RunOptions options;
  options.deadline = absl::Now() + absl::Milliseconds(50);

  // The loop would take centuries.
  EXPECT_EQ((*bundle->GetSignature("wait"))
                ->Run({Scalar(std::numeric_limits<int64_t>::max())}, options)
                .status()
                .code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(SavedModelBundleTest, RefusesASignatureWithoutOutputs) {
  const auto bundle = LoadOrDie(TestModelPath("many_types"));

  const auto outputs =
      (*bundle->GetSignature("nothing"))->Run({Scalar(1.f)}, {});

  EXPECT_EQ(outputs.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(outputs.status().message()),
              HasSubstr("\"nothing\" has no outputs"));
}

TEST(SavedModelBundleTest, LoadsAModelWithoutAnyUsableSignature) {
  const std::string path = CopyTestModel("half_plus_three", "only_sparse");
  EditModel(path, [](tensorflow::SavedModel& model) {
    for (auto& [name, signature] :
         *model.mutable_meta_graphs(0)->mutable_signature_def()) {
      for (auto& [alias, info] : *signature.mutable_outputs()) {
        info.mutable_coo_sparse()->set_values_tensor_name(info.name());
      }
    }
  });

  const auto bundle = LoadOrDie(path);

  const absl::Status status =
      (*bundle->GetSignature(""))->Run({Scalar(1.f)}, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("is a sparse tensor"));
}

TEST(SavedModelBundleTest, LoadsAModelWhoseOnlyInputIsSparse) {
  const std::string path = CopyTestModel("half_plus_three", "sparse_input");
  EditModel(path, [](tensorflow::SavedModel& model) {
    auto& signatures = *model.mutable_meta_graphs(0)->mutable_signature_def();
    auto& info = (*signatures["serving_default"].mutable_inputs())["x"];
    info.mutable_coo_sparse()->set_values_tensor_name(info.name());
  });

  const auto bundle = LoadOrDie(path);

  EXPECT_THAT(std::string(bundle->GetSignature("").status().message()),
              HasSubstr("input \"x\" is a sparse tensor"));
}

TEST(SavedModelBundleTest, ServesTheOtherSignaturesIfOneIsBroken) {
  const std::string path = CopyTestModel("many_types", "one_broken");
  EditModel(path, [](tensorflow::SavedModel& model) {
    auto& signatures = *model.mutable_meta_graphs(0)->mutable_signature_def();
    (*signatures["gather"].mutable_outputs())["value"].set_name("nowhere:0");
  });

  const auto bundle = LoadOrDie(path);

  const absl::Status status =
      (*bundle->GetSignature("gather"))->Run({Scalar<int32_t>(0)}, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("nowhere:0"), Not(HasSubstr("(input"))));
  EXPECT_TRUE(bundle->GetSignature("statistics").ok());
}

TEST(SavedModelBundleTest, LoadsAModelWhoseSignaturesNameMissingTensors) {
  const std::string path = CopyTestModel("half_plus_three", "lost");
  EditModel(path, [](tensorflow::SavedModel& model) {
    for (auto& [name, signature] :
         *model.mutable_meta_graphs(0)->mutable_signature_def()) {
      if (absl::StartsWith(name, "__saved_model_")) {
        continue;
      }
      for (auto& [alias, info] : *signature.mutable_outputs()) {
        info.set_name("lost:0");
      }
    }
  });

  const auto bundle = LoadOrDie(path);

  EXPECT_THAT(std::string((*bundle->GetSignature(""))
                              ->Run({Scalar(1.f)}, {})
                              .status()
                              .message()),
              HasSubstr("lost:0"));
}

TEST(SavedModelBundleTest, ServesAModelWithoutSignatures) {
  const std::string path = CopyTestModel("half_plus_three", "no_signatures");
  EditModel(path, [](tensorflow::SavedModel& model) {
    model.mutable_meta_graphs(0)->mutable_signature_def()->clear();
  });

  EXPECT_EQ(LoadOrDie(path)->GetSignature("").status(),
            absl::FailedPreconditionError("the model has no signature "
                                          "\"serving_default\"; it has: none"));
}

}  // namespace
}  // namespace tfs3
