// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/log/absl_check.h"
#include "absl/log/absl_log.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/input_error.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/run_error.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_tensors.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/thread_time.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;

// The session compiles each choice of outputs and keeps it until the model is
// unloaded. Beyond this number of choices, a run computes all outputs and picks
// the requested ones.
constexpr size_t kMaxChoices = 16;

int64_t TotalBytes(const std::vector<Tensor>& tensors) {
  int64_t bytes = 0;
  for (const Tensor& tensor : tensors) {
    bytes += static_cast<int64_t>(tensor.TotalBytes());
  }
  return bytes;
}

bool EqualTensors(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype() || a.shape() != b.shape()) {
    return false;
  }
  if (a.SharesBufferWith(b)) {
    return true;
  }
  if (a.dtype() == tensorflow::DT_STRING) {
    const auto a_values = a.flat<tensorflow::tstring>();
    const auto b_values = b.flat<tensorflow::tstring>();
    return std::equal(a_values.data(), a_values.data() + a_values.size(),
                      b_values.data());
  }
  return a.tensor_data() == b.tensor_data();
}

absl::Status DeadlineError(absl::string_view signature_name,
                           absl::string_view when) {
  return absl::DeadlineExceededError(
      absl::StrCat("the request's deadline passed ", when, " the signature \"",
                   signature_name, "\" ran"));
}

}  // namespace

// The tensors that the session computes for one choice of outputs.
struct SignatureRunner::Fetches {
  // The source of an output: an input or a fetched tensor.
  struct Origin {
    bool is_feed;
    size_t index;
  };

  // The graph's names of the fetched tensors, without duplicates and without
  // fed tensors.
  std::vector<std::string> names;
  // One for each chosen output.
  std::vector<Origin> origins;

  // The callable that fetches `names`. The first run creates it.
  mutable std::once_flag once;
  mutable absl::Status status;
  mutable tensorflow::Session::CallableHandle callable = 0;
  mutable bool has_callable = false;

  // Whether to batch runs, and the queue. The first run creates the queue,
  // because the batch threads poll every queue.
  bool batched = false;
  mutable std::once_flag queue_once;
  mutable absl::StatusOr<std::unique_ptr<BatchQueue>> queue = nullptr;
};

absl::StatusOr<std::unique_ptr<SignatureRunner>> SignatureRunner::Create(
    tensorflow::Session* session, absl::string_view signature_name,
    const tensorflow::SignatureDef& signature, RunThread run_thread,
    std::optional<BatchingConfig> batching) {
  std::unique_ptr<SignatureRunner> runner(new SignatureRunner(
      session, signature_name, run_thread, std::move(batching)));
  if (absl::Status status = runner->Init(signature); !status.ok()) {
    return absl::Status(
        status.code(),
        absl::StrCat("signature \"", signature_name, "\": ", status.message()));
  }
  return runner;
}

SignatureRunner::SignatureRunner(tensorflow::Session* session,
                                 absl::string_view signature_name,
                                 RunThread run_thread,
                                 std::optional<BatchingConfig> batching)
    : session_(session),
      signature_name_(signature_name),
      run_thread_(run_thread),
      batching_(std::move(batching)) {}

SignatureRunner::~SignatureRunner() {
  const auto release = [this](const Fetches* fetches) {
    if (fetches == nullptr) {
      return;
    }
    // Deletes the queue first: its batches use the callable.
    fetches->queue = nullptr;
    if (!fetches->has_callable) {
      return;
    }
    // Fails only for an invalid handle.
    session_->ReleaseCallable(fetches->callable).IgnoreError();
  };
  release(all_.get());
  for (const auto& [choice, fetches] : choices_) {
    release(fetches.get());
  }
}

