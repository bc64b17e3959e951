// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/lib/monitoring/collected_metrics.h"
#include "tensorflow/core/lib/monitoring/collection_registry.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;
using tensorflow::TensorShape;
using testing::HasSubstr;

std::unique_ptr<SavedModelBundle> LoadOrDie(const std::string& path,
                                            const SavedModelOptions& options) {
  auto bundle = SavedModelBundle::Load(path, options);
  if (!bundle.ok()) {
    ADD_FAILURE() << bundle.status();
  }
  return *std::move(bundle);
}

// Returns a scheduler with two threads and batches of at most `rows`.
std::shared_ptr<BatchScheduler> BatchesOf(int32_t rows) {
  BatchingOptions options;
  options.num_batch_threads = 2;
  options.max_batch_size = rows;
  options.max_execution_batch_size = rows;
  auto scheduler = BatchScheduler::Create(options);
  EXPECT_TRUE(scheduler.ok()) << scheduler.status();
  return *std::move(scheduler);
}

// Loads half_plus_three with `options`, sends it a request of `rows` rows and
// checks the response.
absl::Status RunHalfPlusThree(const std::string& path,
                              const SavedModelOptions& options, int64_t rows) {
  const auto bundle = LoadOrDie(path, options);
  Tensor x(tensorflow::DT_FLOAT, TensorShape({rows}));
  x.flat<float>().setConstant(4.f);
  const auto outputs = (*bundle->GetSignature(""))->Run({x}, {});
  if (!outputs.ok()) {
    return outputs.status();
  }
  EXPECT_EQ(outputs->front().NumElements(), rows);
  for (int64_t i = 0; i < rows; ++i) {
    EXPECT_EQ(outputs->front().flat<float>()(i), 5.f);
  }
  return absl::OkStatus();
}

TEST(SavedModelBundleBatchingTest, UsesTheParametersOfTheScheduler) {
  SavedModelOptions options;
  options.batch_scheduler = BatchesOf(2);
  const std::string path = TestModelPath("half_plus_three");

  EXPECT_TRUE(RunHalfPlusThree(path, options, 2).ok());
  EXPECT_THAT(std::string(RunHalfPlusThree(path, options, 3).message()),
              HasSubstr("max_batch_size, which is 2"));
}

// Returns the number of batches that have run.
int64_t BatchesRun() {
  const auto metrics =
      tensorflow::monitoring::CollectionRegistry::Default()->CollectMetrics({});
  const auto runs = metrics->point_set_map.find(
      "/tensorflow/serving/batching_session/wrapped_run_count");
  if (runs == metrics->point_set_map.end()) {
    return 0;
  }
  return runs->second->points.at(0)->int64_value;
}

// A batch runs only when it has a row of each of the four clients of its model.
TEST(SavedModelBundleBatchingTest, TwoModelsShareTheBatchThreads) {
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
  for (std::thread& client : clients) {
    client.join();
  }

  EXPECT_EQ(right, 2 * kClients * kRequests);
  EXPECT_EQ(BatchesRun() - batches_before, 2 * kRequests);
}

TEST(SavedModelBundleBatchingTest, UsesTheParametersOfTheModel) {
  const std::string path = CopyTestModel("half_plus_three", "own_batching");
  std::ofstream(path + "/batching_params.pbtxt")
      << "max_batch_size { value: 3 }";
  SavedModelOptions options;
  options.batch_scheduler = BatchesOf(2);
  options.enable_per_model_batching_parameters = true;

  EXPECT_TRUE(RunHalfPlusThree(path, options, 3).ok());
  EXPECT_THAT(std::string(RunHalfPlusThree(path, options, 4).message()),
              HasSubstr("max_batch_size, which is 3"));
}

TEST(SavedModelBundleBatchingTest, DoesNotBatchAModelWithoutParameters) {
  SavedModelOptions options;
  options.batch_scheduler = BatchesOf(2);
  options.enable_per_model_batching_parameters = true;

  EXPECT_TRUE(
      RunHalfPlusThree(TestModelPath("half_plus_three"), options, 30).ok());
}

TEST(SavedModelBundleBatchingTest, RefusesAModelWithInvalidParameters) {
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

}  // namespace
}  // namespace tfs3
