// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/profiler_methods.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/worker_pool.h"
#include "tensorflow_serving_s3/model_servers/grpc/exchange.h"
#include "tensorflow_serving_s3/proto/tensorflow_compat.h"
#include "tsl/profiler/lib/profiler_session.h"
#include "tsl/profiler/protobuf/profiler_service.pb.h"
#include "tsl/profiler/protobuf/xplane.pb.h"
#include "xla/tsl/profiler/rpc/client/save_profile.h"

namespace tfs3::grpc {
namespace {

using tensorflow::ProfileRequest;
using tensorflow::ProfileResponse;
using tensorflow::TerminateRequest;
using tensorflow::TerminateResponse;
using tsl::ProfilerSession;

using Clock = std::chrono::steady_clock;

// Two threads: TensorFlow refuses a second profile at the same time, and that
// answer does not have to wait for the first profile.
constexpr int kThreads = 2;

constexpr std::chrono::milliseconds kLongestProfile = std::chrono::minutes(10);

// How often Profile checks whether the client has cancelled the call.
constexpr std::chrono::milliseconds kCheckPeriod(100);

class Profiler {
 public:
  explicit Profiler(const RequestGate* gate) : gate_(gate) {}

  absl::Status Profile(const ProfileRequest& request, const Call& call,
                       ProfileResponse* response) {
    if (request.duration_ms() == 0) {
      return absl::InvalidArgumentError(
          "duration_ms is not set; set it to the milliseconds to profile");
    }
    if (request.duration_ms() > kLongestProfile.count()) {
      return absl::InvalidArgumentError(
          absl::StrCat("duration_ms is ", request.duration_ms(),
                       "; profile for ", kLongestProfile.count(),
                       " ms at most, because the recorded data stays in memory "
                       "until the end"));
    }
    if (request.repository_root().empty() && !EmitXspace(request)) {
      return absl::InvalidArgumentError(
          "repository_root is not set; set it to the folder for the profile, "
          "which the server must be able to write to");
    }
    const std::unique_ptr<ProfilerSession> session =
        ProfilerSession::Create(request.opts());
    if (absl::Status status = session->Status(); !status.ok()) {
      return status;
    }
    AwaitEnd(request, call);
    tensorflow::profiler::XSpace space;
    if (absl::Status status = session->CollectData(&space); !status.ok()) {
      return status;
    }
    response->set_empty_trace(space.planes().empty());
    if (EmitXspace(request)) {
      SetXspace(response, std::move(space));
      return absl::OkStatus();
    }
    const absl::Status saved = tsl::profiler::SaveXSpace(
        request.repository_root(), request.session_id(), request.host_name(),
        space);
    if (saved.ok()) {
      return saved;
    }
    return absl::Status(
        saved.code(),
        absl::StrCat("cannot write the profile to ", request.repository_root(),
                     ": ", saved.message()));
  }

  void Terminate(const std::string& session_id) {
    std::lock_guard<std::mutex> lock(mu_);
    if (sessions_.count(session_id) > 0) {
      terminated_.insert(session_id);
    }
    changed_.notify_all();
  }

 private:
  void AwaitEnd(const ProfileRequest& request, const Call& call) {
    const auto end =
        Clock::now() + std::chrono::milliseconds(request.duration_ms());
    std::unique_lock<std::mutex> lock(mu_);
    sessions_.insert(request.session_id());
    while (Clock::now() < end && !call.cancelled() && !IsStopping() &&
           terminated_.count(request.session_id()) == 0) {
      changed_.wait_until(lock, std::min(end, Clock::now() + kCheckPeriod));
    }
    terminated_.erase(request.session_id());
    sessions_.erase(request.session_id());
  }

  // A server that stops waits for the calls in its gate.
  bool IsStopping() const { return gate_ != nullptr && gate_->closed(); }

  const RequestGate* const gate_;
  std::mutex mu_;
  std::condition_variable changed_;
  // Guarded by mu_.
  std::set<std::string> sessions_;
  std::set<std::string> terminated_;
};

// The methods have no RequestObserver: profiles are not requests to a model.
std::shared_ptr<const MethodName> NameOf(const char* api) {
  return std::make_shared<const MethodName>(
      MethodName{api, absl::StrCat("/tensorflow.ProfilerService/", api)});
}

}  // namespace

MethodTable MakeProfilerMethods(const RequestGate* gate) {
  auto profiler = std::make_shared<Profiler>(gate);
  auto threads = std::make_shared<WorkerPool>(kThreads);
  MethodTable methods;
  auto profile = NameOf("Profile");
  methods[profile->full] = [=](Call call) {
    // Shared because std::function must be copyable.
    auto shared = std::make_shared<Call>(std::move(call));
    threads->Run([=] {
      const Exchange exchange(*shared, profile.get(), /*observer=*/nullptr);
      ProfileRequest request;
      ProfileResponse response;
      absl::Status status = exchange.Parse(*shared, &request);
      if (status.ok()) {
        status = profiler->Profile(request, *shared, &response);
      }
      if (!status.ok()) {
        return exchange.Answer(std::move(*shared), status);
      }
      exchange.Answer(std::move(*shared), response);
    });
  };
  auto terminate = NameOf("Terminate");
  methods[terminate->full] = [=](Call call) {
    const Exchange exchange(call, terminate.get(), /*observer=*/nullptr);
    TerminateRequest request;
    absl::Status status = exchange.Parse(call, &request);
    if (!status.ok()) {
      return exchange.Answer(std::move(call), status);
    }
    profiler->Terminate(request.session_id());
    exchange.Answer(std::move(call), TerminateResponse());
  };
  auto monitor = NameOf("Monitor");
  methods[monitor->full] = [=](Call call) {
    const Exchange exchange(call, monitor.get(), /*observer=*/nullptr);
    exchange.Answer(
        std::move(call),
        absl::UnimplementedError(
            "Monitor is not implemented, like in TensorFlow; capture a "
            "profile, or read the metrics of the REST port"));
  };
  return methods;
}

}  // namespace tfs3::grpc
