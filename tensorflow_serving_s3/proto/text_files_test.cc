// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Tests typical files of users of TensorFlow Serving.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/text_format.h"
#include "tensorflow_serving_s3/proto/monitoring_config.pb.h"
#include "tensorflow_serving_s3/proto/session_bundle_config.pb.h"
#include "tensorflow_serving_s3/proto/ssl_config.pb.h"

namespace tfs3 {
namespace {

using google::protobuf::TextFormat;

TEST(TextFilesTest, BatchingParametersParse) {
  tensorflow::serving::BatchingParameters parameters;

  ASSERT_TRUE(TextFormat::ParseFromString(
      "max_batch_size { value: 128 }\n"
      "batch_timeout_micros { value: 1000 }\n"
      "max_enqueued_batches { value: 1000000 }\n"
      "num_batch_threads { value: 8 }\n"
      "thread_pool_name { value: 'pool' }\n"
      "allowed_batch_sizes : 32\n"
      "allowed_batch_sizes : 64\n"
      "pad_variable_length_inputs: true\n"
      "enable_large_batch_splitting { value: true }\n"
      "max_execution_batch_size { value: 64 }\n",
      &parameters));

  EXPECT_EQ(parameters.max_batch_size().value(), 128);
  EXPECT_EQ(parameters.batch_timeout_micros().value(), 1000);
  EXPECT_EQ(parameters.max_enqueued_batches().value(), 1000000);
  EXPECT_EQ(parameters.num_batch_threads().value(), 8);
  EXPECT_EQ(parameters.thread_pool_name().value(), "pool");
  EXPECT_THAT(parameters.allowed_batch_sizes(), testing::ElementsAre(32, 64));
  EXPECT_TRUE(parameters.pad_variable_length_inputs());
  EXPECT_TRUE(parameters.enable_large_batch_splitting().value());
  EXPECT_EQ(parameters.max_execution_batch_size().value(), 64);
}

TEST(TextFilesTest, SavedModelBundleSourceAdapterConfigsParse) {
  tensorflow::serving::SavedModelBundleSourceAdapterConfig config;

  ASSERT_TRUE(
      TextFormat::ParseFromString("legacy_config {\n"
                                  "  session_config {\n"
                                  "    intra_op_parallelism_threads: 3\n"
                                  "  }\n"
                                  "  batching_parameters {\n"
                                  "    max_batch_size { value: 5 }\n"
                                  "  }\n"
                                  "  saved_model_tags: 'serve'\n"
                                  "}\n",
                                  &config));

  EXPECT_EQ(
      config.legacy_config().session_config().intra_op_parallelism_threads(),
      3);
  EXPECT_EQ(
      config.legacy_config().batching_parameters().max_batch_size().value(), 5);
  EXPECT_THAT(config.legacy_config().saved_model_tags(),
              testing::ElementsAre("serve"));
}

TEST(TextFilesTest, MonitoringConfigsParse) {
  tensorflow::serving::MonitoringConfig config;

  ASSERT_TRUE(
      TextFormat::ParseFromString("prometheus_config {\n"
                                  "  enable: true,\n"
                                  "  path: '/monitoring/prometheus/metrics'\n"
                                  "}\n",
                                  &config));

  EXPECT_TRUE(config.prometheus_config().enable());
  EXPECT_EQ(config.prometheus_config().path(),
            "/monitoring/prometheus/metrics");
}

TEST(TextFilesTest, SslConfigsParse) {
  tensorflow::serving::SSLConfig config;

  ASSERT_TRUE(
      TextFormat::ParseFromString("server_key: 'key'\n"
                                  "server_cert: 'certificate'\n"
                                  "custom_ca: 'authority'\n"
                                  "client_verify: true\n",
                                  &config));

  EXPECT_EQ(config.server_key(), "key");
  EXPECT_EQ(config.server_cert(), "certificate");
  EXPECT_EQ(config.custom_ca(), "authority");
  EXPECT_TRUE(config.client_verify());
}

}  // namespace
}  // namespace tfs3
