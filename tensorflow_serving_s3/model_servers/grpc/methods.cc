// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/methods.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message_lite.h"
#include "tensorflow_serving/apis/get_model_metadata.pb.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model_management.pb.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/model_servers/grpc/slice_stream.h"
#include "tensorflow_serving_s3/model_servers/metric_counters.h"
#include "tensorflow_serving_s3/model_servers/worker_pool.h"
#include "tensorflow_serving_s3/servables/tensorflow/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/metadata.h"
#include "tensorflow_serving_s3/servables/tensorflow/predict.h"
#include "tensorflow_serving_s3/servables/tensorflow/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/signature_runner.h"

namespace tfs3::grpc {
namespace {

using google::protobuf::Arena;
using google::protobuf::MessageLite;
using tensorflow::serving::GetModelMetadataRequest;
using tensorflow::serving::GetModelMetadataResponse;
using tensorflow::serving::GetModelStatusRequest;
using tensorflow::serving::GetModelStatusResponse;
using tensorflow::serving::PredictRequest;
using tensorflow::serving::PredictResponse;
using tensorflow::serving::ReloadConfigRequest;
using tensorflow::serving::ReloadConfigResponse;

// Requests longer than this are parsed on a worker thread; some 20 microseconds
// of work.
constexpr size_t kSmallRequestBytes = size_t{64} << 10;

// How many reloads may wait for their models at a time.
constexpr int kReloadThreads = 16;

// What a reload leaves of its caller's time for the answer, which tells more
// than the caller's own "deadline exceeded".
constexpr absl::Duration kAnswerTime = absl::Milliseconds(100);

size_t RequestBytes(const Call& call) {
  size_t bytes = 0;
  for (const Slice& slice : call.request()) bytes += slice.size;
  return bytes;
}

absl::Time Deadline(const Call& call) {
  return call.deadline() == std::chrono::system_clock::time_point::max()
             ? absl::InfiniteFuture()
             : absl::FromChrono(call.deadline());
}

absl::Status Parse(const Call& call, MessageLite* request) {
  SliceStream stream(call.request());
  if (!request->ParseFromZeroCopyStream(&stream)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the request is not a ", request->GetTypeName()));
  }
  return absl::OkStatus();
}

// The same for all kinds of request: they name a model or mean nothing.
template <typename Request>
absl::Status ParseForModel(const Call& call, Request* request) {
  if (absl::Status status = Parse(call, request); !status.ok()) return status;
  if (!request->has_model_spec()) {
    return absl::InvalidArgumentError(
        "the request has no model_spec; set model_spec.name to the name of a "
        "model");
  }
  return absl::OkStatus();
}

void Answer(Call call, const absl::Status& error) {
  std::move(call).Finish(static_cast<int>(error.code()),
                         std::string(error.message()), "");
}

void Answer(Call call, const MessageLite& response) {
  std::string payload;
  if (!response.SerializeToString(&payload)) {
    return Answer(std::move(call),
                  absl::ResourceExhaustedError(
                      "the response is longer than the 2 GiB that a message "
                      "can be; ask for fewer outputs (output_filter) or send "
                      "fewer inputs at a time"));
  }
  std::move(call).Finish(0, "", std::move(payload));
}

// What a Predict call needs between parsing and answering. The messages and
// what is in them are on the arena, whose first block is enough for a small
// request and its response.
struct PredictCall {
  static constexpr size_t kFirstBlockBytes = 4096;

  alignas(8) char first_block[kFirstBlockBytes];
  Arena arena{first_block, kFirstBlockBytes};
  PredictRequest* request = Arena::Create<PredictRequest>(&arena);
  PredictResponse* response = Arena::Create<PredictResponse>(&arena);
  ServableHandle<SavedModelBundle> model;
  const SignatureRunner* signature = nullptr;
};

class PredictMethod {
 public:
  PredictMethod(const ModelLookup* lookup, const MethodOptions& options)
      : lookup_(lookup), options_(options) {}

  void operator()(Call call) const {
    if (RequestBytes(call) > kSmallRequestBytes) {
      std::move(call).RunOnWorker([this_method = *this](Call call) {
        auto predict = std::make_unique<PredictCall>();
        absl::Status status = this_method.Prepare(call, predict.get());
        if (!status.ok()) return Answer(std::move(call), status);
        this_method.Run(std::move(call), predict.get());
      });
      return;
    }
    // Shared for the worker's closure, which has to be copyable.
    auto predict = std::make_shared<PredictCall>();
    if (absl::Status status = Prepare(call, predict.get()); !status.ok()) {
      return Answer(std::move(call), status);
    }
    if (predict->signature->quick()) return Run(std::move(call), predict.get());
    std::move(call).RunOnWorker(
        [this_method = *this, predict = std::move(predict)](Call call) {
          this_method.Run(std::move(call), predict.get());
        });
  }

