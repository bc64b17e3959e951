// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/warmup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/lib/io/record_writer.h"
#include "tensorflow/core/lib/monitoring/collected_metrics.h"
#include "tensorflow/core/lib/monitoring/collection_registry.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/file_system.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/example_signature.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/saved_model_loader.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/late_file_system.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_examples.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using tensorflow::TensorProto;
using tensorflow::serving::PredictionLog;
using testing::HasSubstr;
using testing::StartsWith;

const ServableId kId{"counter", 1};

void WriteRecords(const std::string& model,
                  const std::vector<std::string>& records) {
  std::filesystem::create_directory(model + "/assets.extra");
  std::unique_ptr<tensorflow::WritableFile> file;
  ASSERT_TRUE(
      tensorflow::Env::Default()
          ->NewWritableFile(absl::StrCat(model, "/", kWarmupFile), &file)
          .ok());
  tensorflow::io::RecordWriter writer(file.get());
  for (const std::string& record : records) {
    ASSERT_TRUE(writer.WriteRecord(record).ok());
  }
  ASSERT_TRUE(writer.Close().ok());
  ASSERT_TRUE(file->Close().ok());
}

void WriteWarmup(const std::string& model,
                 const std::vector<PredictionLog>& logs) {
  std::vector<std::string> records;
  for (const PredictionLog& log : logs) {
    records.push_back(log.SerializeAsString());
  }
  WriteRecords(model, records);
}

// Returns a request that increments the count of the model "counter".
PredictionLog CountedRequest() {
  PredictionLog log;
  auto* request = log.mutable_predict_log()->mutable_request();
  request->mutable_model_spec()->set_name("recorded elsewhere");
  request->mutable_model_spec()->mutable_version()->set_value(99);
  TensorProto& x = (*request->mutable_inputs())["x"];
  x.set_dtype(tensorflow::DT_FLOAT);
  x.mutable_tensor_shape()->add_dim()->set_size(1);
  x.add_float_val(1);
  return log;
}

PredictionLog RefusedRequest() {
  PredictionLog log = CountedRequest();
  log.mutable_predict_log()->mutable_request()->clear_inputs();
  return log;
}

absl::Status Load(const std::string& path, const WarmupOptions& warmup,
                  std::unique_ptr<SavedModelLoader>* loader) {
  auto options = std::make_shared<SavedModelOptions>();
  options->warmup = warmup;
  *loader = std::make_unique<SavedModelLoader>(path, options);
  return (*loader)->Load({kId});
}

absl::Status LoadError(const std::string& path) {
  std::unique_ptr<SavedModelLoader> loader;
  return Load(path, WarmupOptions(), &loader);
}

// Loads a model "counter" and returns the number of requests that it has
// answered, or -1 if it does not load.
int64_t RunsAfterLoad(const std::string& path,
                      const WarmupOptions& warmup = WarmupOptions()) {
  std::unique_ptr<SavedModelLoader> loader;
  const absl::Status status = Load(path, warmup, &loader);
  EXPECT_TRUE(status.ok()) << status;
  if (!status.ok()) {
    return -1;
  }
  const auto* model = loader->servable().get<SavedModelBundle>();
  const auto outputs = (*model->GetSignature("runs"))->Run({}, {});
  EXPECT_TRUE(outputs.ok()) << outputs.status();
  return outputs.ok() ? (*outputs)[0].scalar<int64_t>()() : -1;
}

// Returns how often the warmup of the model at `path` ended with `status`.
int64_t TimesRecorded(const std::string& path, const std::string& status) {
  const auto metrics =
      tensorflow::monitoring::CollectionRegistry::Default()->CollectMetrics({});
  const auto found =
      metrics->point_set_map.find("/tensorflow/serving/model_warmup_latency");
  if (found == metrics->point_set_map.end()) {
    return 0;
  }
  for (const auto& point : found->second->points) {
    std::map<std::string, std::string> labels;
    for (const auto& label : point->labels) {
      labels[label.name] = label.value;
    }
    if (labels["model_path"] == path && labels["status"] == status) {
      return static_cast<int64_t>(point->histogram_value.num());
    }
  }
  return 0;
}

TEST(WarmupTest, LoadsAModelWithoutWarmupRequests) {
  const std::string path = CopyTestModel("counter", "cold");

  EXPECT_EQ(RunsAfterLoad(path), 0);
  EXPECT_EQ(TimesRecorded(path, "OK"), 0);
}

TEST(WarmupTest, TreatsNotFoundAtTheFirstReadAsAMissingFile) {
  ASSERT_TRUE(
      tensorflow::Env::Default()
          ->RegisterFileSystem("late", std::make_unique<LateFileSystem>())
          .ok());
  const auto model = SavedModelBundle::Load(TestModelPath("half_plus_three"),
                                            SavedModelOptions());
  ASSERT_TRUE(model.ok()) << model.status();
  const absl::Status status =
      WarmUp("late://model", kId, **model, WarmupOptions());
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(TimesRecorded("late://model", "OK"), 0);
}

TEST(WarmupTest, RunsEachRequestOnce) {
  const std::string path = CopyTestModel("counter", "warmed");
  WriteWarmup(path, {CountedRequest(), CountedRequest(), CountedRequest()});

  EXPECT_EQ(RunsAfterLoad(path), 3);
  EXPECT_EQ(TimesRecorded(path, "OK"), 1);
}

TEST(WarmupTest, RunsEachRequestForEachIteration) {
  const std::string path = CopyTestModel("counter", "often");
  WriteWarmup(path, {CountedRequest(), CountedRequest()});
  WarmupOptions warmup;
  warmup.iterations = 5;

  EXPECT_EQ(RunsAfterLoad(path, warmup), 10);
}

