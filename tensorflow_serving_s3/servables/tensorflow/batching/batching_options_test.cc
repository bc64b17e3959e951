// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/batching/batching_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "google/protobuf/text_format.h"
#include "tensorflow/core/platform/env.h"

namespace tfs3 {
namespace {

using tensorflow::serving::BatchingParameters;
using testing::ElementsAre;
using testing::IsEmpty;

absl::StatusOr<BatchingOptions> Make(const std::string& text) {
  BatchingParameters parameters;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &parameters))
      << text;
  return MakeBatchingOptions(parameters);
}

TEST(BatchingOptionsTest, HasTensorFlowServingsDefaults) {
  const auto options = Make("");

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->max_batch_size, 1000);
  EXPECT_EQ(options->max_execution_batch_size, 1000);
  EXPECT_EQ(options->batch_timeout, absl::ZeroDuration());
  EXPECT_EQ(options->max_enqueued_batches, 10);
  EXPECT_GE(options->num_batch_threads, 1);
  EXPECT_EQ(options->thread_pool_name, "batch_threads");
  EXPECT_FALSE(options->enable_large_batch_splitting);
  EXPECT_THAT(options->allowed_batch_sizes, IsEmpty());
  EXPECT_FALSE(options->pad_variable_length_inputs);
}

TEST(BatchingOptionsTest, ReadsEveryField) {
  const auto options = Make(
      "max_batch_size { value: 64 } batch_timeout_micros { value: 1500 }"
      "max_enqueued_batches { value: 7 } num_batch_threads { value: 3 }"
      "thread_pool_name { value: 'pool' } allowed_batch_sizes: [ 4, 16 ]"
      "pad_variable_length_inputs: true "
      "enable_large_batch_splitting { value: true }"
      "max_execution_batch_size { value: 16 }");

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->max_batch_size, 64);
  EXPECT_EQ(options->max_execution_batch_size, 16);
  EXPECT_EQ(options->batch_timeout, absl::Microseconds(1500));
  EXPECT_EQ(options->max_enqueued_batches, 7);
  EXPECT_EQ(options->num_batch_threads, 3);
  EXPECT_EQ(options->thread_pool_name, "pool");
  EXPECT_TRUE(options->enable_large_batch_splitting);
  EXPECT_THAT(options->allowed_batch_sizes, ElementsAre(4, 16));
  EXPECT_TRUE(options->pad_variable_length_inputs);
}

TEST(BatchingOptionsTest,
     TheLargestBatchIsTheLargestRequestUnlessRequestsAreSplit) {
  const auto options = Make(
      "max_batch_size { value: 64 } max_execution_batch_size { value: 16 }");

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->max_execution_batch_size, 64);
}

TEST(BatchingOptionsTest, ZeroEnqueuedBatchesMeansOne) {
  const auto options = Make("max_enqueued_batches { value: 0 }");

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->max_enqueued_batches, 1);
}

TEST(BatchingOptionsTest, NamesTheFieldThatIsWrong) {
  const struct {
    const char* text;
    const char* error;
  } kCases[] = {
      {"max_batch_size { value: 0 }",
       "max_batch_size is 0; it must be at least 1"},
      {"max_batch_size { value: 3000000000 }",
       "max_batch_size is 3000000000; it must be at most 2147483647"},
      {"batch_timeout_micros { value: -1 }",
       "batch_timeout_micros is -1; it must be at least 0"},
      {"max_enqueued_batches { value: -1 }",
       "max_enqueued_batches is -1; it must be at least 0"},
      {"num_batch_threads { value: 0 }",
       "num_batch_threads is 0; it must be at least 1"},
      {"num_batch_threads { value: 5000 }",
       "num_batch_threads is 5000; it must be at most 4096"},
      {"allowed_batch_sizes: 0",
       "one of allowed_batch_sizes is 0; it must be at least 1"},
      {"allowed_batch_sizes: [ 4, 2, 1000 ]",
       "allowed_batch_sizes has 2 after 4; the sizes must be in rising order"},
      {"allowed_batch_sizes: [ 4, 4, 1000 ]",
       "allowed_batch_sizes has 4 after 4; the sizes must be in rising order"},
      {"max_batch_size { value: 8 } allowed_batch_sizes: [ 2, 4 ]",
       "the last of allowed_batch_sizes is 4; it must be max_batch_size, which "
       "is 8"},
      {"max_batch_size { value: 8 } allowed_batch_sizes: [ 2, 8 ] "
       "enable_large_batch_splitting { value: true } "
       "max_execution_batch_size { value: 4 }",
       "the last of allowed_batch_sizes is 8; it must be "
       "max_execution_batch_size, which is 4"},
      {"max_batch_size { value: 8 } "
       "enable_large_batch_splitting { value: true } "
       "max_execution_batch_size { value: 9 }",
       "max_execution_batch_size is 9; it must be at most 8 (no more than "
       "max_batch_size)"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(Make(test.text).status(), absl::InvalidArgumentError(test.error))
        << test.text;
  }
}

TEST(BatchingOptionsTest, NamesTheFileOfAWrongField) {
  const std::string path = testing::TempDir() + "wrong.pbtxt";
  ASSERT_TRUE(tensorflow::WriteStringToFile(tensorflow::Env::Default(), path,
                                            "max_batch_size { value: -5 }")
                  .ok());

  EXPECT_EQ(ReadBatchingOptions(path).status(),
            absl::InvalidArgumentError(
                path + ": max_batch_size is -5; it must be at least 1"));
}

TEST(BatchingOptionsTest, ReadsAFile) {
  const std::string path = testing::TempDir() + "right.pbtxt";
  ASSERT_TRUE(tensorflow::WriteStringToFile(tensorflow::Env::Default(), path,
                                            "max_batch_size { value: 5 }\n")
                  .ok());

  const auto options = ReadBatchingOptions(path);

  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->max_batch_size, 5);
}

}  // namespace
}  // namespace tfs3
