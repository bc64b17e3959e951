// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Measures a model without a server: runs its serving_default signature
// repeatedly on one thread, by Session::Run, then by RunCallable on the thread
// of the caller.
//
//   session_run SAVED_MODEL REQUEST SECONDS
//
// REQUEST is a file with a serialized PredictRequest. Prints one line of JSON
// with times in milliseconds.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow/core/public/session.h"
#include "tensorflow_serving/apis/predict.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace {

using Clock = std::chrono::steady_clock;
using tensorflow::Tensor;

[[noreturn]] void Die(const std::string& message) {
  std::cerr << message << "\n";
  std::exit(1);
}

void DieUnlessOk(const absl::Status& status) {
  if (!status.ok()) {
    Die(status.ToString());
  }
}

// Measures calls of `run` for `seconds`, after some calls that are not
// measured.
std::string Measure(int seconds, const std::function<absl::Status()>& run) {
  constexpr int kWarmupRuns = 20;
  for (int i = 0; i < kWarmupRuns; ++i) {
    DieUnlessOk(run());
  }
  std::vector<int64_t> nanoseconds;
  const Clock::time_point start = Clock::now();
  const Clock::time_point end = start + std::chrono::seconds(seconds);
  Clock::time_point last = start;
  while (last < end) {
    DieUnlessOk(run());
    const Clock::time_point now = Clock::now();
    nanoseconds.push_back(std::chrono::nanoseconds(now - last).count());
    last = now;
  }
  const double took = std::chrono::duration<double>(last - start).count();
  std::sort(nanoseconds.begin(), nanoseconds.end());
  const auto milliseconds = [&nanoseconds](size_t percent) {
    return nanoseconds[(nanoseconds.size() - 1) * percent / 100] / 1e6;
  };
  return absl::StrCat("{\"per_second\": ", nanoseconds.size() / took,
                      ", \"p50_ms\": ", milliseconds(50),
                      ", \"p99_ms\": ", milliseconds(99), "}");
}

double ResidentMebibytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    double kibibytes = 0;
    if (word == "VmRSS:" && status >> kibibytes) {
      return kibibytes / 1024;
    }
  }
  Die("/proc/self/status says nothing of this process's memory");
}

}  // namespace

int main(int argc, char** argv) {
  int seconds = 0;
  if (argc != 4 || !absl::SimpleAtoi(argv[3], &seconds) || seconds < 1) {
    Die("usage: session_run SAVED_MODEL REQUEST SECONDS");
  }
  tensorflow::serving::PredictRequest request;
  std::ifstream file(argv[2], std::ios::binary);
  if (!request.ParseFromIstream(&file)) {
    Die(absl::StrCat(argv[2], ": no PredictRequest"));
  }
  const auto model =
      tfs3::SavedModelBundle::Load(argv[1], tfs3::SavedModelOptions());
  DieUnlessOk(model.status());
  tensorflow::Session* const session = (*model)->session();
  const tensorflow::SignatureDef& signature =
      (*model)->signature_defs().at("serving_default");

  std::vector<std::pair<std::string, Tensor>> named_feeds;
  std::vector<Tensor> feeds;
  std::vector<std::string> fetches;
  tensorflow::CallableOptions options;
  for (const auto& [alias, proto] : request.inputs()) {
    Tensor tensor;
    if (!tensor.FromProto(proto)) {
      Die(absl::StrCat(alias, ": no tensor"));
    }
    const std::string& name = signature.inputs().at(alias).name();
    named_feeds.emplace_back(name, tensor);
    feeds.push_back(tensor);
    options.add_feed(name);
  }
  for (const auto& [alias, output] : signature.outputs()) {
    fetches.push_back(output.name());
    options.add_fetch(output.name());
  }
  // On the thread of the caller.
  options.mutable_run_options()->set_inter_op_thread_pool(-1);
  tensorflow::Session::CallableHandle callable;
  DieUnlessOk(session->MakeCallable(options, &callable));

  std::vector<Tensor> outputs;
  const std::string by_run = Measure(seconds, [&] {
    return session->Run(named_feeds, fetches, {}, &outputs);
  });
  const std::string by_callable = Measure(seconds, [&] {
    return session->RunCallable(callable, feeds, &outputs,
                                /*run_metadata=*/nullptr);
  });
  DieUnlessOk(session->ReleaseCallable(callable));
  std::cout << "{\"session_run\": " << by_run
            << ", \"run_callable\": " << by_callable
            << ", \"rss_mib\": " << ResidentMebibytes() << "}\n";
  return 0;
}
