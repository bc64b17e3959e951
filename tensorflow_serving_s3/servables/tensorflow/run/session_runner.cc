// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/run/session_runner.h"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/run_error.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_tensors.h"

namespace tfs3 {
namespace {

using tensorflow::Tensor;

// Separators of names and lists. No name in a graph has these characters.
constexpr absl::string_view kNameEnd("\0", 1);
constexpr absl::string_view kListEnd("\1", 1);

void AppendList(const std::vector<std::string>& names, std::string* key) {
  for (const std::string& name : names) {
    absl::StrAppend(key, name, kNameEnd);
  }
  key->append(kListEnd.data(), kListEnd.size());
}

void SortAndDeduplicate(std::vector<std::string>* names) {
  std::sort(names->begin(), names->end());
  names->erase(std::unique(names->begin(), names->end()), names->end());
}

}  // namespace

// A choice with sorted names, without duplicates.
struct SessionRunner::Plan {
  // The source of a tensor that the caller fetches: a feed or a fetch.
  struct Origin {
    bool is_feed;
    size_t index;
  };

  std::vector<std::string> feeds;
  // For each of `feeds`, its index in the caller's feeds.
  std::vector<size_t> feed_origins;
  // Without fed tensors: a session refuses to fetch a tensor that is fed.
  std::vector<std::string> fetches;
  std::vector<Origin> fetch_origins;
  std::vector<std::string> targets;
  std::string key;
};

absl::StatusOr<SessionRunner::Plan> SessionRunner::MakePlan(
    const Choice& choice) {
  Plan plan;
  std::vector<std::string> feeds;
  feeds.reserve(choice.feeds.size());
  for (const std::string& name : choice.feeds) {
    feeds.push_back(CanonicalTensorName(name));
  }
  plan.feed_origins.resize(feeds.size());
  std::iota(plan.feed_origins.begin(), plan.feed_origins.end(), size_t{0});
  std::sort(plan.feed_origins.begin(), plan.feed_origins.end(),
            [&](size_t a, size_t b) { return feeds[a] < feeds[b]; });
  plan.feeds.reserve(feeds.size());
  for (const size_t origin : plan.feed_origins) {
    plan.feeds.push_back(std::move(feeds[origin]));
  }
  if (const auto repeated =
          std::adjacent_find(plan.feeds.begin(), plan.feeds.end());
      repeated != plan.feeds.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor \"", *repeated, "\" is fed more than once"));
  }

  const auto find = [](const std::vector<std::string>& sorted,
                       const std::string& name) {
    return std::lower_bound(sorted.begin(), sorted.end(), name) -
           sorted.begin();
  };
  const auto is_fed = [&](const std::string& name) {
    return std::binary_search(plan.feeds.begin(), plan.feeds.end(), name);
  };
  std::vector<std::string> requested;
  requested.reserve(choice.fetches.size());
  for (const std::string& name : choice.fetches) {
    requested.push_back(CanonicalTensorName(name));
    if (!is_fed(requested.back())) {
      plan.fetches.push_back(requested.back());
    }
  }
  SortAndDeduplicate(&plan.fetches);
  plan.fetch_origins.reserve(requested.size());
  for (const std::string& name : requested) {
    const bool fed = is_fed(name);
    plan.fetch_origins.push_back(
        {fed,
         static_cast<size_t>(fed ? plan.feed_origins[find(plan.feeds, name)]
                                 : find(plan.fetches, name))});
  }
  plan.targets = choice.targets;
  SortAndDeduplicate(&plan.targets);

  AppendList(plan.feeds, &plan.key);
  AppendList(plan.fetches, &plan.key);
  AppendList(plan.targets, &plan.key);
  return plan;
}

