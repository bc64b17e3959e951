// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_HEALTH_REPORTER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_HEALTH_REPORTER_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"

namespace tfs3 {

// Reports the health of the server and its models to a health service. "" and
// the names of the gRPC services are healthy while the server is ready
// (ServerStatus::IsReady). The name of a model is healthy while a version of it
// is available.
//
//   HealthReporter reporter(core.get(), [&](const std::string& service,
//                                           bool serving) {
//     grpc_server->SetServing(service, serving);
//   });
//
// Services() has the names for the start of the gRPC server: no model is
// available then. The constructor calls `report` for all services. Later
// changes call it on any thread, until the destructor returns. `report` must be
// quick.
class HealthReporter {
 public:
  using Report = std::function<void(const std::string& service, bool serving)>;

  HealthReporter(ServerCore* core, Report report);

  // Returns the services that are known with the configuration in force.
  static std::vector<std::string> Services(const ServerCore& core);

 private:
  void ReportServerLocked();
  void ReportModel(const std::string& name);
  void ReportModels(const tensorflow::serving::ModelServerConfig& config);

  ServerCore* const core_;
  const Report report_;
  // Held while a state is read and reported: reports stay in order.
  std::mutex mu_;
  // Last: destroyed before the members that the callbacks use.
  std::unique_ptr<EventBus<ServableState>::Subscription> states_;
  std::unique_ptr<
      EventBus<tensorflow::serving::ModelServerConfig>::Subscription>
      configs_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_HEALTH_REPORTER_H_
