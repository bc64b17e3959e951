// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Serves the SavedModels in a manifest on the standard input and output:
//
//   serve_manifest s3://models/manifest.txt
//   half version 7: AVAILABLE        <- the state of a version
//   half 1 2 5                       <- input: the name of a model and numbers
//   half version 7: 3.5 4 5.5        <- the response of the model
//
// Ends at the end of the input, or on SIGTERM or SIGINT.

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "examples/custom_source/manifest_source.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor_shape.h"
#include "tensorflow/core/framework/types.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/availability_preserving_policy.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/manager.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/saved_model_bundle_source_adapter.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"

namespace custom_source {
namespace {

void Say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

// Answers "NAME X X ..." with the output of the newest version of NAME.
absl::StatusOr<std::string> RunModel(const tfs3::Manager& manager,
                                     absl::string_view line) {
  const std::vector<std::string> fields =
      absl::StrSplit(line, ' ', absl::SkipEmpty());
  if (fields.size() < 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", line, "\" is not a name and numbers, such as \"half 1 2 5\""));
  }
  std::vector<float> numbers(fields.size() - 1);
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (!absl::SimpleAtof(fields[i + 1], &numbers[i])) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", fields[i + 1], "\" is not a number"));
    }
  }

  // The handle keeps the version loaded until this function returns.
  absl::StatusOr<tfs3::ServableHandle<tfs3::SavedModelBundle>> model =
      manager.GetServableHandle<tfs3::SavedModelBundle>(
          tfs3::ServableRequest::Latest(fields[0]));
  if (!model.ok()) {
    return model.status();
  }
  absl::StatusOr<const tfs3::SignatureRunner*> signature =
      (*model)->GetSignature("");
  if (!signature.ok()) {
    return signature.status();
  }

  tensorflow::Tensor input(
      tensorflow::DT_FLOAT,
      tensorflow::TensorShape({static_cast<int64_t>(numbers.size())}));
  std::copy(numbers.begin(), numbers.end(), input.flat<float>().data());
  absl::StatusOr<std::vector<tensorflow::Tensor>> outputs =
      (*signature)->Run({input}, {});
  if (!outputs.ok()) {
    return outputs.status();
  }

  std::string result = absl::StrCat(model->id().DebugString(), ":");
  for (const tensorflow::Tensor& output : *outputs) {
    absl::StrAppend(&result, " ", output.SummarizeValue(output.NumElements()));
  }
  return result;
}

// Calls `handle` with every line of the standard input, until the input ends or
// one of `stop_signals` arrives. All threads have blocked these signals.
absl::Status HandleLines(const sigset_t& stop_signals,
                         const std::function<void(absl::string_view)>& handle) {
  const int signals = signalfd(-1, &stop_signals, SFD_CLOEXEC);
  if (signals < 0) {
    return absl::InternalError(
        absl::StrCat("Cannot wait for signals: ", std::strerror(errno)));
  }
  std::string pending;
  while (true) {
    pollfd sources[] = {{STDIN_FILENO, POLLIN, 0}, {signals, POLLIN, 0}};
    if (poll(sources, 2, -1) < 0 && errno == EINTR) {
      continue;
    }
    if (sources[1].revents != 0) {
      break;
    }
    char buffer[4096];
    const ssize_t length = read(STDIN_FILENO, buffer, sizeof(buffer));
    if (length <= 0) {
      break;
    }
    pending.append(buffer, length);
    size_t end;
    while ((end = pending.find('\n')) != std::string::npos) {
      handle(absl::string_view(pending).substr(0, end));
      pending.erase(0, end + 1);
    }
  }
  close(signals);
  return absl::OkStatus();
}

absl::Status Serve(const std::string& manifest) {
  // Before the first thread starts, so that all threads inherit the mask.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  // Prints the state of each version.
  tfs3::EventBus<tfs3::ServableState> states;
  const auto subscription = states.Subscribe(
      [](const tfs3::ServableState& state) { Say(state.DebugString()); });

  // From the end of the chain to its beginning. So it stops in the reverse
  // order: first the source stops, last everything is unloaded.
  tfs3::AspiredVersionsManager::Options options;
  options.aspired_version_policy =
      std::make_unique<tfs3::AvailabilityPreservingPolicy>();
  options.servable_event_bus = &states;
  auto manager = tfs3::AspiredVersionsManager::Create(std::move(options));
  if (!manager.ok()) {
    return manager.status();
  }
  tfs3::SavedModelBundleSourceAdapter adapter{tfs3::SavedModelOptions()};
  auto source = ManifestSource::Create({manifest});
  if (!source.ok()) {
    return source.status();
  }

  tfs3::ConnectSourceToTarget(&adapter, manager->get());
  tfs3::ConnectSourceToTarget(source->get(), &adapter);

  return HandleLines(stop_signals, [&](absl::string_view line) {
    const absl::StatusOr<std::string> result = RunModel(**manager, line);
    Say(result.ok() ? *result : std::string(result.status().message()));
  });
}

}  // namespace
}  // namespace custom_source

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "Usage: %s MANIFEST, such as s3://BUCKET/manifest\n",
                 argv[0]);
    return 2;
  }
  const absl::Status status = custom_source::Serve(argv[1]);
  if (!status.ok()) {
    std::fprintf(stderr, "%s: %s\n", argv[0],
                 std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}
