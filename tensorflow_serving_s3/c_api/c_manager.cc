// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The adapter and the manager of tfs3.h.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tensorflow_serving_s3/c_api/c_types.h"
#include "tensorflow_serving_s3/c_api/manager_lookup.h"
#include "tensorflow_serving_s3/c_api/rest_call.h"
#include "tensorflow_serving_s3/c_api/tfs3.h"
#include "tensorflow_serving_s3/core/aspired_version_policies.h"
#include "tensorflow_serving_s3/core/aspired_versions_manager.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/core/servable_state_monitor.h"
#include "tensorflow_serving_s3/core/target.h"
#include "tensorflow_serving_s3/model_servers/base/json_writer.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/saved_model_bundle_source_adapter.h"

struct tfs3_adapter {
  tfs3::SavedModelBundleSourceAdapter adapter{tfs3::SavedModelOptions()};
  std::mutex mu;
  bool connected = false;  // Guarded by mu.
};

struct tfs3_manager {
  tfs3::EventBus<tfs3::ServableState> states;
  tfs3::ServableStateMonitor monitor{&states};
  std::unique_ptr<tfs3::AspiredVersionsManager> manager;
  std::unique_ptr<tfs3::c_api::ManagerLookup> lookup;
};

namespace tfs3::c_api {
namespace {

std::string StatesJson(const ServableStateMonitor& monitor) {
  std::string json = "[";
  for (const auto& [name, versions] : monitor.GetAllServableStates()) {
    for (const auto& [version, known] : versions) {
      absl::StrAppend(&json, json.size() > 1 ? "," : "", "{\"name\":");
      AppendJsonString(name, &json);
      absl::StrAppend(
          &json, ",\"version\":\"", version, "\",\"state\":\"",
          ManagerStateName(known.state.manager_state),
          "\",\"error_code\":", static_cast<int>(known.state.health.code()),
          ",\"error\":");
      AppendJsonString(std::string(known.state.health.message()), &json);
      json += "}";
    }
  }
  return json + "]";
}

}  // namespace
}  // namespace tfs3::c_api

using tfs3::AspiredVersionsManager;
using tfs3::ServableRequest;
using tfs3::ServableState;
using tfs3::c_api::Try;

tfs3_error* tfs3_adapter_create(tfs3_adapter** adapter) {
  return Try([&] {
    *adapter = new tfs3_adapter;
    return absl::OkStatus();
  });
}

tfs3_error* tfs3_source_connect_adapter(tfs3_source* source,
                                        tfs3_adapter* adapter) {
  return Try([&] {
    absl::Status status = tfs3::c_api::ClaimConnection(source);
    if (status.ok()) {
      tfs3::ConnectSourceToTarget<tfs3::StoragePath>(source->source.get(),
                                                     &adapter->adapter);
    }
    return status;
  });
}

tfs3_error* tfs3_adapter_connect_manager(tfs3_adapter* adapter,
                                         tfs3_manager* manager) {
  return Try([&]() -> absl::Status {
    {
      std::lock_guard<std::mutex> lock(adapter->mu);
      if (adapter->connected) {
        return absl::FailedPreconditionError(
            "This adapter is connected already; make another adapter");
      }
      adapter->connected = true;
    }
    tfs3::ConnectSourceToTarget<std::unique_ptr<tfs3::Loader>>(
        &adapter->adapter, manager->manager.get());
    return absl::OkStatus();
  });
}

void tfs3_adapter_delete(tfs3_adapter* adapter) { delete adapter; }

tfs3_error* tfs3_manager_create(const tfs3_manager_options* options,
                                tfs3_manager** manager) {
  return Try([&]() -> absl::Status {
    auto created = std::make_unique<tfs3_manager>();
    AspiredVersionsManager::Options manager_options;
    manager_options.aspired_version_policy = tfs3::CreateAspiredVersionPolicy(
        options->resource_preserving != 0 ? "resource_preserving"
                                          : "availability_preserving");
    manager_options.servable_event_bus = &created->states;
    manager_options.num_load_threads = options->num_load_threads;
    manager_options.max_num_load_retries = options->max_num_load_retries;
    manager_options.load_retry_interval =
        absl::Seconds(options->load_retry_interval_seconds);
    manager_options.total_memory_limit_bytes =
        options->total_memory_limit_bytes;
    auto made = AspiredVersionsManager::Create(std::move(manager_options));
    if (!made.ok()) {
      return made.status();
    }
    created->manager = *std::move(made);
    created->lookup = std::make_unique<tfs3::c_api::ManagerLookup>(
        created->manager.get(), &created->monitor);
    *manager = created.release();
    return absl::OkStatus();
  });
}

void tfs3_manager_delete(tfs3_manager* manager) { delete manager; }

tfs3_error* tfs3_manager_states(const tfs3_manager* manager, tfs3_text** json) {
  return Try([&] {
    *json = new tfs3_text{tfs3::c_api::StatesJson(manager->monitor)};
    return absl::OkStatus();
  });
}

tfs3_error* tfs3_manager_wait_until_available(const tfs3_manager* manager,
                                              const char* servable_name,
                                              int64_t version,
                                              double timeout_seconds) {
  return Try([&] {
    const ServableRequest request =
        version < 0 ? ServableRequest::Latest(servable_name)
                    : ServableRequest::Specific(servable_name, version);
    return manager->monitor.WaitUntilServablesReachState(
        {request}, ServableState::ManagerState::kAvailable,
        absl::Now() + absl::Seconds(timeout_seconds));
  });
}

tfs3_error* tfs3_manager_call(const tfs3_manager* manager, const char* method,
                              const char* path, const char* body,
                              size_t body_size, int32_t* http_status,
                              tfs3_text** answer) {
  return Try([&] {
    auto called =
        tfs3::c_api::CallRest(*manager->lookup, *manager->lookup, method, path,
                              absl::string_view(body, body_size));
    *http_status = called.status;
    *answer = new tfs3_text{std::move(called.body)};
    return absl::OkStatus();
  });
}
