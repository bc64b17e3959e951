// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes messages of gRPC requests, from the bytes of the network to the bytes
// of the response. The first byte of an input selects the message (see Kind),
// the second is the size of its pieces (0: one piece).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/message_lite.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow_serving/apis/classification.pb.h"
#include "tensorflow_serving/apis/inference.pb.h"
#include "tensorflow_serving/apis/input.pb.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving/apis/regression.pb.h"
#include "tensorflow_serving/apis/session_service.pb.h"
#include "tensorflow_serving_s3/model_servers/grpc/slice_stream.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/detached_tensors.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/example_input.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/predict.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/session_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"
#include "tests/fuzz/expect.h"
#include "tests/fuzz/fake_session.h"

namespace {

using tensorflow::DataType;
using tensorflow::Tensor;
using tensorflow::TensorProto;
using tensorflow::TensorShape;
using tensorflow::tstring;
using tensorflow::serving::ClassificationRequest;
using tensorflow::serving::Input;
using tensorflow::serving::MultiInferenceRequest;
using tensorflow::serving::PredictRequest;
using tensorflow::serving::PredictResponse;
using tensorflow::serving::RegressionRequest;
using tensorflow::serving::SessionRunRequest;
using tfs3::InferenceOptions;
using tfs3::RunThread;
using tfs3::SessionRunner;
using tfs3::SignatureRunner;
using tfs3::TensorEncoding;
using tfs3::fuzz::Expect;
using tfs3::fuzz::FakeSession;

enum Kind : uint8_t {
  kPredict,
  kClassify,
  kRegress,
  kMultiInference,
  kSessionRun,
  kTensor,
  kKinds,
};

// The pieces of a message, each in a separate allocation.
class Pieces {
 public:
  Pieces(std::string_view bytes, size_t size) {
    if (size == 0) {
      size = bytes.size() + 1;
    }
    for (size_t i = 0; i < bytes.size(); i += size) {
      memory_.emplace_back(bytes.substr(i, size));
    }
    for (const std::string& piece : memory_) {
      slices_.push_back({piece.data(), piece.size()});
      // gRPC may pass an empty piece.
      if (size == 3) {
        slices_.push_back({piece.data(), 0});
      }
    }
  }

  // Parses `message` from the pieces.
  bool Parse(google::protobuf::MessageLite* message) const {
    tfs3::grpc::SliceStream stream(slices_);
    return message->ParseFromZeroCopyStream(&stream);
  }

 private:
  std::vector<std::string> memory_;
  std::vector<tfs3::grpc::Slice> slices_;
};

template <typename Message>
bool Parse(std::string_view bytes, size_t piece, Message* message) {
  const bool parsed = Pieces(bytes, piece).Parse(message);
  Message whole;
  Expect(whole.ParseFromString(bytes) == parsed,
         "a message parses in pieces if it does in one");
  if (parsed) {
    Expect(whole.ByteSizeLong() == message->ByteSizeLong(),
           "a message is the same in pieces and in one");
  }
  return parsed;
}

// Returns whether the tensor is invalid, or larger than the limit, or so small
// that a second is enough to create thousands of them.
bool IsCheap(const TensorProto& proto) {
  constexpr int64_t kManyElements = 1 << 16;
  constexpr int64_t kRefusedElements = int64_t{64} << 20;
  const absl::StatusOr<TensorShape> shape = tfs3::DecodeShape(proto);
  return !shape.ok() || shape->num_elements() <= kManyElements ||
         shape->num_elements() > kRefusedElements;
}

// Returns whether the memory of the tensor may be compared byte by byte.
bool IsPlain(const Tensor& tensor) {
  return tensorflow::DataTypeCanUseMemcpy(tensor.dtype());
}

// Returns the used bits of a byte in a tensor's memory. A number of fewer than
// eight bits has its own byte; clients may set the other bits.
char UsedBits(DataType dtype) {
  switch (dtype) {
    case tensorflow::DT_INT4:
    case tensorflow::DT_UINT4:
      return 0xf;
    case tensorflow::DT_INT2:
    case tensorflow::DT_UINT2:
      return 3;
    default:
      return -1;
  }
}

bool SameTensors(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) {
    return false;
  }
  if (IsPlain(a)) {
    const char bits = UsedBits(a.dtype());
    const auto same = [bits](char x, char y) {
      return (x & bits) == (y & bits);
    };
    const std::string_view x = a.tensor_data();
    const std::string_view y = b.tensor_data();
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
  }
  for (int64_t i = 0; i < a.NumElements(); ++i) {
    if (a.flat<tstring>()(i) != b.flat<tstring>()(i)) {
      return false;
    }
  }
  return true;
}

void ExpectClientsFault(const absl::Status& status) {
  Expect(absl::IsInvalidArgument(status), "a bad request is the client's fault",
         status.ToString());
  Expect(!status.message().empty(), "an error says what is wrong");
}