absl::Status SignatureRunner::Init(const tensorflow::SignatureDef& signature) {
  absl::flat_hash_map<std::string, size_t> feed_indices;
  for (const std::string& alias : SortedAliases(signature.inputs())) {
    const tensorflow::TensorInfo& info = signature.inputs().at(alias);
    if (absl::Status status =
            CheckDense("input", alias, info,
                       "export the model with a signature of dense tensors");
        !status.ok()) {
      return status;
    }
    inputs_.push_back(MakeTensorSpec(alias, info));
    const std::string name = CanonicalTensorName(info.name());
    const auto [feed, is_new] =
        feed_indices.try_emplace(name, feed_names_.size());
    if (is_new) {
      feed_names_.push_back(name);
    }
    feed_of_input_.push_back(feed->second);

    std::optional<Tensor>& default_input = default_inputs_.emplace_back();
    if (const auto found = signature.defaults().find(alias);
        found != signature.defaults().end() &&
        !default_input.emplace().FromProto(found->second)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the default value of input \"", alias,
                       "\" is not a valid tensor; export the model again"));
    }
  }
  for (const std::string& alias : SortedAliases(signature.outputs())) {
    const tensorflow::TensorInfo& info = signature.outputs().at(alias);
    outputs_.push_back(MakeTensorSpec(alias, info));
    const absl::Status status = CheckDense(
        "output", alias, info,
        "leave it out with an output_filter, or export the model with a "
        "signature of dense tensors");
    output_names_.push_back(status.ok() ? CanonicalTensorName(info.name())
                                        : "");
    if (!status.ok()) {
      cannot_fetch_.resize(signature.outputs().size());
      cannot_fetch_[outputs_.size() - 1] = absl::Status(
          status.code(), absl::StrCat("signature \"", signature_name_,
                                      "\": ", status.message()));
    }
  }
  std::vector<size_t> everything(outputs_.size());
  std::iota(everything.begin(), everything.end(), size_t{0});
  all_ = MakeFetches(everything);
  if (outputs_.empty()) {
    cannot_fetch_all_ = absl::InvalidArgumentError(absl::StrCat(
        "signature \"", signature_name_,
        "\" has no outputs, so there is nothing to compute; export the model "
        "with outputs"));
  } else {
    cannot_fetch_all_ = CheckFetchable(everything);
  }
  if (batching_.has_value() && cannot_fetch_all_.ok() && !all_->batched) {
    ABSL_LOG(WARNING) << "Requests for all outputs of the signature \""
                      << signature_name_ << "\" are not batched: "
                      << CheckBatchable(inputs_, outputs_).message();
  }
  return absl::OkStatus();
}

std::optional<size_t> SignatureRunner::FindInput(
    absl::string_view alias) const {
  return FindAlias(inputs_, alias);
}

std::optional<size_t> SignatureRunner::FindOutput(
    absl::string_view alias) const {
  return FindAlias(outputs_, alias);
}

const Tensor* SignatureRunner::default_input(size_t index) const {
  const std::optional<Tensor>& value = default_inputs_[index];
  return value.has_value() ? &*value : nullptr;
}

bool SignatureRunner::quick() const {
  return run_thread_ == RunThread::kCaller && !batching_.has_value() &&
         cost_.IsQuick(RunCost::Clock::now());
}

absl::Status SignatureRunner::Prepare() const {
  if (!cannot_fetch_all_.ok()) {
    return cannot_fetch_all_;
  }
  return PrepareFetches(*all_);
}

