// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/methods.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/absl_log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model_management.pb.h"
#include "tensorflow_serving_s3/model_servers/base/metric_counters.h"
#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"
#include "tensorflow_serving_s3/model_servers/grpc/exchange.h"

namespace tfs3::grpc {
namespace {

using tensorflow::serving::GetModelStatusRequest;
using tensorflow::serving::GetModelStatusResponse;
using tensorflow::serving::ReloadConfigRequest;
using tensorflow::serving::ReloadConfigResponse;

// How many reloads may run at a time.
constexpr int kReloadThreads = 16;

// A reload ends so long before the caller's deadline. So the caller gets the
// server's error, which has more details than its own DEADLINE_EXCEEDED.
constexpr absl::Duration kResponseTime = absl::Milliseconds(100);

MethodName NameOf(const char* api) {
  return {api, absl::StrCat("/tensorflow.serving.ModelService/", api)};
}

Handler GetModelStatusMethod(const ModelLookup* lookup,
                             RequestObserver* observer) {
  auto name = std::make_shared<const MethodName>(NameOf("GetModelStatus"));
  return [=](Call call) {
    Exchange exchange(call, name.get(), observer);
    GetModelStatusRequest request;
    absl::Status status = exchange.Parse(call, &request);
    if (status.ok() && !request.has_model_spec()) {
      status = NoModelSpecError();
    }
    if (!status.ok()) {
      return exchange.Respond(std::move(call), status);
    }
    exchange.SetModel(&request.model_spec());
    const absl::StatusOr<GetModelStatusResponse> response =
        lookup->GetModelStatus(request.model_spec());
    if (!response.ok()) {
      return exchange.Respond(std::move(call), response.status());
    }
    exchange.Respond(std::move(call), *response);
  };
}

// Applies the configuration. Writes the increase of each requested metric to
// `response`.
absl::Status ReloadConfig(ConfigReloader* reloader, const Call& call,
                          const ReloadConfigRequest& request,
                          ReloadConfigResponse* response) {
  const std::vector<std::string> names(request.metric_names().begin(),
                                       request.metric_names().end());
  const absl::StatusOr<std::vector<int64_t>> before = ReadMetricCounters(names);
  if (!before.ok()) {
    return before.status();
  }
  if (call.cancelled()) {
    return absl::CancelledError(
        "the client cancelled the call while it waited for a thread");
  }
  if (absl::Status status = reloader->ReloadConfig(
          request.config(), DeadlineOf(call) - kResponseTime,
          [&call] { return call.cancelled(); });
      !status.ok()) {
    return status;
  }
  const absl::StatusOr<std::vector<int64_t>> after = ReadMetricCounters(names);
  if (!after.ok()) {
    return after.status();
  }
  for (size_t i = 0; i < names.size(); ++i) {
    auto* metric = response->add_metric();
    metric->set_name(names[i]);
    metric->set_int64_value_increase((*after)[i] - (*before)[i]);
  }
  response->mutable_status();  // OK; some clients require the field.
  return absl::OkStatus();
}

Handler ReloadConfigMethod(ConfigReloader* reloader,
                           RequestObserver* observer) {
  auto name =
      std::make_shared<const MethodName>(NameOf("HandleReloadConfigRequest"));
  const auto respond = [=](const Exchange& exchange, Call call) {
    ReloadConfigRequest request;
    ReloadConfigResponse response;
    absl::Status status = exchange.Parse(call, &request);
    if (status.ok()) {
      status = ReloadConfig(reloader, call, request, &response);
    }
    if (!status.ok()) {
      ABSL_LOG(ERROR) << "HandleReloadConfigRequest: " << status;
      return exchange.Respond(std::move(call), status);
    }
    exchange.Respond(std::move(call), response);
  };
  auto threads = std::make_shared<WorkerPool>(kReloadThreads);
  return [=](Call call) {
    // Shared because std::function must be copyable.
    auto exchange =
        std::make_shared<const Exchange>(call, name.get(), observer);
    auto shared = std::make_shared<Call>(std::move(call));
    threads->Run([=] { respond(*exchange, std::move(*shared)); });
  };
}

}  // namespace

MethodTable MakeMethods(const ModelLookup* lookup, ConfigReloader* reloader,
                        const ModelMethodOptions& options) {
  MethodTable methods = MakeModelMethods(lookup, options);
  methods["/tensorflow.serving.ModelService/GetModelStatus"] =
      GetModelStatusMethod(lookup, options.observer);
  methods["/tensorflow.serving.ModelService/HandleReloadConfigRequest"] =
      ReloadConfigMethod(reloader, options.observer);
  return methods;
}

}  // namespace tfs3::grpc
