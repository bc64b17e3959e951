// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Measures how long a request needs to find its servable, and how long the
// loads take, by the number of loaded servables.
//
//   bazel run //benchmarks/lookup -- [--max_models=10000] [--lookups=2000000]
//
// Prints a table in Markdown. The servables are empty, so that only the manager
// is measured. The names are requested in a random order.

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/static_manager.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Model {
  int number;
};

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

[[noreturn]] void Die(const std::string& message) {
  std::cerr << message << "\n";
  std::exit(1);
}

std::unique_ptr<tfs3::Manager> Load(int num_models) {
  tfs3::StaticManagerBuilder builder;
  for (int i = 0; i < num_models; ++i) {
    const absl::Status added = builder.AddServable(
        {absl::StrCat("model_", i), 1}, std::make_unique<Model>(Model{i}));
    if (!added.ok()) {
      Die(added.ToString());
    }
  }
  absl::StatusOr<std::unique_ptr<tfs3::Manager>> manager =
      std::move(builder).Build();
  if (!manager.ok()) {
    Die(manager.status().ToString());
  }
  return *std::move(manager);
}

// Returns the nanoseconds for acquiring and releasing one handle.
double MeasureLookup(const tfs3::Manager& manager, int num_models,
                     int num_lookups) {
  // So few requests that they stay in the cache of the processor.
  constexpr size_t kNumRequests = 256;
  constexpr int kNumRounds = 5;
  std::mt19937 random(7);
  std::vector<tfs3::ServableRequest> requests;
  for (size_t i = 0; i < kNumRequests; ++i) {
    requests.push_back(tfs3::ServableRequest::Latest(
        absl::StrCat("model_", random() % num_models)));
  }
  double best = 0;
  for (int round = 0; round < kNumRounds; ++round) {
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < num_lookups; ++i) {
      const auto handle =
          manager.GetServableHandle<Model>(requests[i % kNumRequests]);
      if (!handle.ok()) {
        Die(handle.status().ToString());
      }
    }
    const double nanoseconds = SecondsSince(start) * 1e9 / num_lookups;
    if (round == 0 || nanoseconds < best) {
      best = nanoseconds;
    }
  }
  return best;
}

bool Flag(absl::string_view argument, absl::string_view name, int* value) {
  return absl::ConsumePrefix(&argument, absl::StrCat("--", name, "=")) &&
         absl::SimpleAtoi(argument, value) && *value > 0;
}

}  // namespace

int main(int argc, char** argv) {
  int max_models = 10000;
  int num_lookups = 2000000;
  for (int i = 1; i < argc; ++i) {
    if (!Flag(argv[i], "max_models", &max_models) &&
        !Flag(argv[i], "lookups", &num_lookups)) {
      Die(absl::StrCat("Unknown argument ", argv[i],
                       "; use --max_models=N and --lookups=N with N > 0"));
    }
  }
  absl::SetMinLogLevel(absl::LogSeverityAtLeast::kError);
  std::printf("| models | ns a handle | ratio to 1 model | s to load all |\n");
  std::printf("|-------:|------------:|-----------------:|--------------:|\n");
  double one = 0;
  for (int num_models = 1; num_models <= max_models; num_models *= 10) {
    const Clock::time_point start = Clock::now();
    const std::unique_ptr<tfs3::Manager> manager = Load(num_models);
    const double load_seconds = SecondsSince(start);
    const double nanoseconds = MeasureLookup(*manager, num_models, num_lookups);
    if (num_models == 1) {
      one = nanoseconds;
    }
    std::printf("| %d | %.1f | %.2f | %.3f |\n", num_models, nanoseconds,
                nanoseconds / one, load_seconds);
    std::fflush(stdout);
  }
  return 0;
}
