// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/model_methods.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving/apis/classification.pb.h"
#include "tensorflow_serving/apis/get_model_metadata.pb.h"
#include "tensorflow_serving/apis/inference.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving/apis/regression.pb.h"
#include "tensorflow_serving/apis/session_service.pb.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/exchange.h"
#include "tensorflow_serving_s3/model_servers/grpc/slice_stream.h"
#include "tensorflow_serving_s3/model_servers/request_logging/request_logger.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/classify.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/detached_tensors.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/metadata.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/multi_inference.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/predict.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/regress.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/session_run.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"

namespace tfs3::grpc {
namespace {

using google::protobuf::Arena;
using tensorflow::serving::ClassificationRequest;
using tensorflow::serving::ClassificationResponse;
using tensorflow::serving::GetModelMetadataRequest;
using tensorflow::serving::GetModelMetadataResponse;
using tensorflow::serving::ModelSpec;
using tensorflow::serving::MultiInferenceRequest;
using tensorflow::serving::MultiInferenceResponse;
using tensorflow::serving::PredictionLog;
using tensorflow::serving::PredictRequest;
using tensorflow::serving::PredictResponse;
using tensorflow::serving::RegressionRequest;
using tensorflow::serving::RegressionResponse;
using tensorflow::serving::SessionRunRequest;
using tensorflow::serving::SessionRunResponse;

// The functions that implement one method.
template <typename Request, typename Response>
struct ModelMethod {
  // Returns the model_spec of a request; null without one.
  const ModelSpec* (*spec)(const Request&);
  // Returns true if the request may run on the threads of the connections.
  bool (*is_quick)(const Request&, const SavedModelBundle&);
  absl::Status (*run)(const Request&, const ServableId&,
                      const SavedModelBundle&, const InferenceOptions&,
                      Response*);
  // Copies both to a log. Null: the method is not logged.
  void (*log)(const Request&, const Response&, PredictionLog*);
};

// Parses a request and sets `inputs` to its large tensors, which are not in
// `request` then.
absl::Status ParseDetached(const Exchange& exchange, const Call& call,
                           PredictRequest* request,
                           std::vector<DetachedInput>* inputs) {
  std::optional<RestOfRequest> rest;
  if (call.request().size() == 1) {
    const Slice& bytes = call.request()[0];
    rest = DetachInputs({bytes.data, bytes.size});
  }
  if (rest.has_value()) {
    const std::vector<Slice> slices = {
        {rest->bytes.data(), rest->bytes.size()}};
    const absl::Status status = exchange.Parse(call, slices, request);
    const auto entries = static_cast<size_t>(request->inputs().size());
    if (!status.ok() || entries == rest->num_entries) {
      *inputs = std::move(rest->inputs);
      for (DetachedInput& input : *inputs) {
        input.values.owner = call.ShareRequest();
      }
      return status;
    }
    request->Clear();
  }
  return exchange.Parse(call, request);
}

std::vector<Payload::Piece> PiecesOf(std::vector<DetachedOutput> outputs,
                                     TensorEncoding encoding) {
  std::vector<Payload::Piece> pieces;
  pieces.reserve(outputs.size());
  for (DetachedOutput& output : outputs) {
    std::string head = SerializeHead(output, encoding);
    auto owner =
        std::make_shared<const tensorflow::Tensor>(std::move(output.tensor));
    const auto memory = owner->tensor_data();
    pieces.push_back(
        {std::move(head), {memory.data(), memory.size()}, std::move(owner)});
  }
  return pieces;
}

// Puts the large tensors of a call back into copies of its messages.
void Attach(const Call& call, const DetachedTensors& detached,
            TensorEncoding encoding, PredictRequest* request,
            PredictResponse* response) {
  if (!detached.inputs.empty()) {
    SliceStream bytes(call.request());
    request->ParseFromZeroCopyStream(&bytes);
  }
  for (const DetachedOutput& output : detached.outputs) {
    EncodeTensor(output.tensor, encoding,
                 &(*response->mutable_outputs())[output.alias]);
  }
}

// Implements ModelMethod::log. `kMutableLog` is the accessor of the method's
// field in PredictionLog.
template <auto kMutableLog, typename Request, typename Response>
void LogTo(const Request& request, const Response& response,
           PredictionLog* log) {
  auto* const specific = (log->*kMutableLog)();
  *specific->mutable_request() = request;
  *specific->mutable_response() = response;
}

template <typename Request>
const ModelSpec* SpecOf(const Request& request) {
  return request.has_model_spec() ? &request.model_spec() : nullptr;
}

template <typename Request>
bool HasQuickSignature(const Request& request, const SavedModelBundle& model) {
  const auto signature =
      model.GetSignature(request.model_spec().signature_name());
  return signature.ok() && (*signature)->quick();
}

template <typename Request>
bool Never(const Request& /*request*/, const SavedModelBundle& /*model*/) {
  return false;
}

absl::Status HandlePredict(const PredictRequest& request, const ServableId& id,
                           const SavedModelBundle& model,
                           const InferenceOptions& options,
                           PredictResponse* response) {
  const absl::StatusOr<const SignatureRunner*> signature =
      model.GetSignature(request.model_spec().signature_name());
  if (!signature.ok()) {
    return signature.status();
  }
  return Predict(request, id, **signature, options, response);
}

absl::Status HandleGetModelMetadata(const GetModelMetadataRequest& request,
                                    const ServableId& id,
                                    const SavedModelBundle& model,
                                    const InferenceOptions& /*options*/,
                                    GetModelMetadataResponse* response) {
  return GetModelMetadata(request, id, model, response);
}

// Returns the model_spec of the first task. MultiInference checks that the
// other tasks have the same model.
const ModelSpec* SpecOfTasks(const MultiInferenceRequest& request) {
  return request.tasks().empty() ? nullptr : SpecOf(request.tasks(0));
}

// One call, from its arrival to its response. The messages are on an arena. Its
// first block has room for a small request and its response.
template <typename Request, typename Response>
class ModelCall {
 public:
  ModelCall(const Call& call, const MethodName* name,
            const ModelMethod<Request, Response>* method,
            const ModelLookup* lookup, const ModelMethodOptions* options)
      : exchange_(call, name, options->observer),
        method_(*method),
        lookup_(lookup),
        options_(*options) {}