 private:
  absl::Status Prepare(const Call& call, PredictCall* predict) const {
    if (absl::Status status = ParseForModel(call, predict->request);
        !status.ok()) {
      return status;
    }
    absl::StatusOr<ServableHandle<SavedModelBundle>> model =
        lookup_->GetModel(predict->request->model_spec());
    if (!model.ok()) return model.status();
    predict->model = *std::move(model);
    absl::StatusOr<const SignatureRunner*> signature =
        predict->model->GetSignature(
            predict->request->model_spec().signature_name());
    if (!signature.ok()) return signature.status();
    predict->signature = *signature;
    return absl::OkStatus();
  }

  void Run(Call call, PredictCall* predict) const {
    InferenceOptions options;
    options.deadline = Deadline(call);
    options.encoding = options_.encoding;
    absl::Status status =
        Predict(*predict->request, predict->model.id(), *predict->signature,
                options, predict->response);
    // The version may be unloaded from here on.
    predict->model = ServableHandle<SavedModelBundle>();
    if (!status.ok()) return Answer(std::move(call), status);
    Answer(std::move(call), *predict->response);
  }

  const ModelLookup* lookup_;
  MethodOptions options_;
};

void AnswerGetModelMetadata(const ModelLookup* lookup, Call call) {
  GetModelMetadataRequest request;
  if (absl::Status status = ParseForModel(call, &request); !status.ok()) {
    return Answer(std::move(call), status);
  }
  absl::StatusOr<ServableHandle<SavedModelBundle>> model =
      lookup->GetModel(request.model_spec());
  if (!model.ok()) return Answer(std::move(call), model.status());
  GetModelMetadataResponse response;
  if (absl::Status status =
          GetModelMetadata(request, model->id(), **model, &response);
      !status.ok()) {
    return Answer(std::move(call), status);
  }
  Answer(std::move(call), response);
}

void AnswerGetModelStatus(const ModelLookup* lookup, Call call) {
  GetModelStatusRequest request;
  if (absl::Status status = ParseForModel(call, &request); !status.ok()) {
    return Answer(std::move(call), status);
  }
  absl::StatusOr<GetModelStatusResponse> response =
      lookup->GetModelStatus(request.model_spec());
  if (!response.ok()) return Answer(std::move(call), response.status());
  Answer(std::move(call), *response);
}

// Reloads, and tells by how much the metrics asked for have risen meanwhile.
absl::Status ReloadConfig(ConfigReloader* reloader, const Call& call,
                          const ReloadConfigRequest& request,
                          ReloadConfigResponse* response) {
  const std::vector<std::string> names(request.metric_names().begin(),
                                       request.metric_names().end());
  const absl::StatusOr<std::vector<int64_t>> before = ReadMetricCounters(names);
  if (!before.ok()) return before.status();
  if (call.cancelled()) {
    return absl::CancelledError(
        "the client stopped waiting before the call's turn came");
  }
  if (absl::Status status =
          reloader->ReloadConfig(request.config(), Deadline(call) - kAnswerTime,
                                 [&call] { return call.cancelled(); });
      !status.ok()) {
    return status;
  }
  const absl::StatusOr<std::vector<int64_t>> after = ReadMetricCounters(names);
  if (!after.ok()) return after.status();
  for (size_t i = 0; i < names.size(); ++i) {
    auto* metric = response->add_metric();
    metric->set_name(names[i]);
    metric->set_int64_value_increase((*after)[i] - (*before)[i]);
  }
  response->mutable_status();  // OK, which clients look for.
  return absl::OkStatus();
}

void AnswerReloadConfig(ConfigReloader* reloader, Call call) {
  ReloadConfigRequest request;
  ReloadConfigResponse response;
  absl::Status status = Parse(call, &request);
  if (status.ok()) status = ReloadConfig(reloader, call, request, &response);
  if (!status.ok()) {
    ABSL_LOG(ERROR) << "HandleReloadConfigRequest: " << status;
    return Answer(std::move(call), status);
  }
  Answer(std::move(call), response);
}

}  // namespace

MethodTable MakeMethods(const ModelLookup* lookup, ConfigReloader* reloader,
                        const MethodOptions& options) {
  MethodTable methods;
  methods["/tensorflow.serving.PredictionService/Predict"] =
      PredictMethod(lookup, options);
  // The signatures of a model can be long; a worker has the time.
  methods["/tensorflow.serving.PredictionService/GetModelMetadata"] =
      [lookup](Call call) {
        std::move(call).RunOnWorker([lookup](Call call) {
          AnswerGetModelMetadata(lookup, std::move(call));
        });
      };
  methods["/tensorflow.serving.ModelService/GetModelStatus"] =
      [lookup](Call call) { AnswerGetModelStatus(lookup, std::move(call)); };
  methods["/tensorflow.serving.ModelService/HandleReloadConfigRequest"] =
      [reloader,
       threads = std::make_shared<WorkerPool>(kReloadThreads)](Call call) {
        // Shared for the closure, which has to be copyable.
        auto shared = std::make_shared<Call>(std::move(call));
        threads->Run([reloader, shared] {
          AnswerReloadConfig(reloader, std::move(*shared));
        });
      };
  return methods;
}

}  // namespace tfs3::grpc