absl::StatusOr<std::vector<Tensor>> SignatureRunner::Run(
    std::vector<Tensor> inputs, const RunOptions& options) const {
  if (inputs.size() != inputs_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("signature \"", signature_name_, "\" takes ",
                     inputs_.size(), " inputs, got ", inputs.size()));
  }
  if (!cannot_fetch_all_.ok()) {
    if (!options.fetch.has_value()) {
      return cannot_fetch_all_;
    }
    if (absl::Status status = CheckFetchable(*options.fetch); !status.ok()) {
      return status;
    }
  }
  if (feed_names_.size() != inputs.size()) {
    absl::StatusOr<std::vector<Tensor>> feeds = Feeds(inputs);
    if (!feeds.ok()) {
      return feeds.status();
    }
    inputs = *std::move(feeds);
  }

  const Fetches* fetches = all_.get();
  bool pick = false;
  if (options.fetch.has_value()) {
    fetches = FindFetches(*options.fetch);
    pick = fetches == nullptr;
    if (pick) {
      fetches = all_.get();
    }
  }

  if (options.cancelled && options.cancelled()) {
    return absl::CancelledError(
        absl::StrCat("the request was cancelled before the signature \"",
                     signature_name_, "\" ran"));
  }
  std::vector<Tensor> fetched;
  if (!fetches->names.empty()) {
    absl::Status status;
    if (fetches->batched) {
      absl::StatusOr<BatchQueue*> queue = QueueOf(*fetches);
      status = queue.ok() ? (*queue)->Run(inputs, options.deadline,
                                          options.cancelled, &fetched)
                          : queue.status();
    } else {
      status = RunFetches(*fetches, inputs, options.deadline, &fetched);
    }
    if (!status.ok()) {
      // If the outputs cannot be fetched at all, the inputs are not the cause.
      const bool fetchable =
          !absl::IsInvalidArgument(status) || PrepareFetches(*fetches).ok();
      return fetchable ? ExplainFeeds(status, inputs) : status;
    }
  }

  // The usual case: the outputs are the fetched tensors, in the same order.
  if (!pick && fetches->names.size() == fetches->origins.size()) {
    return fetched;
  }

  const auto output = [&](size_t index) -> const Tensor& {
    const Fetches::Origin& origin = fetches->origins[index];
    return origin.is_feed ? inputs[origin.index] : fetched[origin.index];
  };
  std::vector<Tensor> outputs;
  if (pick) {
    for (const size_t index : *options.fetch) {
      outputs.push_back(output(index));
    }
  } else {
    for (size_t i = 0; i < fetches->origins.size(); ++i) {
      outputs.push_back(output(i));
    }
  }
  return outputs;
}

absl::StatusOr<std::vector<Tensor>> SignatureRunner::Feeds(
    const std::vector<Tensor>& inputs) const {
  std::vector<Tensor> feeds(feed_names_.size());
  std::vector<std::optional<size_t>> input_of_feed(feed_names_.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const size_t feed = feed_of_input_[i];
    if (!input_of_feed[feed].has_value()) {
      input_of_feed[feed] = i;
      feeds[feed] = inputs[i];
    } else if (!EqualTensors(feeds[feed], inputs[i])) {
      return absl::InvalidArgumentError(absl::StrCat(
          "inputs \"", inputs_[*input_of_feed[feed]].alias, "\" and \"",
          inputs_[i].alias, "\" of signature \"", signature_name_,
          "\" are two names of the same tensor and must have equal values"));
    }
  }
  return feeds;
}

absl::Status SignatureRunner::CheckFetchable(
    const std::vector<size_t>& outputs) const {
  if (cannot_fetch_.empty()) {
    return absl::OkStatus();
  }
  for (const size_t output : outputs) {
    if (!cannot_fetch_[output].ok()) {
      return cannot_fetch_[output];
    }
  }
  return absl::OkStatus();
}

absl::Status SignatureRunner::ExplainFeeds(
    const absl::Status& error, const std::vector<Tensor>& feeds) const {
  std::vector<Tensor> inputs;
  inputs.reserve(feed_of_input_.size());
  for (const size_t feed : feed_of_input_) {
    inputs.push_back(feeds[feed]);
  }
  return ExplainInputError(error, inputs_, inputs);
}

std::unique_ptr<SignatureRunner::Fetches> SignatureRunner::MakeFetches(
    const std::vector<size_t>& wanted) const {
  auto fetches = std::make_unique<Fetches>();
  absl::flat_hash_map<absl::string_view, Fetches::Origin> origins;
  for (size_t i = 0; i < feed_names_.size(); ++i) {
    origins.emplace(feed_names_[i], Fetches::Origin{true, i});
  }
  for (const size_t output : wanted) {
    const std::string& name = output_names_[output];
    if (name.empty()) {
      // Not a dense tensor: Run returns an error before it uses this entry.
      fetches->origins.push_back({false, 0});
      continue;
    }
    const auto [origin, is_new] = origins.try_emplace(
        name, Fetches::Origin{false, fetches->names.size()});
    if (is_new) {
      fetches->names.push_back(name);
    }
    fetches->origins.push_back(origin->second);
  }
  if (batching_.has_value() && !fetches->names.empty()) {
    std::vector<TensorSpec> outputs;
    outputs.reserve(wanted.size());
    for (const size_t output : wanted) {
      outputs.push_back(outputs_[output]);
    }
    fetches->batched = CheckBatchable(inputs_, outputs).ok();
  }
  return fetches;
}