void TakeTensor(const TensorProto& proto) {
  if (!IsCheap(proto)) {
    return;
  }
  const absl::StatusOr<Tensor> tensor = tfs3::DecodeTensor(proto);
  if (!tensor.ok()) {
    return ExpectClientsFault(tensor.status());
  }
  Expect(tensor->dtype() == proto.dtype(), "a tensor has the type given");
  Expect(tensor->shape() == *tfs3::DecodeShape(proto),
         "a tensor has the shape given");
  Expect(tensor->IsInitialized(), "a tensor has the memory of its shape");
  Expect(IsPlain(*tensor) || tensor->dtype() == tensorflow::DT_STRING,
         "a tensor that was sent is of numbers or strings");
  for (const auto encoding :
       {TensorEncoding::kField, TensorEncoding::kContent}) {
    TensorProto encoded;
    tfs3::EncodeTensor(*tensor, encoding, &encoded);
    const absl::StatusOr<Tensor> again = tfs3::DecodeTensor(encoded);
    Expect(again.ok() && SameTensors(*tensor, *again),
           "a tensor that is written reads as the same",
           tensorflow::DataTypeString(tensor->dtype()));
  }
}

tensorflow::TensorInfo Info(const std::string& name, DataType dtype) {
  tensorflow::TensorInfo info;
  info.set_name(name);
  info.set_dtype(dtype);
  info.mutable_tensor_shape()->set_unknown_rank(true);
  return info;
}

// Has an input and an output of the same name for every type. Inputs have
// defaults, except "pair" with shape [n, 2].
tensorflow::SignatureDef Signature() {
  tensorflow::SignatureDef signature;
  for (int i = 1; i < tensorflow::DataType_ARRAYSIZE; ++i) {
    if (!tensorflow::DataType_IsValid(i)) {
      continue;
    }
    const auto dtype = static_cast<DataType>(i);
    if (dtype != tensorflow::DT_STRING &&
        tensorflow::DataTypeSize(dtype) == 0) {
      continue;
    }
    const std::string name = tensorflow::DataTypeString(dtype);
    (*signature.mutable_inputs())[name] = Info("in_" + name, dtype);
    (*signature.mutable_outputs())[name] = Info("out_" + name, dtype);
    TensorProto& value = (*signature.mutable_defaults())[name];
    tfs3::EncodeTensor(Tensor(dtype, TensorShape({0})), TensorEncoding::kField,
                       &value);
  }
  tensorflow::TensorInfo pair = Info("in_pair:0", tensorflow::DT_FLOAT);
  pair.mutable_tensor_shape()->set_unknown_rank(false);
  pair.mutable_tensor_shape()->add_dim()->set_size(-1);
  pair.mutable_tensor_shape()->add_dim()->set_size(2);
  (*signature.mutable_inputs())["pair"] = pair;
  // An output that is also an input.
  (*signature.mutable_outputs())["pair"] = pair;
  return signature;
}

const SignatureRunner& Runner(RunThread thread) {
  const auto make = [](RunThread run_thread) {
    static auto* const session = new FakeSession;
    absl::StatusOr<std::unique_ptr<SignatureRunner>> runner =
        SignatureRunner::Create(session, "fuzz", Signature(), run_thread);
    Expect(runner.ok(), "the signature can be served",
           runner.status().message());
    return runner->release();
  };
  static const SignatureRunner* const on_caller = make(RunThread::kCaller);
  static const SignatureRunner* const on_pool = make(RunThread::kPool);
  return thread == RunThread::kCaller ? *on_caller : *on_pool;
}

void TakePredict(const PredictRequest& request, bool on_pool) {
  for (const auto& [alias, proto] : request.inputs()) {
    TakeTensor(proto);
    if (!IsCheap(proto)) {
      return;
    }
  }
  const SignatureRunner& runner =
      Runner(on_pool ? RunThread::kPool : RunThread::kCaller);
  InferenceOptions options;
  options.encoding =
      on_pool ? TensorEncoding::kContent : TensorEncoding::kField;
  PredictResponse response;
  const absl::Status status =
      tfs3::Predict(request, {"fuzz", 1}, runner, options, &response);
  if (!status.ok()) {
    return ExpectClientsFault(status);
  }
  const int expected = request.output_filter().empty()
                           ? static_cast<int>(runner.outputs().size())
                           : request.output_filter_size();
  Expect(static_cast<int>(response.outputs().size()) == expected,
         "a request gets the outputs that it asks for");
  Expect(response.model_spec().version().value() == 1,
         "a response says which version it is of");
  for (const auto& [alias, proto] : response.outputs()) {
    const absl::StatusOr<Tensor> output = tfs3::DecodeTensor(proto);
    Expect(output.ok(), "a response can be read", alias);
    const auto input = request.inputs().find(alias);
    if (input == request.inputs().end()) {
      Expect(output->NumElements() == 0, "what is not fed is the default");
    } else {
      Expect(SameTensors(*output, *tfs3::DecodeTensor(input->second)),
             "what is fed comes back", alias);
    }
  }
  PredictResponse parsed;
  Expect(parsed.ParseFromString(response.SerializeAsString()),
         "a response can be sent");
}

