// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/drain.h"

#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <thread>

#include "absl/log/absl_log.h"

namespace tfs3 {
namespace {

// Connections stay open until no request was refused for this time.
constexpr std::chrono::milliseconds kQuietTime{200};

template <typename Function>
void ForEachGrpcServer(const GrpcServers& servers, Function function) {
  for (grpc::Server* server :
       {servers.serving.get(), servers.management.get()}) {
    if (server != nullptr) {
      function(server);
    }
  }
}

// Runs `first` on another thread while `second` runs; one after the other if
// the system has no thread left.
template <typename First, typename Second>
void RunBoth(First first, Second second) {
  std::thread thread;
  try {
    thread = std::thread(first);
  } catch (const std::system_error&) {
    first();
  }
  second();
  if (thread.joinable()) {
    thread.join();
  }
}

}  // namespace

void Drain(const DrainOptions& options) {
  // Load balancers see this before the server refuses requests.
  options.core->BeginStop();
  if (options.grpc_servers->serving != nullptr) {
    options.grpc_servers->serving->SetNothingServing();
  }
  if (options.delay.count() > 0) {
    ABSL_LOG(INFO) << "Not ready; answering requests for another "
                   << options.delay.count() << " s (--drain_delay_seconds)";
    std::this_thread::sleep_for(options.delay);
  }
  const auto deadline = std::chrono::steady_clock::now() + options.timeout;
  // Before the gate closes, so that it refuses no call that a client has sent
  // before it knows.
  ForEachGrpcServer(*options.grpc_servers,
                    [](grpc::Server* server) { server->BeginShutdown(); });
  if (options.rest_server != nullptr) {
    options.rest_server->BeginStop();
  }
  options.gate->Close();
  if (!options.gate->WaitUntilEmpty(options.timeout)) {
    ABSL_LOG(WARNING) << "Cutting off " << options.gate->size()
                      << " requests that are not done after "
                      << options.timeout.count() << " s (--drain_seconds)";
    // Stopping the servers would wait for these requests without a limit.
    for (const std::string& path : options.socket_paths) {
      if (!path.empty()) {
        unlink(path.c_str());
      }
    }
    return;
  }
  // Clients that send requests without a pause get responses that refuse them.
  // A request on a connection that is being closed would be lost.
  options.gate->WaitUntilIdle(kQuietTime, kCloseTimeout);
  // gRPC calls may still be arriving, and slow clients reading their responses.
  const auto left = std::max(
      kCloseTimeout, std::chrono::duration_cast<std::chrono::milliseconds>(
                         deadline - std::chrono::steady_clock::now()));
  RunBoth(
      [&] {
        ForEachGrpcServer(*options.grpc_servers, [left](grpc::Server* server) {
          server->Shutdown(left);
        });
      },
      [&] {
        if (options.rest_server != nullptr) {
          options.rest_server->Stop(left);
        }
      });
}

}  // namespace tfs3