const SignatureRunner::Fetches* SignatureRunner::FindFetches(
    const std::vector<size_t>& wanted) const {
  for (const size_t output : wanted) {
    ABSL_CHECK_LT(output, outputs_.size())
        << "signature \"" << signature_name_ << "\" has no such output";
  }
  {
    std::shared_lock<std::shared_mutex> lock(choices_mu_);
    const auto found = choices_.find(wanted);
    if (found != choices_.end()) {
      return found->second.get();
    }
    if (choices_.size() >= kMaxChoices) {
      return nullptr;
    }
  }
  std::unique_lock<std::shared_mutex> lock(choices_mu_);
  if (choices_.size() >= kMaxChoices) {
    const auto found = choices_.find(wanted);
    return found == choices_.end() ? nullptr : found->second.get();
  }
  std::unique_ptr<Fetches>& fetches = choices_[wanted];
  if (fetches == nullptr) {
    fetches = MakeFetches(wanted);
  }
  return fetches.get();
}

absl::Status SignatureRunner::PrepareFetches(const Fetches& fetches) const {
  if (run_thread_ == RunThread::kPool || fetches.names.empty()) {
    return absl::OkStatus();
  }
  std::call_once(fetches.once, [&] {
    tensorflow::CallableOptions options;
    for (const std::string& name : feed_names_) {
      options.add_feed(name);
    }
    for (const std::string& name : fetches.names) {
      options.add_fetch(name);
    }
    // -1: no pool, so that all nodes run on the caller's thread.
    options.mutable_run_options()->set_inter_op_thread_pool(-1);
    fetches.status =
        CleanRunError(session_->MakeCallable(options, &fetches.callable));
    fetches.has_callable = fetches.status.ok();
  });
  return fetches.status;
}

absl::StatusOr<BatchQueue*> SignatureRunner::QueueOf(
    const Fetches& fetches) const {
  std::call_once(fetches.queue_once, [&] {
    fetches.queue = batching_->scheduler->AddQueue(
        signature_name_, batching_->options,
        [this, &fetches](const std::vector<Tensor>& feeds, absl::Time deadline,
                         std::vector<Tensor>* fetched) {
          return RunFetches(fetches, feeds, deadline, fetched);
        });
  });
  if (!fetches.queue.ok()) {
    return fetches.queue.status();
  }
  return fetches.queue->get();
}

absl::Status SignatureRunner::RunFetches(const Fetches& fetches,
                                         const std::vector<Tensor>& feeds,
                                         absl::Time deadline,
                                         std::vector<Tensor>* fetched) const {
  absl::Duration left = absl::InfiniteDuration();
  if (deadline != absl::InfiniteFuture()) {
    left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) {
      return DeadlineError(signature_name_, "before");
    }
  }

  if (run_thread_ == RunThread::kCaller) {
    if (absl::Status status = PrepareFetches(fetches); !status.ok()) {
      return status;
    }
    const RunCost::Clock::time_point start = RunCost::Clock::now();
    ThreadTime::Mark(start);
    const absl::Status status = session_->RunCallable(
        fetches.callable, feeds, fetched, /*run_metadata=*/nullptr);
    const RunCost::Clock::time_point end = RunCost::Clock::now();
    cost_.Record(RunCost::WorkOf(end - start), TotalBytes(*fetched), end);
    return CleanRunError(status);
  }

  // Uses Run and not a callable: a callable has a fixed deadline, while Run
  // takes a deadline for each run. The session keeps the compiled graph in both
  // cases.
  tensorflow::RunOptions options;
  if (left != absl::InfiniteDuration()) {
    // Zero means no deadline.
    options.set_timeout_in_ms(
        std::max<int64_t>(1, absl::ToInt64Milliseconds(left)));
  }
  std::vector<std::pair<std::string, Tensor>> named_feeds;
  named_feeds.reserve(feeds.size());
  for (size_t i = 0; i < feeds.size(); ++i) {
    named_feeds.emplace_back(feed_names_[i], feeds[i]);
  }
  const absl::Status status =
      session_->Run(options, named_feeds, fetches.names, {}, fetched,
                    /*run_metadata=*/nullptr);
  if (absl::IsDeadlineExceeded(status) && absl::Now() >= deadline) {
    return DeadlineError(signature_name_, "while");
  }
  return CleanRunError(status);
}

}  // namespace tfs3