  static void Handle(std::shared_ptr<ModelCall> self, Call call) {
    if (self->exchange_.request_bytes() > kSmallRequestBytes) {
      return std::move(call).RunOnWorker([self](Call call) {
        if (self->Prepare(&call)) {
          self->Run(std::move(call));
        }
      });
    }
    if (!self->Prepare(&call)) {
      return;
    }
    if (self->IsQuick()) {
      return self->Run(std::move(call));
    }
    std::move(call).RunOnWorker(
        [self](Call call) { self->Run(std::move(call)); });
  }

 private:
  bool IsQuick() const { return method_.is_quick(*request_, *model_); }

  // Parses the request and finds its model. Answers the call and returns false
  // after an error.
  bool Prepare(Call* call) {
    absl::Status status;
    try {
      status = Parse(*call);
      if (status.ok()) {
        status = FindModel();
      }
    } catch (const std::bad_alloc&) {
      status = NoMemoryError(*call);
    }
    if (status.ok()) {
      return true;
    }
    exchange_.Respond(std::move(*call), status);
    return false;
  }

  absl::Status Parse(const Call& call) {
    if constexpr (kDetaches) {
      return ParseDetached(exchange_, call, request_, &detached_.inputs);
    } else {
      return exchange_.Parse(call, request_);
    }
  }

  absl::Status FindModel() {
    const ModelSpec* const spec = method_.spec(*request_);
    if (spec == nullptr) {
      return NoModelSpecError();
    }
    exchange_.SetModel(spec);
    absl::StatusOr<ServableHandle<SavedModelBundle>> model =
        lookup_->GetModel(*spec);
    if (!model.ok()) {
      return model.status();
    }
    model_ = *std::move(model);
    exchange_.SetVersion(model_.id().version);
    return absl::OkStatus();
  }

  void Run(Call call) {
    InferenceOptions options;
    options.deadline = DeadlineOf(call);
    options.cancelled = [&call] { return call.cancelled(); };
    options.encoding = options_.encoding;
    options.check_method_name = options_.check_method_name;
    options.charge = [&call](int64_t bytes) { call.charge()->Grow(bytes); };
    options.detached = kDetaches ? &detached_ : nullptr;
    absl::Status status;
    try {
      status = method_.run(*request_, model_.id(), *model_, options, response_);
      if (status.ok() && method_.log != nullptr) {
        MaybeLog(call);
      }
    } catch (const std::bad_alloc&) {
      status = NoMemoryError(call);
    }
    // The manager may unload the version from here on.
    model_ = ServableHandle<SavedModelBundle>();
    if (!status.ok()) {
      return exchange_.Respond(std::move(call), status);
    }
    exchange_.Respond(
        std::move(call), *response_,
        PiecesOf(std::move(detached_.outputs), options_.encoding));
  }

