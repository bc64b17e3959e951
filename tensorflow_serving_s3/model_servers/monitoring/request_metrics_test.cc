// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/request_metrics.h"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"
#include "tensorflow_serving_s3/model_servers/monitoring/prometheus_writer.h"
#include "tensorflow_serving_s3/model_servers/monitoring/registry_metrics.h"

namespace tfs3 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Text() {
  PrometheusWriter writer;
  WriteRegistryMetrics(&writer);
  return writer.text();
}

RequestMetrics MakeMetrics(bool by_signature = false) {
  RequestMetrics::Options options;
  options.is_configured = [](absl::string_view model) {
    return model != "none";
  };
  options.by_signature = by_signature;
  return RequestMetrics(options);
}

RequestRecord Predict(absl::string_view model, const absl::Status& status) {
  RequestRecord record;
  record.api = "Predict";
  record.model_name = model;
  record.status = status;
  record.duration = std::chrono::microseconds(15);
  return record;
}

TEST(RequestMetricsTest, CountsByModelAndStatus) {
  RequestMetrics metrics = MakeMetrics();
  metrics.OnRequest(Predict("a", absl::OkStatus()));
  metrics.OnRequest(Predict("a", absl::OkStatus()));
  metrics.OnRequest(Predict("a", absl::InvalidArgumentError("x")));
  const std::string text = Text();
  EXPECT_THAT(text, HasSubstr(":tensorflow:serving:request_count{model_name="
                              "\"a\",status=\"OK\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(":tensorflow:serving:request_count{model_name="
                              "\"a\",status=\"INVALID_ARGUMENT\"} 1\n"));
}

TEST(RequestMetricsTest, MeasuresSuccessfulRequestsByApiAndEntrypoint) {
  RequestMetrics metrics = MakeMetrics();
  RequestRecord record = Predict("b", absl::OkStatus());
  record.entrypoint = RequestRecord::Entrypoint::kRest;
  metrics.OnRequest(record);
  metrics.OnRequest(Predict("b", absl::InternalError("x")));
  const std::string text = Text();
  const std::string rest =
      "{model_name=\"b\",API=\"Predict\",entrypoint=\"REST\"";
  EXPECT_THAT(
      text, HasSubstr(absl::StrCat(":tensorflow:serving:request_latency_bucket",
                                   rest, ",le=\"10\"} 0\n")));
  EXPECT_THAT(
      text, HasSubstr(absl::StrCat(":tensorflow:serving:request_latency_bucket",
                                   rest, ",le=\"18\"} 1\n")));
  EXPECT_THAT(text,
              HasSubstr(absl::StrCat(":tensorflow:serving:request_latency_sum",
                                     rest, "} 15\n")));
  EXPECT_THAT(text, Not(HasSubstr("model_name=\"b\",API=\"Predict\","
                                  "entrypoint=\"GRPC\"")));
}

TEST(RequestMetricsTest, AnUnknownModelIsNotALabel) {
  RequestMetrics metrics = MakeMetrics();
  metrics.OnRequest(Predict("none", absl::NotFoundError("x")));
  EXPECT_THAT(Text(), HasSubstr(":tensorflow:serving:request_count{model_name="
                                "\"\",status=\"NOT_FOUND\"} 1\n"));
}

TEST(RequestMetricsTest, DoesNotCountRequestsWithoutAModel) {
  RequestMetrics metrics = MakeMetrics();
  const std::string before = Text();
  metrics.OnRequest(Predict("", absl::OkStatus()));
  EXPECT_EQ(Text(), before);
}

TEST(RequestMetricsTest, CountsBySignatureIfEnabled) {
  MakeMetrics().OnRequest(Predict("s", absl::OkStatus()));
  EXPECT_THAT(Text(), Not(HasSubstr("signature_request_count{")));

  RequestMetrics metrics = MakeMetrics(/*by_signature=*/true);
  RequestRecord tripled = Predict("s", absl::OkStatus());
  tripled.signature_name = "triple";
  RequestRecord failed = Predict("s", absl::InvalidArgumentError("x"));
  failed.signature_name = "triple";
  RequestRecord invented = Predict("s", absl::InvalidArgumentError("x"));
  invented.signature_name = "invented";
  for (const RequestRecord& record :
       {tripled, failed, invented, Predict("s", absl::OkStatus())}) {
    metrics.OnRequest(record);
  }
  const std::string text = Text();
  const std::string count =
      ":tensorflow:serving:signature_request_count{model_name=\"s\",";
  for (const absl::string_view line :
       {"signature_name=\"triple\",status=\"OK\"} 1\n",
        "signature_name=\"triple\",status=\"INVALID_ARGUMENT\"} 1\n",
        "signature_name=\"\",status=\"INVALID_ARGUMENT\"} 1\n",
        "signature_name=\"serving_default\",status=\"OK\"} 1\n"}) {
    EXPECT_THAT(text, HasSubstr(absl::StrCat(count, line)));
  }
  EXPECT_THAT(text, Not(HasSubstr("invented")));
  EXPECT_THAT(
      text,
      HasSubstr(":tensorflow:serving:signature_request_latency_sum{model_name="
                "\"s\",signature_name=\"triple\",API=\"Predict\","
                "entrypoint=\"GRPC\"} 15\n"));
}

TEST(RequestMetricsTest, CountsOnManyThreads) {
  RequestMetrics metrics = MakeMetrics();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&metrics] {
      for (int j = 0; j < 1000; ++j) {
        metrics.OnRequest(Predict("c", absl::OkStatus()));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(Text(), HasSubstr(":tensorflow:serving:request_count{model_name="
                                "\"c\",status=\"OK\"} 4000\n"));
}

}  // namespace
}  // namespace tfs3