TEST(WarmupTest, DoesNothingIfDisabled) {
  const std::string path = CopyTestModel("counter", "off");
  WriteWarmup(path, {RefusedRequest()});
  WarmupOptions warmup;
  warmup.enabled = false;

  EXPECT_EQ(RunsAfterLoad(path, warmup), 0);
}

TEST(WarmupTest, RunsAThousandRequests) {
  const std::string path = CopyTestModel("counter", "thousand");
  WriteWarmup(path, std::vector<PredictionLog>(1000, CountedRequest()));

  EXPECT_EQ(RunsAfterLoad(path), 1000);
}

TEST(WarmupTest, RefusesMoreThanAThousandRequests) {
  const std::string path = CopyTestModel("counter", "more");
  WriteWarmup(path, std::vector<PredictionLog>(1001, CountedRequest()));

  const absl::Status status = LoadError(path);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(),
              HasSubstr("record 1001: exceeds the limit of 1000"));
}

TEST(WarmupTest, AFailingRequestFailsTheLoad) {
  const std::string path = CopyTestModel("counter", "refused");
  WriteWarmup(path, {CountedRequest(), RefusedRequest()});

  const absl::Status status = LoadError(path);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(),
              StartsWith(absl::StrCat(path, "/", kWarmupFile, ": record 2: ")));
  EXPECT_THAT(status.message(), HasSubstr("missing: x"));
  EXPECT_THAT(status.message(), HasSubstr("--enable_model_warmup=false"));
  EXPECT_EQ(TimesRecorded(path, "INVALID_ARGUMENT"), 1);
}

TEST(WarmupTest, AFileOfAnotherFormatFailsTheLoad) {
  const std::string path = CopyTestModel("counter", "text");
  std::filesystem::create_directory(path + "/assets.extra");
  std::ofstream(absl::StrCat(path, "/", kWarmupFile))
      << "a text of more than twelve bytes";

  const absl::Status status = LoadError(path);

  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("record 1: is damaged"));
}

TEST(WarmupTest, ATruncatedFileFailsTheLoad) {
  const std::string path = CopyTestModel("counter", "cut");
  WriteWarmup(path, {CountedRequest(), CountedRequest()});
  const std::string file = absl::StrCat(path, "/", kWarmupFile);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);

  const absl::Status status = LoadError(path);

  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("record 2: is damaged"));
}

TEST(WarmupTest, ARecordOfAnotherKindFailsTheLoad) {
  const std::string path = CopyTestModel("counter", "other");
  WriteRecords(path, {"\xff\xff\xff"});

  const absl::Status status = LoadError(path);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("record 1: is not a PredictionLog"));
}

TEST(WarmupTest, AStreamedRequestFailsTheLoad) {
  const std::string path = CopyTestModel("counter", "streamed");
  PredictionLog log;
  log.mutable_predict_streamed_log();
  WriteWarmup(path, {log});

  const absl::Status status = LoadError(path);

  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(status.message(), HasSubstr("PredictStreamed"));
}

TEST(WarmupTest, SkipsARecordWithoutARequest) {
  const std::string path = CopyTestModel("counter", "empty");
  WriteWarmup(path, {PredictionLog(), CountedRequest()});

  EXPECT_EQ(RunsAfterLoad(path), 1);
}

// Returns a valid request of each other kind, for the model "tf_examples".
std::vector<PredictionLog> ExampleRequests() {
  std::vector<PredictionLog> logs(4);
  *logs[0].mutable_classify_log()->mutable_request()->mutable_input() =
      ExamplesOf({1});
  auto* regress = logs[1].mutable_regress_log()->mutable_request();
  regress->mutable_model_spec()->set_signature_name("regress");
  *regress->mutable_input() = ExamplesOf({1});
  auto* multi = logs[2].mutable_multi_inference_log()->mutable_request();
  auto* task = multi->add_tasks();
  task->set_method_name(std::string(kClassifyMethodName));
  task->mutable_model_spec()->set_name("recorded elsewhere");
  task->mutable_model_spec()->mutable_version()->set_value(99);
  *multi->mutable_input() = ExamplesOf({1});
  auto* session_run = logs[3].mutable_session_run_log()->mutable_request();
  session_run->add_target("slope/Read/ReadVariableOp");
  return logs;
}

TEST(WarmupTest, AcceptsEveryKindOfRequest) {
  const std::string path = CopyTestModel("tf_examples", "kinds");
  WriteWarmup(path, ExampleRequests());

  const absl::Status status = LoadError(path);

  EXPECT_TRUE(status.ok()) << status;
}

TEST(WarmupTest, RunsEveryKindOfRequest) {
  const std::vector<PredictionLog> good = ExampleRequests();
  std::vector<PredictionLog> bad = good;
  bad[0].mutable_classify_log()->mutable_request()->clear_input();
  bad[1].mutable_regress_log()->mutable_request()->clear_input();
  bad[2].mutable_multi_inference_log()->mutable_request()->clear_input();
  bad[3].mutable_session_run_log()->mutable_request()->clear_target();
  const std::string path = CopyTestModel("tf_examples", "bad_kinds");

  for (const PredictionLog& log : bad) {
    WriteWarmup(path, {log});
    EXPECT_EQ(LoadError(path).code(), absl::StatusCode::kInvalidArgument)
        << log.ShortDebugString();
  }
}

TEST(WarmupTest, ChecksMethodNamesIfEnabled) {
  const std::string path = CopyTestModel("native_tf_examples", "native");
  WriteWarmup(path, {ExampleRequests()[0]});
  WarmupOptions strict;
  strict.check_method_name = true;
  std::unique_ptr<SavedModelLoader> loader;

  EXPECT_TRUE(Load(path, WarmupOptions(), &loader).ok());
  EXPECT_EQ(Load(path, strict, &loader).code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tfs3
