// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/warmup.h"

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include "absl/log/absl_log.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/lib/io/record_reader.h"
#include "tensorflow/core/lib/monitoring/sampler.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/file_system.h"
#include "tensorflow/core/platform/path.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving/apis/classification.pb.h"
#include "tensorflow_serving/apis/inference.pb.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving/apis/regression.pb.h"
#include "tensorflow_serving/apis/session_service.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/classify.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/multi_inference.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/predict.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/regress.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/session_run.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"

namespace tfs3 {
namespace {

using tensorflow::serving::PredictionLog;

constexpr int64_t kReadBytes = int64_t{1} << 20;

// Uses TensorFlow Serving's name, labels and buckets (10 microseconds to some
// 20 minutes).
void RecordLatency(const std::string& path, const absl::Status& status,
                   std::chrono::steady_clock::duration duration) {
  static auto* const sampler = tensorflow::monitoring::Sampler<2>::New(
      {"/tensorflow/serving/model_warmup_latency",
       "How long warming up a model took, in microseconds.", "model_path",
       "status"},
      tensorflow::monitoring::Buckets::Exponential(10, 1.8, 33));
  sampler->GetCell(path, absl::StatusCodeToString(status.code()))
      ->Add(static_cast<double>(
          std::chrono::duration_cast<std::chrono::microseconds>(duration)
              .count()));
}

absl::Status RunPredict(const tensorflow::serving::PredictRequest& request,
                        const ServableId& id, const SavedModelBundle& model,
                        const InferenceOptions& options) {
  const absl::StatusOr<const SignatureRunner*> signature =
      model.GetSignature(request.model_spec().signature_name());
  if (!signature.ok()) {
    return signature.status();
  }
  tensorflow::serving::PredictResponse response;
  return Predict(request, id, **signature, options, &response);
}

// Runs one request. Clears the versions of MultiInference tasks: MultiInference
// accepts only the version of `id`.
absl::Status Replay(const PredictionLog& log, const ServableId& id,
                    const SavedModelBundle& model,
                    const InferenceOptions& options) {
  switch (log.log_type_case()) {
    case PredictionLog::kPredictLog:
      return RunPredict(log.predict_log().request(), id, model, options);
    case PredictionLog::kClassifyLog: {
      tensorflow::serving::ClassificationResponse response;
      return Classify(log.classify_log().request(), id, model, options,
                      &response);
    }
    case PredictionLog::kRegressLog: {
      tensorflow::serving::RegressionResponse response;
      return Regress(log.regress_log().request(), id, model, options,
                     &response);
    }
    case PredictionLog::kMultiInferenceLog: {
      tensorflow::serving::MultiInferenceRequest request =
          log.multi_inference_log().request();
      for (auto& task : *request.mutable_tasks()) {
        task.mutable_model_spec()->clear_version_choice();
      }
      tensorflow::serving::MultiInferenceResponse response;
      return MultiInference(request, id, model, options, &response);
    }
    case PredictionLog::kSessionRunLog: {
      tensorflow::serving::SessionRunResponse response;
      return SessionRun(log.session_run_log().request(), id, model, options,
                        &response);
    }
    case PredictionLog::kPredictStreamedLog:
      return absl::UnimplementedError(
          "a PredictStreamed log cannot warm up a model");
    case PredictionLog::LOG_TYPE_NOT_SET:
      break;
  }
  return absl::OkStatus();
}

absl::Status RecordError(const absl::Status& status, absl::string_view file,
                         int record) {
  return absl::Status(
      status.code(),
      absl::StrCat(file, ": record ", record, ": ", status.message(),
                   "; fix or remove the file, or start the server with "
                   "--enable_model_warmup=false"));
}

// Runs all requests in a file and returns their number. Returns nullopt if the
// file does not exist: tensorflow-io opens any file and returns NOT_FOUND from
// the first read.
absl::StatusOr<std::optional<int>> ReplayFile(
    tensorflow::RandomAccessFile* file, const std::string& name,
    const ServableId& id, const SavedModelBundle& model,
    const WarmupOptions& options) {
  InferenceOptions inference;
  inference.check_method_name = options.check_method_name;
  tensorflow::io::RecordReaderOptions reader_options;
  reader_options.buffer_size = kReadBytes;
  tensorflow::io::SequentialRecordReader reader(file, reader_options);
  tensorflow::tstring bytes;
  PredictionLog log;
  for (int number = 1;; ++number) {
    absl::Status status = reader.ReadRecord(&bytes);
    if (absl::IsOutOfRange(status)) {
      return number - 1;
    }
    if (absl::IsNotFound(status) && number == 1) {
      return std::nullopt;
    }
    if (absl::IsDataLoss(status)) {
      return RecordError(
          absl::DataLossError("is damaged, or the file is not a TFRecord file"),
          name, number);
    }
    if (!status.ok()) {
      return RecordError(status, name, number);
    }
    if (number > kMaxWarmupRecords) {
      return RecordError(
          absl::InvalidArgumentError(absl::StrCat(
              "exceeds the limit of ", kMaxWarmupRecords, " warmup requests")),
          name, number);
    }
    if (bytes.size() > std::numeric_limits<int>::max() ||
        !log.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return RecordError(absl::InvalidArgumentError("is not a PredictionLog"),
                         name, number);
    }
    if (log.log_type_case() == PredictionLog::LOG_TYPE_NOT_SET) {
      ABSL_LOG(WARNING) << name << ": record " << number
                        << " has no request and is skipped; set one of the "
                           "logs of each PredictionLog message";
    }
    for (int i = 0; i < options.iterations; ++i) {
      if (status = Replay(log, id, model, inference); !status.ok()) {
        return RecordError(status, name, number);
      }
    }
  }
}

}  // namespace

absl::Status WarmUp(const std::string& path, const ServableId& id,
                    const SavedModelBundle& model,
                    const WarmupOptions& options) {
  if (!options.enabled) {
    return absl::OkStatus();
  }
  const auto start = std::chrono::steady_clock::now();
  const std::string name = tensorflow::io::JoinPath(path, kWarmupFile);
  std::unique_ptr<tensorflow::RandomAccessFile> file;
  // Opens without a check whether the file exists: the check would be one more
  // request to a remote store.
  absl::Status status =
      tensorflow::Env::Default()->NewRandomAccessFile(name, &file);
  if (absl::IsNotFound(status)) {
    return absl::OkStatus();
  }
  int records = 0;
  if (status.ok()) {
    const absl::StatusOr<std::optional<int>> replayed =
        ReplayFile(file.get(), name, id, model, options);
    if (replayed.ok() && !replayed->has_value()) {
      return absl::OkStatus();
    }
    status = replayed.status();
    if (replayed.ok()) {
      records = **replayed;
    }
  } else {
    status =
        absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
  }
  const auto duration = std::chrono::steady_clock::now() - start;
  RecordLatency(path, status, duration);
  if (status.ok()) {
    ABSL_LOG(INFO) << "Warmed up " << id.name << " version " << id.version
                   << " with " << records << " requests of " << name << " in "
                   << std::chrono::duration_cast<std::chrono::milliseconds>(
                          duration)
                          .count()
                   << " ms";
  }
  return status;
}

}  // namespace tfs3
