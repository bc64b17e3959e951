// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Errors, texts and sources of tfs3.h.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/c_api/c_types.h"
#include "tensorflow_serving_s3/c_api/tfs3.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/sources/static_storage_path_source.h"

namespace tfs3::c_api {
namespace {

std::vector<ServableData<StoragePath>> VersionsOf(
    const std::string& servable_name, const tfs3_version* versions,
    size_t num_versions) {
  std::vector<ServableData<StoragePath>> list;
  list.reserve(num_versions);
  for (size_t i = 0; i < num_versions; ++i) {
    ServableId id{servable_name, versions[i].version};
    if (versions[i].error == nullptr) {
      list.emplace_back(std::move(id), StoragePath(versions[i].path));
      continue;
    }
    absl::Status error(static_cast<absl::StatusCode>(versions[i].error_code),
                       versions[i].error);
    list.emplace_back(std::move(id), error.ok()
                                         ? absl::UnknownError(versions[i].error)
                                         : std::move(error));
  }
  return list;
}

void SendToFunction(tfs3_aspired_function function, void* context,
                    absl::string_view servable_name,
                    const std::vector<ServableData<StoragePath>>& versions) {
  // Keeps the messages alive during the call.
  std::vector<std::string> errors(versions.size());
  std::vector<tfs3_version> list;
  list.reserve(versions.size());
  for (size_t i = 0; i < versions.size(); ++i) {
    const ServableData<StoragePath>& version = versions[i];
    if (version.ok()) {
      list.push_back(
          {version.id().version, version.data().c_str(), 0, nullptr});
      continue;
    }
    errors[i] = std::string(version.status().message());
    list.push_back({version.id().version, nullptr,
                    static_cast<int32_t>(version.status().code()),
                    errors[i].c_str()});
  }
  function(context, std::string(servable_name).c_str(), list.data(),
           list.size());
}

FileSystemStoragePathSource::Config ConfigOf(const tfs3_servable* servables,
                                             size_t num_servables,
                                             int64_t poll_wait_seconds) {
  FileSystemStoragePathSource::Config config;
  config.set_file_system_poll_wait_seconds(poll_wait_seconds);
  for (size_t i = 0; i < num_servables; ++i) {
    auto* const servable = config.add_servables();
    servable->set_servable_name(servables[i].name);
    servable->set_base_path(servables[i].base_path);
    auto* const policy = servable->mutable_servable_version_policy();
    if (servables[i].num_specific > 0) {
      for (size_t k = 0; k < servables[i].num_specific; ++k) {
        policy->mutable_specific()->add_versions(servables[i].specific[k]);
      }
    } else if (servables[i].num_latest > 0) {
      policy->mutable_latest()->set_num_versions(servables[i].num_latest);
    } else {
      policy->mutable_all();
    }
  }
  return config;
}

}  // namespace

absl::Status ClaimConnection(tfs3_source* source) {
  std::lock_guard<std::mutex> lock(source->mu);
  if (source->connected) {
    return absl::FailedPreconditionError(
        "This source is connected already; make another source");
  }
  source->connected = true;
  return absl::OkStatus();
}

std::map<std::string, std::string> ProblemsOf(const tfs3_source& source) {
  if (source.pushed != nullptr) {
    return source.pushed->problems();
  }
  std::map<std::string, std::string> problems;
  if (source.polled != nullptr) {
    for (const std::string& name : source.polled_names) {
      const absl::Status status = source.polled->poll_status(name);
      if (!status.ok()) {
        problems[name] = std::string(status.message());
      }
    }
  }
  return problems;
}

}  // namespace tfs3::c_api

using tfs3::FileSystemStoragePathSource;
using tfs3::PushedStoragePathSource;
using tfs3::StaticStoragePathSource;
using tfs3::StoragePath;
using tfs3::c_api::ClaimConnection;
using tfs3::c_api::Try;

int32_t tfs3_abi_version(void) { return TFS3_ABI_VERSION; }

int32_t tfs3_error_code(const tfs3_error* error) { return error->code; }

const char* tfs3_error_message(const tfs3_error* error) {
  return error->message.c_str();
}

void tfs3_error_delete(tfs3_error* error) { delete error; }

const char* tfs3_text_data(const tfs3_text* text) { return text->text.data(); }

size_t tfs3_text_size(const tfs3_text* text) { return text->text.size(); }

void tfs3_text_delete(tfs3_text* text) { delete text; }

tfs3_error* tfs3_pushed_source_create(const char* name, size_t max_versions,
                                      double max_silence_seconds,
                                      tfs3_source** source) {
  return Try([&] {
    PushedStoragePathSource::Options options;
    options.name = name;
    options.max_versions = max_versions;
    if (max_silence_seconds >= 0) {
      options.max_silence = absl::Seconds(max_silence_seconds);
    }
    auto created = std::make_unique<tfs3_source>();
    auto pushed = std::make_unique<PushedStoragePathSource>(std::move(options));
    created->pushed = pushed.get();
    created->source = std::move(pushed);
    *source = created.release();
    return absl::OkStatus();
  });
}

tfs3_error* tfs3_pushed_source_aspire(tfs3_source* source,
                                      const char* servable_name,
                                      const tfs3_version* versions,
                                      size_t num_versions) {
  return Try([&] {
    return source->pushed->Aspire(
        servable_name,
        tfs3::c_api::VersionsOf(servable_name, versions, num_versions));
  });
}

void tfs3_pushed_source_set_problem(tfs3_source* source,
                                    const char* servable_name,
                                    const char* problem) {
  tfs3_error_delete(Try([&] {
    source->pushed->SetProblem(servable_name, problem);
    return absl::OkStatus();
  }));
}

void tfs3_pushed_source_keep_alive(tfs3_source* source) {
  source->pushed->KeepAlive();
}

void tfs3_pushed_source_stop(tfs3_source* source) { source->pushed->Stop(); }

tfs3_error* tfs3_static_source_create(const char* servable_name,
                                      int64_t version, const char* path,
                                      tfs3_source** source) {
  return Try([&]() -> absl::Status {
    auto made = StaticStoragePathSource::Create({servable_name, version, path});
    if (!made.ok()) {
      return made.status();
    }
    auto created = std::make_unique<tfs3_source>();
    created->source = *std::move(made);
    *source = created.release();
    return absl::OkStatus();
  });
}

tfs3_error* tfs3_file_system_source_create(const tfs3_servable* servables,
                                           size_t num_servables,
                                           int64_t poll_wait_seconds,
                                           tfs3_source** source) {
  return Try([&]() -> absl::Status {
    auto made = FileSystemStoragePathSource::Create(
        tfs3::c_api::ConfigOf(servables, num_servables, poll_wait_seconds));
    if (!made.ok()) {
      return made.status();
    }
    auto created = std::make_unique<tfs3_source>();
    created->polled = made->get();
    created->source = *std::move(made);
    for (size_t i = 0; i < num_servables; ++i) {
      created->polled_names.emplace_back(servables[i].name);
    }
    *source = created.release();
    return absl::OkStatus();
  });
}

tfs3_error* tfs3_source_connect_function(tfs3_source* source,
                                         tfs3_aspired_function function,
                                         void* context) {
  return Try([&] {
    absl::Status status = ClaimConnection(source);
    if (status.ok()) {
      source->source->SetAspiredVersionsCallback(
          [function, context](
              absl::string_view servable_name,
              std::vector<tfs3::ServableData<StoragePath>> versions) {
            tfs3::c_api::SendToFunction(function, context, servable_name,
                                        versions);
          });
    }
    return status;
  });
}

void tfs3_source_delete(tfs3_source* source) { delete source; }