// Expects that a request means the same after its numbers are taken out of it.
void TakeDetached(std::string_view bytes) {
  Expect(tfs3::FindNumbers(bytes) <= bytes.size(), "numbers are in a request");
  const auto rest = tfs3::DetachInputs(bytes, /*min_bytes=*/1);
  if (!rest.has_value()) {
    return;
  }
  PredictRequest whole;
  PredictRequest request;
  const bool is_valid = whole.ParseFromString(bytes);
  Expect(request.ParseFromString(rest->bytes) == is_valid,
         "the rest of a request is valid if the request is");
  if (!is_valid ||
      static_cast<size_t>(request.inputs_size()) < rest->num_entries) {
    return;
  }
  Expect(request.inputs_size() == whole.inputs_size(),
         "the rest of a request has all inputs");
  for (const auto& [alias, proto] : whole.inputs()) {
    if (!IsCheap(proto)) {
      return;
    }
    const tfs3::DetachedInput* detached = nullptr;
    for (const tfs3::DetachedInput& input : rest->inputs) {
      detached = input.alias == alias ? &input : detached;
    }
    const TensorProto& left = request.inputs().at(alias);
    const absl::StatusOr<Tensor> tensor =
        detached == nullptr ? tfs3::DecodeTensor(left)
                            : tfs3::DecodeTensor(left, detached->values);
    const absl::StatusOr<Tensor> expected = tfs3::DecodeTensor(proto);
    Expect(tensor.ok() == expected.ok(), "a detached tensor can be read",
           tensor.ok() ? expected.status().ToString()
                       : tensor.status().ToString());
    Expect(!tensor.ok() || SameTensors(*tensor, *expected),
           "a detached tensor is the same", alias);
  }
  request.clear_inputs();
  whole.clear_inputs();
  Expect(request.SerializeAsString() == whole.SerializeAsString(),
         "the rest of a request has the other fields");
}

void TakeInput(const Input& input) {
  const absl::StatusOr<Tensor> examples = tfs3::SerializeExamples(input);
  if (!examples.ok()) {
    return ExpectClientsFault(examples.status());
  }
  Expect(examples->dims() == 1 && examples->NumElements() > 0,
         "examples make a list of strings");
  tensorflow::Example example;
  for (int64_t i = 0; i < examples->NumElements(); ++i) {
    const tstring& bytes = examples->flat<tstring>()(i);
    Expect(example.ParseFromString({bytes.data(), bytes.size()}),
           "a string is an example");
  }
}

void TakeSessionRun(const SessionRunRequest& request) {
  SessionRunner::Choice choice;
  std::vector<Tensor> feeds;
  for (const auto& feed : request.feed()) {
    TakeTensor(feed.tensor());
    if (!IsCheap(feed.tensor())) {
      return;
    }
    absl::StatusOr<Tensor> tensor = tfs3::DecodeTensor(feed.tensor());
    if (!tensor.ok()) {
      return;
    }
    choice.feeds.push_back(feed.name());
    feeds.push_back(*std::move(tensor));
  }
  choice.fetches.assign(request.fetch().begin(), request.fetch().end());
  choice.targets.assign(request.target().begin(), request.target().end());
  FakeSession session;
  const SessionRunner runner(&session);
  const absl::StatusOr<std::vector<Tensor>> outputs =
      runner.Run(choice, feeds, SessionRunner::Options());
  if (!outputs.ok()) {
    return ExpectClientsFault(outputs.status());
  }
  Expect(outputs->size() == choice.fetches.size(),
         "a run gives what is fetched");
}

template <typename Message, typename Take>
void ParseAndTake(std::string_view bytes, size_t piece, Take take) {
  Message message;
  if (Parse(bytes, piece, &message)) {
    take(message);
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  // Protobuf and TensorFlow log every message that they refuse.
  absl::SetMinLogLevel(absl::LogSeverityAtLeast::kFatal);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) {
    return 0;
  }
  const size_t piece = data[1];
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2),
                               size - 2);
  const auto take_input = [](const auto& request) {
    TakeInput(request.input());
  };
  switch (data[0] % kKinds) {
    case kPredict:
      TakeDetached(bytes);
      ParseAndTake<PredictRequest>(
          bytes, piece, [&](const PredictRequest& request) {
            TakePredict(request, /*on_pool=*/piece % 2 == 1);
          });
      break;
    case kClassify:
      ParseAndTake<ClassificationRequest>(bytes, piece, take_input);
      break;
    case kRegress:
      ParseAndTake<RegressionRequest>(bytes, piece, take_input);
      break;
    case kMultiInference:
      ParseAndTake<MultiInferenceRequest>(bytes, piece, take_input);
      break;
    case kSessionRun:
      ParseAndTake<SessionRunRequest>(bytes, piece, TakeSessionRun);
      break;
    case kTensor:
      ParseAndTake<TensorProto>(bytes, piece, TakeTensor);
      break;
  }
  return 0;
}