absl::Status SessionRunner::Admit(const Plan& plan) const {
  const auto too_many = [] {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the model already serves ", kMaxChoices,
        " different choices of feeds, fetches and targets; use one of them or "
        "a signature of the model"));
  };
  {
    std::shared_lock<std::shared_mutex> lock(mu_);
    if (admitted_.contains(plan.key)) {
      return absl::OkStatus();
    }
    if (admitted_.size() >= kMaxChoices) {
      return too_many();
    }
  }
  // Compiles a callable and releases it, only to check the names: a choice with
  // invalid names must not count.
  tensorflow::CallableOptions options;
  for (const std::string& name : plan.feeds) {
    options.add_feed(name);
  }
  for (const std::string& name : plan.fetches) {
    options.add_fetch(name);
  }
  for (const std::string& name : plan.targets) {
    options.add_target(name);
  }
  if (plan.fetches.empty() && plan.targets.empty()) {
    // A session compiles nothing if there is nothing to compute.
    for (const std::string& name : plan.feeds) {
      options.add_target(name.substr(0, name.rfind(':')));
    }
  }
  tensorflow::Session::CallableHandle callable;
  if (absl::Status status = session_->MakeCallable(options, &callable);
      !status.ok()) {
    return absl::InvalidArgumentError(FirstMeaningfulLine(status.message()));
  }
  // Fails only for an invalid handle.
  session_->ReleaseCallable(callable).IgnoreError();
  std::unique_lock<std::shared_mutex> lock(mu_);
  if (admitted_.contains(plan.key)) {
    return absl::OkStatus();
  }
  if (admitted_.size() >= kMaxChoices) {
    return too_many();
  }
  admitted_.insert(plan.key);
  return absl::OkStatus();
}

bool SessionRunner::full() const {
  std::shared_lock<std::shared_mutex> lock(mu_);
  return admitted_.size() >= kMaxChoices;
}

absl::StatusOr<std::vector<Tensor>> SessionRunner::Run(
    const Choice& choice, const std::vector<Tensor>& feeds,
    const Options& options) const {
  if (feeds.size() != choice.feeds.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", choice.feeds.size(), " tensors to feed, got ",
                     feeds.size()));
  }
  const absl::StatusOr<Plan> plan = MakePlan(choice);
  if (!plan.ok()) {
    return plan.status();
  }

  if (absl::Status status = Admit(*plan); !status.ok()) {
    return status;
  }
  std::vector<Tensor> fetched;
  if (!plan->fetches.empty() || !plan->targets.empty()) {
    tensorflow::RunOptions run_options;
    if (options.deadline != absl::InfiniteFuture()) {
      const absl::Duration left = options.deadline - absl::Now();
      if (left <= absl::ZeroDuration()) {
        return absl::DeadlineExceededError(
            "the request's deadline passed before the model ran");
      }
      // Zero means no deadline.
      run_options.set_timeout_in_ms(
          std::max<int64_t>(1, absl::ToInt64Milliseconds(left)));
    }
    if (options.run_thread == RunThread::kCaller) {
      run_options.set_inter_op_thread_pool(-1);
      run_options.clear_timeout_in_ms();
    }
    std::vector<std::pair<std::string, Tensor>> named;
    named.reserve(feeds.size());
    for (size_t i = 0; i < feeds.size(); ++i) {
      named.emplace_back(plan->feeds[i], feeds[plan->feed_origins[i]]);
    }
    const absl::Status status =
        session_->Run(run_options, named, plan->fetches, plan->targets,
                      &fetched, /*run_metadata=*/nullptr);
    if (absl::IsDeadlineExceeded(status) && absl::Now() >= options.deadline) {
      return absl::DeadlineExceededError(
          "the request's deadline passed while the model ran");
    }
    if (!status.ok()) {
      return CleanRunError(status);
    }
  }

  std::vector<Tensor> outputs;
  outputs.reserve(plan->fetch_origins.size());
  for (const Plan::Origin& origin : plan->fetch_origins) {
    outputs.push_back(origin.is_feed ? feeds[origin.index]
                                     : fetched[origin.index]);
  }
  return outputs;
}

}  // namespace tfs3
