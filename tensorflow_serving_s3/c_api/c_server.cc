// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The server of tfs3.h, and the preparation of the process.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tensorflow_serving_s3/c_api/c_types.h"
#include "tensorflow_serving_s3/c_api/rest_call.h"
#include "tensorflow_serving_s3/c_api/tfs3.h"
#include "tensorflow_serving_s3/filesystem/s3_adapter.h"
#include "tensorflow_serving_s3/model_servers/base/logging.h"
#include "tensorflow_serving_s3/model_servers/model_server.h"
#include "tensorflow_serving_s3/model_servers/model_server_settings.h"
#include "tensorflow_serving_s3/model_servers/options/server_options.h"

struct tfs3_server {
  std::unique_ptr<tfs3::ModelServer> server;
  tfs3_source* source = nullptr;
};

namespace tfs3::c_api {
namespace {

// Applies the options of the first caller: a process has one log.
void InitializeLogOnce(LogOptions options) {
  static std::once_flag once;
  std::call_once(once, [&] {
    // The process and its stderr belong to the caller.
    options.capture_stderr = false;
    InitializeLogging(options);
  });
}

void WatchProblems(tfs3_server* server) {
  if (server->source != nullptr && server->source->pushed != nullptr) {
    server->source->pushed->OnProblemsChanged(
        [core = server->server->core()] { core->SourceProblemsChanged(); });
  }
}

void UnwatchProblems(tfs3_server* server) {
  if (server->source != nullptr && server->source->pushed != nullptr) {
    server->source->pushed->OnProblemsChanged(nullptr);
  }
}

}  // namespace
}  // namespace tfs3::c_api

using tfs3::ModelServer;
using tfs3::c_api::Try;

tfs3_error* tfs3_initialize(void) {
  return Try([]() -> absl::Status {
    static const absl::Status registered = [] {
      const absl::Status status = tfs3::RegisterS3Filesystem("s3");
      // The S3 filesystem of the Python package is the same one.
      return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
    }();
    return registered;
  });
}

tfs3_error* tfs3_server_create(const char* const* arguments,
                               size_t num_arguments, tfs3_source* source,
                               tfs3_server** server) {
  return Try([&]() -> absl::Status {
    ModelServer::Options options;
    options.server.has_custom_source = source != nullptr;
    if (absl::Status status = tfs3::ParseServerOptions(
            absl::MakeConstSpan(arguments, num_arguments), &options.server);
        !status.ok()) {
      return status;
    }
    if (options.server.help || options.server.version ||
        !options.server.probe.empty()) {
      return absl::InvalidArgumentError(
          "--help, --version and --probe are for the program "
          "tensorflow_model_server; remove them");
    }
    tfs3::c_api::InitializeLogOnce(tfs3::LogOptionsOf(options.server));
    for (const std::string& warning : options.server.warnings) {
      ABSL_LOG(WARNING) << warning;
    }
    if (source != nullptr) {
      if (absl::Status status = tfs3::c_api::ClaimConnection(source);
          !status.ok()) {
        return status;
      }
      options.source = source->source.get();
      options.source_problems = [source] {
        return tfs3::c_api::ProblemsOf(*source);
      };
    }
    auto made = ModelServer::Create(std::move(options));
    if (!made.ok()) {
      return made.status();
    }
    auto created = std::make_unique<tfs3_server>();
    created->server = *std::move(made);
    created->source = source;
    *server = created.release();
    return absl::OkStatus();
  });
}

tfs3_error* tfs3_server_start(tfs3_server* server) {
  return Try([&] {
    absl::Status status = server->server->Start();
    if (status.ok()) {
      tfs3::c_api::WatchProblems(server);
    }
    return status;
  });
}

tfs3_error* tfs3_server_stop(tfs3_server* server) {
  return Try([&] {
    server->server->Stop();
    return absl::OkStatus();
  });
}

void tfs3_server_delete(tfs3_server* server) {
  if (server != nullptr) {
    tfs3::c_api::UnwatchProblems(server);
  }
  delete server;
}

int32_t tfs3_server_is_ready(const tfs3_server* server) {
  return server->server->core()->IsReady() ? 1 : 0;
}

tfs3_error* tfs3_server_call(const tfs3_server* server, const char* method,
                             const char* path, const char* body,
                             size_t body_size, int32_t* http_status,
                             tfs3_text** answer) {
  return Try([&] {
    const tfs3::ServerCore& core = *server->server->core();
    auto called = tfs3::c_api::CallRest(core, core, method, path,
                                        absl::string_view(body, body_size));
    *http_status = called.status;
    *answer = new tfs3_text{std::move(called.body)};
    return absl::OkStatus();
  });
}
