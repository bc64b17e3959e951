// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/session_run.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/map.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow/core/protobuf/named_tensor.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/model_spec.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/session_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/memory_charge.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"

namespace tfs3 {
namespace {

using tensorflow::NamedTensorProto;
using tensorflow::Tensor;
using tensorflow::serving::SessionRunRequest;
using tensorflow::serving::SessionRunResponse;
using TensorInfos = google::protobuf::Map<std::string, tensorflow::TensorInfo>;

// Returns whether tensors of a type are handles, which have no meaning outside
// of this process.
bool CannotBeSent(tensorflow::DataType dtype) {
  return dtype == tensorflow::DT_RESOURCE || dtype == tensorflow::DT_VARIANT;
}

absl::Status CannotBeSentError(absl::string_view what,
                               tensorflow::DataType dtype) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": tensors of type ",
                   tensorflow::DataTypeString(dtype), " cannot be sent"));
}

// Replaces the alias in `name` with the tensor's name in the graph.
absl::Status ResolveAlias(absl::string_view kind, const TensorInfos& tensors,
                          absl::string_view signature_name, std::string* name) {
  const auto found = tensors.find(*name);
  if (found == tensors.end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "signature \"", signature_name, "\" has no ", kind, " \"", *name,
        "\"; use an alias of the signature, or set tensor_name_is_alias to "
        "false for a name of the graph"));
  }
  *name = found->second.name();
  return absl::OkStatus();
}

// Returns the names of feeds, fetches and targets in the graph. Sets
// `signature_name` if the request uses aliases.
absl::StatusOr<SessionRunner::Choice> MakeChoice(
    const SessionRunRequest& request, const SavedModelBundle& model,
    std::string* signature_name) {
  SessionRunner::Choice choice;
  choice.feeds.reserve(request.feed_size());
  for (const NamedTensorProto& feed : request.feed()) {
    choice.feeds.push_back(feed.name());
  }
  choice.fetches.assign(request.fetch().begin(), request.fetch().end());
  choice.targets.assign(request.target().begin(), request.target().end());
  if (choice.fetches.empty() && choice.targets.empty()) {
    return absl::InvalidArgumentError(
        "the request has neither fetch nor target; name a tensor to fetch or a "
        "node to run");
  }
  if (!request.tensor_name_is_alias()) {
    return choice;
  }

  const absl::StatusOr<const SignatureRunner*> runner =
      model.GetSignature(request.model_spec().signature_name());
  if (!runner.ok()) {
    return runner.status();
  }
  *signature_name = (*runner)->signature_name();
  const tensorflow::SignatureDef& signature =
      model.signature_defs().at(*signature_name);
  for (std::string& name : choice.feeds) {
    if (absl::Status status =
            ResolveAlias("input", signature.inputs(), *signature_name, &name);
        !status.ok()) {
      return status;
    }
  }
  for (std::string& name : choice.fetches) {
    if (absl::Status status =
            ResolveAlias("output", signature.outputs(), *signature_name, &name);
        !status.ok()) {
      return status;
    }
  }
  return choice;
}

absl::StatusOr<std::vector<Tensor>> DecodeFeeds(
    const SessionRunRequest& request, const MemoryCharge& charge) {
  std::vector<Tensor> feeds;
  feeds.reserve(request.feed_size());
  for (const NamedTensorProto& feed : request.feed()) {
    const std::string what = absl::StrCat("feed \"", feed.name(), "\"");
    if (CannotBeSent(feed.tensor().dtype())) {
      return CannotBeSentError(what, feed.tensor().dtype());
    }
    absl::StatusOr<Tensor> tensor = DecodeTensor(feed.tensor(), charge);
    if (!tensor.ok()) {
      return absl::Status(tensor.status().code(),
                          absl::StrCat(what, ": ", tensor.status().message()));
    }
    feeds.push_back(*std::move(tensor));
  }
  return feeds;
}

// Returns the earlier of the request's timeout and options.deadline.
absl::StatusOr<absl::Time> Deadline(const SessionRunRequest& request,
                                    const InferenceOptions& options) {
  tensorflow::RunOptions others = request.options();
  others.clear_timeout_in_ms();
  if (others.ByteSizeLong() > 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "timeout_in_ms is the only supported field of RunOptions; remove: ",
        others.ShortDebugString()));
  }
  const int64_t timeout = request.options().timeout_in_ms();
  if (timeout <= 0) {
    return options.deadline;
  }
  return std::min(options.deadline, absl::Now() + absl::Milliseconds(timeout));
}

// Checks that no fetch is repeated: each would cost a client a few bytes, and
// the server a copy of the tensor.
absl::Status CheckFetchedOnce(const SessionRunRequest& request) {
  absl::flat_hash_set<absl::string_view> names;
  for (const std::string& name : request.fetch()) {
    if (!names.insert(name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("fetch \"", name, "\" is named more than once"));
    }
  }
  return absl::OkStatus();
}

// Checks that the outputs fit into a message before they are copied.
absl::Status CheckSize(const std::vector<Tensor>& outputs) {
  uint64_t bytes = 0;
  for (const Tensor& output : outputs) {
    bytes += output.TotalBytes();
  }
  if (bytes <= std::numeric_limits<int32_t>::max()) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("the fetched tensors take ", bytes,
                   " bytes; the limit of a message is 2 GiB; fetch fewer"));
}

}  // namespace

absl::Status SessionRun(const SessionRunRequest& request, const ServableId& id,
                        const SavedModelBundle& model,
                        const InferenceOptions& options,
                        SessionRunResponse* response) {
  const absl::StatusOr<absl::Time> deadline = Deadline(request, options);
  if (!deadline.ok()) {
    return deadline.status();
  }
  if (absl::Status status = CheckFetchedOnce(request); !status.ok()) {
    return status;
  }
  std::string signature_name;
  const absl::StatusOr<SessionRunner::Choice> choice =
      MakeChoice(request, model, &signature_name);
  if (!choice.ok()) {
    return choice.status();
  }
  const absl::StatusOr<std::vector<Tensor>> feeds =
      DecodeFeeds(request, options.charge);
  if (!feeds.ok()) {
    return feeds.status();
  }
  if (absl::Status status = CheckNotCancelled(options); !status.ok()) {
    return status;
  }

  SessionRunner::Options run_options;
  run_options.deadline = *deadline;
  const absl::StatusOr<std::vector<Tensor>> outputs =
      model.session_runner().Run(*choice, *feeds, run_options);
  if (!outputs.ok()) {
    return outputs.status();
  }

  if (absl::Status status = CheckSize(*outputs); !status.ok()) {
    return status;
  }
  ChargeMemory(options.charge, MemoryOf(*outputs));
  response->mutable_tensor()->Reserve(static_cast<int>(outputs->size()));
  for (size_t i = 0; i < outputs->size(); ++i) {
    const std::string& name = request.fetch(static_cast<int>(i));
    const Tensor& output = (*outputs)[i];
    if (CannotBeSent(output.dtype())) {
      return CannotBeSentError(absl::StrCat("fetch \"", name, "\""),
                               output.dtype());
    }
    ChargeMemory(options.charge, MemoryWhenEncoded(output, options.encoding));
    NamedTensorProto* tensor = response->add_tensor();
    tensor->set_name(name);
    EncodeTensor(output, options.encoding, tensor->mutable_tensor());
  }
  SetModelSpec(id, signature_name, response->mutable_model_spec());
  return absl::OkStatus();
}

}  // namespace tfs3
