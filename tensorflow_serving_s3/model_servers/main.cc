// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The program tensorflow_model_server. ServerHelp() in options/ describes its
// use.

#include <sys/resource.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tensorflow/c/c_api.h"
#include "tensorflow_serving_s3/filesystem/flavour/flavour.h"
#include "tensorflow_serving_s3/model_servers/base/logging.h"
#include "tensorflow_serving_s3/model_servers/base/version.h"
#include "tensorflow_serving_s3/model_servers/model_server.h"
#include "tensorflow_serving_s3/model_servers/model_server_settings.h"
#include "tensorflow_serving_s3/model_servers/net/http/probe.h"
#include "tensorflow_serving_s3/model_servers/options/server_options.h"
#include "tensorflow_serving_s3/model_servers/stop_signal.h"

namespace tfs3 {
namespace {

// Exit codes, besides 0 after a stop signal.
constexpr int kCannotServe = 1;
constexpr int kBadCommandLine = 2;
constexpr int kUnhealthy = 1;

// Container runtimes end a health check after 30 s by default.
constexpr std::chrono::seconds kProbeTimeout(10);

// Ends the process without running destructors: some threads still run.
[[noreturn]] void EndProcess(int exit_code) {
  FlushLogging();
  std::_Exit(exit_code);
}

// Raises the limit of open files, which limits connections, to the hard limit.
void AllowManyOpenFiles() {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return;
  }
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    ABSL_LOG(WARNING) << "Cannot raise the limit of open files to "
                      << limit.rlim_max << ": " << std::strerror(errno);
  }
}

// Serves until a stop signal, then ends the process. Returns the exit code if
// the server cannot start.
int Serve(const ServerOptions& options, absl::Time main_began) {
  CatchStopSignals();
  AllowManyOpenFiles();
  ModelServer::Options server_options;
  server_options.server = options;
  server_options.main_began = main_began;
  absl::StatusOr<std::unique_ptr<ModelServer>> server =
      ModelServer::Create(std::move(server_options));
  if (!server.ok()) {
    WriteLastError(LogFormatOf(options), server.status().message());
    return kBadCommandLine;
  }
  if (absl::Status status = (*server)->Start(); !status.ok()) {
    WriteLastError(LogFormatOf(options), status.message());
    return kCannotServe;
  }
  const std::string signal_name = WaitForStopSignal();
  ABSL_LOG(INFO) << signal_name
                 << ": finishing the requests in progress, then stopping";
  (*server)->Stop();
  ABSL_LOG(INFO) << "stopped";
  // Does not wait for models that are loading or loaded.
  EndProcess(0);
}

// Prints the answer of another server. Returns the exit code.
int ProbeServer(const std::string& address) {
  const absl::StatusOr<std::string> answer = net::Probe(address, kProbeTimeout);
  const std::string line =
      answer.ok() ? *answer : std::string(answer.status().message());
  std::fprintf(stderr, "%s\n", line.c_str());
  if (answer.ok()) {
    return 0;
  }
  return absl::IsInvalidArgument(answer.status()) ? kBadCommandLine
                                                  : kUnhealthy;
}

// Prints, or serves, what the parsed `options` demand.
int Run(const ServerOptions& options, const absl::Status& status,
        absl::Time main_began) {
  InitializeLogging(LogOptionsOf(options));
  if (!status.ok()) {
    WriteLastError(LogFormatOf(options), status.message());
    return kBadCommandLine;
  }
  if (options.help) {
    std::fputs(ServerHelp().c_str(), stdout);
    return 0;
  }
  if (options.version) {
    const S3Flavour& flavour = LinkedS3Flavour();
    std::printf(
        "TensorFlow ModelServer: %s\nTensorFlow Library: %s\n"
        "S3 filesystem: %s (%s)\n",
        kServerVersion, TF_Version(), flavour.name, flavour.library);
    return 0;
  }
  if (!options.probe.empty()) {
    return ProbeServer(options.probe);
  }
  for (const std::string& warning : options.warnings) {
    ABSL_LOG(WARNING) << warning;
  }
  return Serve(options, main_began);
}

int Main(absl::Span<const char* const> arguments, absl::Time main_began) {
  ServerOptions options;
  options.model_variables = ModelVariablesOfEnvironment();
  const absl::Status status = ParseServerOptions(arguments, &options);
  try {
    return Run(options, status, main_began);
  } catch (const std::system_error& error) {
    // std::thread throws this.
    WriteLastError(
        LogFormatOf(options),
        absl::StrCat("cannot start the server: ", error.what(),
                     "; raise the limit of threads (ulimit -u, or pids.max of "
                     "the container), or lower --rest_api_num_threads, "
                     "--grpc_max_threads, --num_load_threads and "
                     "--num_unload_threads"));
    return kCannotServe;
  }
}

}  // namespace
}  // namespace tfs3

int main(int argc, char** argv) {
  // oneDNN's own allocator keeps the memory of unloaded models. TensorFlow
  // reads this variable at its first allocation.
  setenv("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "1", /*overwrite=*/0);
  tfs3::EndProcess(
      tfs3::Main(absl::MakeConstSpan(argv, argc).subspan(1), absl::Now()));
}