  // Runs before the response: so a server that stops has logged every call that
  // it has answered.
  void MaybeLog(const Call& call) {
    RequestLogger* const logger = options_.request_logger;
    const ServableId& id = model_.id();
    if (logger == nullptr || !logger->Samples(id.name)) {
      return;
    }
    // The log has a copy of both messages.
    RequestMemory::Part log_charge(call.charge());
    int64_t bytes =
        static_cast<int64_t>(arena_.SpaceUsed() + exchange_.request_bytes());
    for (const DetachedOutput& output : detached_.outputs) {
      bytes += MemoryWhenEncoded(output.tensor, options_.encoding);
    }
    log_charge.Grow(bytes);
    PredictionLog log;
    method_.log(*request_, *response_, &log);
    if constexpr (kDetaches) {
      Attach(call, detached_, options_.encoding,
             log.mutable_predict_log()->mutable_request(),
             log.mutable_predict_log()->mutable_response());
    }
    logger->Log(id, method_.spec(*request_)->signature_name(), std::move(log));
  }

  static constexpr size_t kFirstBlockBytes = 4096;
  // Whether large tensors are kept out of the messages.
  static constexpr bool kDetaches = std::is_same_v<Request, PredictRequest>;

  Exchange exchange_;
  const ModelMethod<Request, Response>& method_;
  const ModelLookup* const lookup_;
  const ModelMethodOptions& options_;
  alignas(8) char first_block_[kFirstBlockBytes];
  Arena arena_{first_block_, kFirstBlockBytes};
  Request* const request_ = Arena::Create<Request>(&arena_);
  Response* const response_ = Arena::Create<Response>(&arena_);
  DetachedTensors detached_;
  ServableHandle<SavedModelBundle> model_;
};

class TableMaker {
 public:
  TableMaker(const ModelLookup* lookup, const ModelMethodOptions& options)
      : lookup_(lookup),
        options_(std::make_shared<const ModelMethodOptions>(options)) {}

  template <typename Request, typename Response>
  void Add(const char* service, const char* api,
           ModelMethod<Request, Response> method) {
    struct Named {
      MethodName name;
      ModelMethod<Request, Response> method;
    };
    auto named = std::make_shared<const Named>(
        Named{{api, absl::StrCat("/tensorflow.serving.", service, "/", api)},
              method});
    table_[named->name.full] = [named, lookup = lookup_,
                                options = options_](Call call) {
      using Handled = ModelCall<Request, Response>;
      auto handled = std::make_shared<Handled>(
          call, &named->name, &named->method, lookup, options.get());
      Handled::Handle(std::move(handled), std::move(call));
    };
  }

  MethodTable table() && { return std::move(table_); }

 private:
  const ModelLookup* const lookup_;
  const std::shared_ptr<const ModelMethodOptions> options_;
  MethodTable table_;
};

}  // namespace

MethodTable MakeModelMethods(const ModelLookup* lookup,
                             const ModelMethodOptions& options) {
  constexpr char kPredictionService[] = "PredictionService";
  TableMaker maker(lookup, options);
  maker.Add<PredictRequest, PredictResponse>(
      kPredictionService, "Predict",
      {SpecOf, HasQuickSignature, HandlePredict,
       LogTo<&PredictionLog::mutable_predict_log>});
  maker.Add<ClassificationRequest, ClassificationResponse>(
      kPredictionService, "Classify",
      {SpecOf, HasQuickSignature, Classify,
       LogTo<&PredictionLog::mutable_classify_log>});
  maker.Add<RegressionRequest, RegressionResponse>(
      kPredictionService, "Regress",
      {SpecOf, HasQuickSignature, Regress,
       LogTo<&PredictionLog::mutable_regress_log>});
  maker.Add<MultiInferenceRequest, MultiInferenceResponse>(
      kPredictionService, "MultiInference",
      {SpecOfTasks, Never, MultiInference,
       LogTo<&PredictionLog::mutable_multi_inference_log>});
  // Runs on a worker thread: the signatures of a model can be large.
  maker.Add<GetModelMetadataRequest, GetModelMetadataResponse>(
      kPredictionService, "GetModelMetadata",
      {SpecOf, Never, HandleGetModelMetadata, nullptr});
  if (options.enable_session_run) {
    maker.Add<SessionRunRequest, SessionRunResponse>(
        "SessionService", "SessionRun",
        {SpecOf, Never, SessionRun,
         LogTo<&PredictionLog::mutable_session_run_log>});
  }
  return std::move(maker).table();
}

}  // namespace tfs3::grpc
