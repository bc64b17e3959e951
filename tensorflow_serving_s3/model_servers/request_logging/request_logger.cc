// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/request_logging/request_logger.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/log/absl_log.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow/core/lib/monitoring/counter.h"
#include "tensorflow_serving/apis/logging.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving/config/logging_config.pb.h"

namespace tfs3 {
namespace {

using tensorflow::serving::ModelConfig;
using tensorflow::serving::ModelServerConfig;
using tensorflow::serving::PredictionLog;

constexpr std::chrono::minutes kReportPeriod(1);

// TensorFlow Serving uses the same name and labels.
void Count(const std::string& model, absl::StatusCode status, int64_t number) {
  static auto* const metric = tensorflow::monitoring::Counter<2>::New(
      "/tensorflow/serving/request_log_count",
      "Sampled requests by the status of logging them: OK, RESOURCE_EXHAUSTED "
      "(the queue was full), or an error of the file system.",
      "model_name", "status");
  metric->GetCell(model, absl::StatusCodeToString(status))->IncrementBy(number);
}

// Sets *time to the earlier of both.
template <typename Time>
void AtLatest(Time other, Time* time) {
  *time = std::min(*time, other);
}

}  // namespace

RequestLogger::RequestLogger(Options options)
    : options_(std::move(options)),
      rules_(std::make_unique<const Rules>()),
      thread_([this] { Run(); }) {}

RequestLogger::~RequestLogger() {
  {
    std::lock_guard<std::mutex> lock(mu_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void RequestLogger::SetConfig(const ModelServerConfig& config) {
  auto rules = std::make_unique<Rules>();
  for (const ModelConfig& model : config.model_config_list().config()) {
    absl::StatusOr<RequestLogRule> rule = RequestLogRuleOf(model);
    if (!rule.ok()) {
      ABSL_LOG(ERROR) << rule.status().message();
      continue;
    }
    if (!rule->no_effect.empty()) {
      ABSL_LOG(WARNING) << "The logging_config of model \"" << model.name()
                        << "\" has no effect: " << rule->no_effect;
    }
    if (!rule->unused.empty()) {
      ABSL_LOG(WARNING) << "In the logging_config of model \"" << model.name()
                        << "\", " << rule->unused;
    }
    if (rule->sampling_rate == 0) {
      continue;
    }
    rules->emplace(model.name(),
                   std::make_shared<const RequestLogRule>(*std::move(rule)));
  }
  logs_anything_.store(!rules->empty(), std::memory_order_relaxed);
  rules_.Publish(std::move(rules));
  {
    std::lock_guard<std::mutex> lock(mu_);
    config_changed_ = true;
  }
  wake_.notify_one();
}

bool RequestLogger::Draw(absl::string_view model) const {
  const double rate = rules_.Read([model](const Rules& rules) {
    const auto rule = rules.find(model);
    return rule == rules.end() ? 0 : rule->second->sampling_rate;
  });
  if (rate <= 0) {
    return false;
  }
  thread_local std::minstd_rand generator{std::random_device{}()};
  // The number is in [0, 1), so always below a rate of 1.
  return std::uniform_real_distribution<double>(0, 1)(generator) < rate;
}

void RequestLogger::Log(const ServableId& id, absl::string_view signature_name,
                        PredictionLog log) {
  auto rule = rules_.Read([&id](const Rules& rules) {
    const auto found = rules.find(id.name);
    return found == rules.end() ? nullptr : found->second;
  });
  // The configuration changed after Samples.
  if (rule == nullptr) {
    return;
  }
  auto* const metadata = log.mutable_log_metadata();
  auto* const spec = metadata->mutable_model_spec();
  spec->set_name(id.name);
  spec->mutable_version()->set_value(id.version);
  spec->set_signature_name(std::string(signature_name));
  metadata->mutable_sampling_config()->set_sampling_rate(rule->sampling_rate);
  for (const std::string& tag : options_.saved_model_tags) {
    metadata->add_saved_model_tags(tag);
  }
  metadata->set_timestamp_secs(absl::ToUnixSeconds(absl::Now()));
  const uint64_t bytes = log.ByteSizeLong();
  {
    std::lock_guard<std::mutex> lock(mu_);
    if (queue_bytes_ + bytes <= options_.max_queue_bytes) {
      queue_bytes_ += bytes;
      ++num_logged_;
      queue_.push_back({std::move(rule), id.name, std::move(log), bytes});
      wake_.notify_one();
      return;
    }
    ++dropped_;
  }
  Count(id.name, absl::StatusCode::kResourceExhausted, 1);
}

bool RequestLogger::Flush(std::chrono::milliseconds timeout) {
  std::unique_lock<std::mutex> lock(mu_);
  const uint64_t target = num_logged_;
  ++num_flushing_;
  wake_.notify_one();
  const bool done =
      settled_.wait_for(lock, timeout, [&] { return num_settled_ >= target; });
  --num_flushing_;
  return done;
}

void RequestLogger::Run() {
  std::unique_lock<std::mutex> lock(mu_);
  uint64_t num_taken = 0;
  while (true) {
    const bool flushing = num_flushing_ > 0 && num_settled_ < num_taken;
    if (queue_.empty() && !stopping_ && !flushing && !config_changed_) {
      const Clock::time_point deadline = NextDeadline();
      // wait_until overflows for the maximum.
      if (deadline == Clock::time_point::max()) {
        wake_.wait(lock);
      } else {
        wake_.wait_until(lock, deadline);
      }
    }
    std::deque<Entry> entries;
    entries.swap(queue_);
    num_taken += entries.size();
    const bool stop = stopping_;
    const bool flush_now = stop || num_flushing_ > 0;
    config_changed_ = false;
    lock.unlock();
    for (Entry& entry : entries) {
      WriteEntry(entry);
      entry.log.Clear();
      std::lock_guard<std::mutex> size_lock(mu_);
      queue_bytes_ -= entry.bytes;
    }
    MaintainSinks(flush_now);
    ReportDropped();
    const bool all_settled = std::all_of(
        sinks_.begin(), sinks_.end(),
        [](const auto& sink) { return sink.second->pending.empty(); });
    lock.lock();
    if (all_settled && num_settled_ < num_taken) {
      num_settled_ = num_taken;
      settled_.notify_all();
    }
    if (stop && queue_.empty()) {
      return;
    }
  }
}

RequestLogger::Clock::time_point RequestLogger::NextDeadline() const {
  Clock::time_point deadline = Clock::time_point::max();
  for (const auto& [prefix, sink] : sinks_) {
    if (!sink->pending.empty()) {
      AtLatest(sink->flush_at, &deadline);
    }
    if (sink->file.is_open()) {
      AtLatest(sink->file.opened_at() + options_.max_file_age, &deadline);
    }
  }
  return deadline;
}

void RequestLogger::WriteEntry(const Entry& entry) {
  const std::string& prefix = entry.rule->filename_prefix;
  std::unique_ptr<Sink>& sink = sinks_[prefix];
  if (sink == nullptr) {
    sink = std::make_unique<Sink>(options_.env, prefix);
  }
  const Clock::time_point now = Clock::now();
  if (now < sink->paused_until) {
    ++sink->pending[entry.model];
    return Settle(sink.get(), prefix, sink->error);
  }
  if (sink->file.is_open() &&
      (sink->file.bytes() >= options_.max_file_bytes ||
       now - sink->file.opened_at() >= options_.max_file_age)) {
    Settle(sink.get(), prefix, sink->file.Close());
  }
  if (sink->pending.empty()) {
    sink->flush_at = now + options_.flush_period;
  }
  ++sink->pending[entry.model];
  const absl::Status status =
      sink->file.Write(entry.log.SerializeAsString(), now);
  if (!status.ok()) {
    Settle(sink.get(), prefix, status);
  }
}

void RequestLogger::MaintainSinks(bool flush_now) {
  const Clock::time_point now = Clock::now();
  for (auto it = sinks_.begin(); it != sinks_.end();) {
    const std::string& prefix = it->first;
    Sink& sink = *it->second;
    const bool wanted = IsWanted(prefix);
    if (sink.file.is_open() &&
        (!wanted || now - sink.file.opened_at() >= options_.max_file_age)) {
      Settle(&sink, prefix, sink.file.Close());
    } else if (!sink.pending.empty() && (flush_now || now >= sink.flush_at)) {
      Settle(&sink, prefix, sink.file.Flush());
    }
    it = wanted ? std::next(it) : sinks_.erase(it);
  }
}

void RequestLogger::Settle(Sink* sink, const std::string& prefix,
                           const absl::Status& status) {
  int64_t number = 0;
  for (const auto& [model, count] : sink->pending) {
    Count(model, status.code(), count);
    number += count;
  }
  sink->pending.clear();
  if (status.ok()) {
    return;
  }
  const Clock::time_point now = Clock::now();
  if (now >= sink->paused_until) {
    sink->error = status;
    sink->paused_until = now + options_.pause_after_error;
  }
  sink->lost += number;
  if (now < sink->next_report) {
    return;
  }
  ABSL_LOG(ERROR) << "Cannot log " << sink->lost << " requests to " << prefix
                  << "-*: " << status.message()
                  << "; check the space and the permissions there, or change "
                     "the logging_config of the model. The requests "
                     "themselves were answered";
  sink->lost = 0;
  sink->next_report = now + kReportPeriod;
}

void RequestLogger::ReportDropped() {
  const Clock::time_point now = Clock::now();
  if (now < next_drop_report_) {
    return;
  }
  int64_t dropped = 0;
  {
    std::lock_guard<std::mutex> lock(mu_);
    std::swap(dropped, dropped_);
  }
  if (dropped == 0) {
    return;
  }
  ABSL_LOG(ERROR) << dropped << " requests were not logged: the queue of "
                  << options_.max_queue_bytes
                  << " bytes is full; lower the sampling_rate in the "
                     "logging_config of the models, or log to a faster disk";
  next_drop_report_ = now + kReportPeriod;
}

bool RequestLogger::IsWanted(const std::string& prefix) const {
  return rules_.Read([&prefix](const Rules& rules) {
    return std::any_of(rules.begin(), rules.end(), [&](const auto& rule) {
      return rule.second->filename_prefix == prefix;
    });
  });
}

}  // namespace tfs3
