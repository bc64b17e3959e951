// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/monitoring/request_metrics.h"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "tensorflow/core/lib/monitoring/counter.h"
#include "tensorflow/core/lib/monitoring/sampler.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/metric_cells.h"

namespace tfs3 {
namespace {

using tensorflow::monitoring::Buckets;
using tensorflow::monitoring::Counter;
using tensorflow::monitoring::Sampler;

Counter<2>* RequestCount() {
  static auto* const metric =
      Counter<2>::New("/tensorflow/serving/request_count",
                      "Requests to a model by the status of the response.",
                      "model_name", "status");
  return metric;
}

// From 10 microseconds to more than half an hour.
std::unique_ptr<Buckets> LatencyBuckets() {
  return Buckets::Exponential(10, 1.8, 33);
}

Sampler<3>* RequestLatency() {
  static auto* const metric = Sampler<3>::New(
      {"/tensorflow/serving/request_latency",
       "Microseconds from the arrival of a request to its response, for "
       "successful requests.",
       "model_name", "API", "entrypoint"},
      LatencyBuckets());
  return metric;
}

Counter<3>* SignatureRequestCount() {
  static auto* const metric = Counter<3>::New(
      "/tensorflow/serving/signature_request_count",
      "Requests to a signature of a model by the status of the response.",
      "model_name", "signature_name", "status");
  return metric;
}

Sampler<4>* SignatureRequestLatency() {
  static auto* const metric = Sampler<4>::New(
      {"/tensorflow/serving/signature_request_latency",
       "Microseconds from the arrival of a request to a signature to its "
       "response, for successful requests.",
       "model_name", "signature_name", "API", "entrypoint"},
      LatencyBuckets());
  return metric;
}

// The signatures that have answered a request. The set only grows, but models
// have few signatures.
class KnownSignatures {
 public:
  static KnownSignatures& Get() {
    static auto* const signatures = new KnownSignatures();
    return *signatures;
  }

  void Add(absl::string_view model, absl::string_view signature) {
    std::lock_guard<std::mutex> lock(mu_);
    names_.emplace(std::string(model), std::string(signature));
  }
  bool Contains(absl::string_view model, absl::string_view signature) {
    std::lock_guard<std::mutex> lock(mu_);
    return names_.find(std::tuple(model, signature)) != names_.end();
  }

 private:
  std::mutex mu_;
  std::set<std::tuple<std::string, std::string>, std::less<>> names_;
};

absl::string_view NameOf(RequestRecord::Entrypoint entrypoint) {
  return entrypoint == RequestRecord::Entrypoint::kGrpc ? "GRPC" : "REST";
}

double Microseconds(const RequestRecord& record) {
  return std::chrono::duration<double, std::micro>(record.duration).count();
}

}  // namespace

RequestMetrics::RequestMetrics(Options options)
    : options_(std::move(options)) {}

void RequestMetrics::OnRequest(const RequestRecord& record) {
  if (record.model_name.empty()) {
    return;
  }
  thread_local MetricCells<Counter<2>, 2> counts(RequestCount());
  const bool ok = record.status.ok();
  const absl::string_view model =
      ok || options_.is_configured(record.model_name) ? record.model_name : "";
  counts.Get(model, absl::StatusCodeToString(record.status.code()))
      ->IncrementBy(1);
  if (ok) {
    thread_local MetricCells<Sampler<3>, 3> latencies(RequestLatency());
    latencies.Get(model, record.api, NameOf(record.entrypoint))
        ->Add(Microseconds(record));
  }
  if (options_.by_signature) {
    CountSignature(model, record);
  }
}

void RequestMetrics::CountSignature(absl::string_view model,
                                    const RequestRecord& record) {
  absl::string_view signature = record.signature_name;
  if (signature.empty()) {
    signature = "serving_default";
  }
  thread_local MetricCells<Counter<3>, 3> counts(SignatureRequestCount());
  if (!record.status.ok()) {
    if (!KnownSignatures::Get().Contains(model, signature)) {
      signature = "";
    }
    counts
        .Get(model, signature, absl::StatusCodeToString(record.status.code()))
        ->IncrementBy(1);
    return;
  }
  KnownSignatures::Get().Add(model, signature);
  counts.Get(model, signature, "OK")->IncrementBy(1);
  thread_local MetricCells<Sampler<4>, 4> latencies(SignatureRequestLatency());
  latencies.Get(model, signature, record.api, NameOf(record.entrypoint))
      ->Add(Microseconds(record));
}

}  // namespace tfs3
