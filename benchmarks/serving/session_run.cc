// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Measures a model without a server: runs its serving_default signature
// repeatedly, by Session::Run on one thread, then by RunCallable on one and on
// two threads.
//
//   session_run SAVED_MODEL REQUEST SECONDS
//
// REQUEST is a file with a serialized PredictRequest. Prints one line of JSON
// with times in milliseconds.

#include <sys/resource.h>

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
#include <thread>
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

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) +
           static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Calls `run` until `end` and returns the duration of each call in nanoseconds.
std::vector<int64_t> RunUntil(Clock::time_point end,
                              const std::function<absl::Status()>& run) {
  std::vector<int64_t> nanoseconds;
  Clock::time_point last = Clock::now();
  while (last < end) {
    DieUnlessOk(run());
    const Clock::time_point now = Clock::now();
    nanoseconds.push_back(std::chrono::nanoseconds(now - last).count());
    last = now;
  }
  return nanoseconds;
}

// Measures calls of `run` on some threads for `seconds`, after some calls that
// are not measured.
std::string Measure(int seconds, int num_threads,
                    const std::function<absl::Status()>& run) {
  constexpr int kWarmupRuns = 20;
  for (int i = 0; i < kWarmupRuns; ++i) {
    DieUnlessOk(run());
  }
  const double cpu_before = CpuSeconds();
  const Clock::time_point start = Clock::now();
  const Clock::time_point end = start + std::chrono::seconds(seconds);
  std::vector<std::vector<int64_t>> by_thread(num_threads);
  std::vector<std::thread> threads;
  for (std::vector<int64_t>& nanoseconds : by_thread) {
    threads.emplace_back([&] { nanoseconds = RunUntil(end, run); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const double took =
      std::chrono::duration<double>(Clock::now() - start).count();
  const double cpu = CpuSeconds() - cpu_before;
  std::vector<int64_t> nanoseconds;
  for (const std::vector<int64_t>& part : by_thread) {
    nanoseconds.insert(nanoseconds.end(), part.begin(), part.end());
  }
  std::sort(nanoseconds.begin(), nanoseconds.end());
  const auto milliseconds = [&nanoseconds](size_t percent) {
    return nanoseconds[(nanoseconds.size() - 1) * percent / 100] / 1e6;
  };
  return absl::StrCat("{\"per_second\": ", nanoseconds.size() / took,
                      ", \"p50_ms\": ", milliseconds(50),
                      ", \"p99_ms\": ", milliseconds(99), ", \"cpu_us\": ",
                      cpu * 1e6 / static_cast<double>(nanoseconds.size()), "}");
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

  const std::string by_run = Measure(seconds, 1, [&] {
    std::vector<Tensor> outputs;
    return session->Run(named_feeds, fetches, {}, &outputs);
  });
  const auto run_callable = [&] {
    std::vector<Tensor> outputs;
    return session->RunCallable(callable, feeds, &outputs,
                                /*run_metadata=*/nullptr);
  };
  const std::string by_callable = Measure(seconds, 1, run_callable);
  const std::string by_two_threads = Measure(seconds, 2, run_callable);
  DieUnlessOk(session->ReleaseCallable(callable));
  std::cout << "{\"session_run\": " << by_run
            << ", \"run_callable\": " << by_callable
            << ", \"run_callable_2_threads\": " << by_two_threads
            << ", \"rss_mib\": " << ResidentMebibytes() << "}\n";
  return 0;
}
