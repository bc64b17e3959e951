// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/lib/monitoring/collected_metrics.h"
#include "tensorflow/core/lib/monitoring/collection_registry.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/errors.h"
#include "tensorflow/core/platform/file_system.h"
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
using testing::StartsWith;

std::unique_ptr<SavedModelBundle> LoadOrDie(
    const std::string& path, const SavedModelOptions& options = {}) {
  auto bundle = SavedModelBundle::Load(path, options);
  if (!bundle.ok()) ADD_FAILURE() << bundle.status();
  return *std::move(bundle);
}

template <typename T>
Tensor Scalar(T value) {
  Tensor tensor(tensorflow::DataTypeToEnum<T>::value, TensorShape({}));
  tensor.scalar<T>()() = value;
  return tensor;
}

// Lets `change` edit the saved_model.pb in the folder `path`.
void EditModel(const std::string& path,
               const std::function<void(tensorflow::SavedModel&)>& change) {
  tensorflow::SavedModel model;
  {
    std::ifstream in(path + "/saved_model.pb", std::ios::binary);
    ASSERT_TRUE(model.ParseFromIstream(&in));
  }
  change(model);
  std::ofstream out(path + "/saved_model.pb", std::ios::binary);
  ASSERT_TRUE(model.SerializeToOstream(&out));
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

TEST(SavedModelBundleTest, TakesServingDefaultForNoName) {
  const auto bundle = LoadOrDie(TestModelPath("many_types"));

  EXPECT_EQ(*bundle->GetSignature(""),
            *bundle->GetSignature("serving_default"));
}

TEST(SavedModelBundleTest, NamesTheSignaturesThatThereAre) {
  const auto bundle = LoadOrDie(TestModelPath("many_types"));

  EXPECT_EQ(bundle->GetSignature("guess").status(),
            absl::FailedPreconditionError(
                "the model has no signature \"guess\"; it has: gather, "
                "nothing, serving_default, statistics, wait"));
}

TEST(SavedModelBundleTest, DoesNotLetClientsRunTheInitialiser) {
  const auto bundle = LoadOrDie(TestModelPath("many_types"));

  EXPECT_TRUE(bundle->signature_defs().contains("__saved_model_init_op"));
  EXPECT_EQ(bundle->GetSignature("__saved_model_init_op").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(SavedModelBundleTest, RunsSmallGraphsOnTheCallersThreadAndLoopsNot) {
  const auto bundle = LoadOrDie(TestModelPath("many_types"));

  EXPECT_EQ((*bundle->GetSignature("gather"))->run_thread(),
            RunThread::kCaller);
  EXPECT_EQ((*bundle->GetSignature("wait"))->run_thread(), RunThread::kPool);
}

TEST(SavedModelBundleTest, ObeysThePolicyForThreads) {
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

TEST(SavedModelBundleTest, TellsErrorsWithinFunctionsOnOneLine) {
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

  // A loop that ends after centuries.
  EXPECT_EQ((*bundle->GetSignature("wait"))
                ->Run({Scalar(std::numeric_limits<int64_t>::max())}, options)
                .status()
                .code(),
            absl::StatusCode::kDeadlineExceeded);
}

// Batches of at most `rows`, by two threads.
std::shared_ptr<BatchScheduler> BatchesOf(int32_t rows) {
  BatchingOptions options;
  options.num_batch_threads = 2;
  options.max_batch_size = rows;
  options.max_execution_batch_size = rows;
  auto scheduler = BatchScheduler::Create(options);
  EXPECT_TRUE(scheduler.ok()) << scheduler.status();
  return *std::move(scheduler);
}

// What half_plus_three, loaded with `options`, says to so many rows.
absl::Status AskHalfPlusThree(const std::string& path,
                              const SavedModelOptions& options, int64_t rows) {
  const auto bundle = LoadOrDie(path, options);
  Tensor x(tensorflow::DT_FLOAT, TensorShape({rows}));
  x.flat<float>().setConstant(4.f);
  const auto outputs = (*bundle->GetSignature(""))->Run({x}, {});
  if (!outputs.ok()) return outputs.status();
  EXPECT_EQ(outputs->front().NumElements(), rows);
  for (int64_t i = 0; i < rows; ++i) {
    EXPECT_EQ(outputs->front().flat<float>()(i), 5.f);
  }
  return absl::OkStatus();
}

TEST(SavedModelBundleTest, BatchesRequestsAsTheSchedulerSays) {
  SavedModelOptions options;
  options.batch_scheduler = BatchesOf(2);
  const std::string path = TestModelPath("half_plus_three");

  EXPECT_TRUE(AskHalfPlusThree(path, options, 2).ok());
  EXPECT_THAT(std::string(AskHalfPlusThree(path, options, 3).message()),
              HasSubstr("max_batch_size, which is 2"));
}

// How many batches have been run so far.
int64_t BatchesRun() {
  const auto metrics =
      tensorflow::monitoring::CollectionRegistry::Default()->CollectMetrics({});
  const auto runs = metrics->point_set_map.find(
      "/tensorflow/serving/batching_session/wrapped_run_count");
  if (runs == metrics->point_set_map.end()) return 0;
  return runs->second->points.at(0)->int64_value;
}

// A batch is run when it has a row of each of four clients, and not before, so
// that each batch of a model answers all its clients once.
TEST(SavedModelBundleTest, TwoModelsShareTheThreadsOfTheirBatches) {
  constexpr int kClients = 4;
  constexpr int kRequests = 100;
  BatchingOptions batching;
  batching.num_batch_threads = 1;
  batching.max_batch_size = kClients;
  batching.max_execution_batch_size = kClients;
  batching.batch_timeout = absl::Hours(10);
  auto scheduler = BatchScheduler::Create(batching);
  ASSERT_TRUE(scheduler.ok()) << scheduler.status();
  SavedModelOptions options;
  options.batch_scheduler = *scheduler;
  std::vector<std::unique_ptr<SavedModelBundle>> models;
  for (int model = 0; model < 2; ++model) {
    models.push_back(LoadOrDie(TestModelPath("half_plus_three"), options));
  }
  const int64_t batches_before = BatchesRun();

  std::atomic<int> right = 0;
  std::vector<std::thread> clients;
  for (const auto& model : models) {
    for (int client = 0; client < kClients; ++client) {
      clients.emplace_back([&right, &model, client] {
        const SignatureRunner& signature = **model->GetSignature("");
        for (int request = 0; request < kRequests; ++request) {
          const float value = 1000.f * client + request;
          Tensor x(tensorflow::DT_FLOAT, TensorShape({1}));
          x.flat<float>()(0) = value;
          const auto outputs = signature.Run({x}, {});
          if (outputs.ok() &&
              outputs->front().flat<float>()(0) == value / 2 + 3) {
            ++right;
          }
        }
      });
    }
  }
  for (std::thread& client : clients) client.join();

  EXPECT_EQ(right, 2 * kClients * kRequests);
  EXPECT_EQ(BatchesRun() - batches_before, 2 * kRequests);
}

TEST(SavedModelBundleTest, BatchesRequestsAsTheModelSays) {
  const std::string path = CopyTestModel("half_plus_three", "own_batching");
  std::ofstream(path + "/batching_params.pbtxt")
      << "max_batch_size { value: 3 }";
  SavedModelOptions options;
  options.batch_scheduler = BatchesOf(2);
  options.enable_per_model_batching_parameters = true;

  EXPECT_TRUE(AskHalfPlusThree(path, options, 3).ok());
  EXPECT_THAT(std::string(AskHalfPlusThree(path, options, 4).message()),
              HasSubstr("max_batch_size, which is 3"));
}

TEST(SavedModelBundleTest, DoesNotBatchAModelThatDoesNotSayHow) {
  SavedModelOptions options;
  options.batch_scheduler = BatchesOf(2);
  options.enable_per_model_batching_parameters = true;

  EXPECT_TRUE(
      AskHalfPlusThree(TestModelPath("half_plus_three"), options, 30).ok());
}

TEST(SavedModelBundleTest, DoesNotLoadAModelWithWrongBatchingParameters) {
  const std::string path = CopyTestModel("half_plus_three", "wrong_batching");
  std::ofstream(path + "/batching_params.pbtxt")
      << "max_batch_size { value: 0 }";
  SavedModelOptions options;
  options.batch_scheduler = BatchesOf(2);
  options.enable_per_model_batching_parameters = true;

  EXPECT_EQ(
      SavedModelBundle::Load(path, options).status(),
      absl::InvalidArgumentError(
          path + "/batching_params.pbtxt: max_batch_size is 0; it must be at "
                 "least 1"));
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

TEST(SavedModelBundleTest, ServesTheOtherSignaturesWhenOneIsBroken) {
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

TEST(SavedModelBundleTest, LoadsAModelWhoseSignaturesNameNoTensor) {
  const std::string path = CopyTestModel("half_plus_three", "lost");
  EditModel(path, [](tensorflow::SavedModel& model) {
    for (auto& [name, signature] :
         *model.mutable_meta_graphs(0)->mutable_signature_def()) {
      if (absl::StartsWith(name, "__saved_model_")) continue;
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

// The local files under a scheme of their own, "flicker://", where one look at
// variables.index does not find it.
class FlickeringFileSystem : public tensorflow::WrappedFileSystem {
 public:
  FlickeringFileSystem() : WrappedFileSystem(LocalFiles(), nullptr) {}

  using FileSystem::FileExists;

  static void HideAtNextLook() { hidden_ = true; }

  absl::Status FileExists(const std::string& name,
                          tensorflow::TransactionToken* token) override {
    if (absl::EndsWith(name, "/variables.index") && hidden_.exchange(false)) {
      return absl::NotFoundError(name);
    }
    return WrappedFileSystem::FileExists(name, token);
  }

  bool FilesExist(const std::vector<std::string>& names,
                  tensorflow::TransactionToken* token,
                  std::vector<absl::Status>* statuses) override {
    return FileSystem::FilesExist(names, token, statuses);
  }

 private:
  static tensorflow::FileSystem* LocalFiles() {
    tensorflow::FileSystem* files = nullptr;
    TF_CHECK_OK(
        tensorflow::Env::Default()->GetFileSystemForFile("file:///", &files));
    return files;
  }

  static inline std::atomic<bool> hidden_{false};
};

TEST(SavedModelBundleTest, RefusesAModelWhoseVariablesCameAfterTheyWereSought) {
  TF_CHECK_OK(tensorflow::Env::Default()->RegisterFileSystem(
      "flicker", std::make_unique<FlickeringFileSystem>()));
  const std::string path =
      "flicker://" + CopyTestModel("half_plus_three", "flicker");

  FlickeringFileSystem::HideAtNextLook();
  EXPECT_THAT(
      std::string(
          SavedModelBundle::Load(path, SavedModelOptions()).status().message()),
      HasSubstr("/variables/variables.index: not there"));

  EXPECT_TRUE(SavedModelBundle::Load(path, SavedModelOptions()).ok());
}

// A folder that cannot be loaded, and what must be said about it after the
// folder's path.
struct BadModel {
  std::string name;
  std::function<void(const std::string& path)> spoil;
  absl::StatusCode code;
  std::string message;
};

class SavedModelBundleLoadErrorTest : public testing::TestWithParam<BadModel> {
};

TEST_P(SavedModelBundleLoadErrorTest, NamesThePathTheCauseAndTheCure) {
  const std::string path = CopyTestModel("half_plus_three", GetParam().name);
  GetParam().spoil(path);

  const absl::Status status =
      SavedModelBundle::Load(path, SavedModelOptions()).status();

  EXPECT_EQ(status.code(), GetParam().code);
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(StartsWith(path + GetParam().message), Not(HasSubstr("\n"))));
}

void Write(const std::string& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

INSTANTIATE_TEST_SUITE_P(
    Models, SavedModelBundleLoadErrorTest,
    testing::Values(
        BadModel{
            "NoFolder",
            [](const std::string& path) { std::filesystem::remove_all(path); },
            absl::StatusCode::kNotFound,
            ": no saved_model.pb in this folder; copy the whole"},
        BadModel{"EmptyFolder",
                 [](const std::string& path) {
                   std::filesystem::remove_all(path);
                   std::filesystem::create_directory(path);
                 },
                 absl::StatusCode::kNotFound,
                 ": no saved_model.pb in this folder; copy the whole"},
        BadModel{"OtherContent",
                 [](const std::string& path) {
                   Write(path + "/saved_model.pb", "<html>no model</html>");
                 },
                 absl::StatusCode::kDataLoss,
                 "/saved_model.pb: not a SavedModel, or damaged on its way; "
                 "export or copy"},
        BadModel{"EmptyFile",
                 [](const std::string& path) {
                   Write(path + "/saved_model.pb", "");
                 },
                 absl::StatusCode::kDataLoss,
                 "/saved_model.pb: holds no graph; export or copy"},
        BadModel{"NoVariables",
                 [](const std::string& path) {
                   std::filesystem::remove_all(path + "/variables");
                 },
                 absl::StatusCode::kNotFound,
                 "/variables/variables.index: not there, and the model has "
                 "variables; copy the whole"},
        BadModel{"ShortVariables",
                 [](const std::string& path) {
                   Write(path + "/variables/variables.data-00000-of-00001", "");
                 },
                 absl::StatusCode::kOutOfRange,
                 ": the model does not load: Read less bytes than requested; "
                 "a file of the model is damaged or incomplete, copy it"},
        BadModel{"MissingShard",
                 [](const std::string& path) {
                   std::filesystem::remove(
                       path + "/variables/variables.data-00000-of-00001");
                 },
                 absl::StatusCode::kNotFound, ": the model does not load: "},
        BadModel{"OtherTags",
                 [](const std::string& path) {
                   EditModel(path, [](tensorflow::SavedModel& model) {
                     auto& info =
                         *model.mutable_meta_graphs(0)->mutable_meta_info_def();
                     info.clear_tags();
                     info.add_tags("train");
                     info.add_tags("gpu");
                   });
                 },
                 absl::StatusCode::kNotFound,
                 "/saved_model.pb: no graph with the tags {serve}; there is "
                 "{gpu, train}; ask for one of these"},
        BadModel{"UnknownOperation",
                 [](const std::string& path) {
                   EditModel(path, [](tensorflow::SavedModel& model) {
                     model.mutable_meta_graphs(0)
                         ->mutable_graph_def()
                         ->mutable_node(0)
                         ->set_op("FrobnicateV9");
                   });
                 },
                 absl::StatusCode::kNotFound,
                 ": Op type not registered 'FrobnicateV9' in TensorFlow "}),
    [](const testing::TestParamInfo<BadModel>& info) {
      return info.param.name;
    });

}  // namespace
}  // namespace tfs3
