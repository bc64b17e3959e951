// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_HEALTH_REPORTER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_HEALTH_REPORTER_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/event_bus.h"
#include "tensorflow_serving_s3/core/servable_state.h"
#include "tensorflow_serving_s3/model_servers/server_core.h"

namespace tfs3 {

// Tells a health service what is being served: "" and the names of the gRPC
// services as the server is ready (ServerStatus::IsReady), and the name of
// every model as a version of it is available.
//
//   HealthReporter reporter(core.get(), [&](const std::string& service,
//                                           bool serving) {
//     grpc_server->SetServing(service, serving);
//   });
//
// `report` is called at once for all that is configured and then at every
// change, on any thread, and must be quick; not any more when the destructor
// has returned.
class HealthReporter {
 public:
  using Report = std::function<void(const std::string& service, bool serving)>;

  HealthReporter(ServerCore* core, Report report);

 private:
  void ReportServerLocked();
  void ReportModel(const std::string& name);
  void ReportModels(const tensorflow::serving::ModelServerConfig& config);

  ServerCore* const core_;
  const Report report_;
  // Held from looking at a state until it is reported, so that none overtakes a
  // newer one.
  std::mutex mu_;
  // Last, so that events stop before anything else goes.
  std::unique_ptr<EventBus<ServableState>::Subscription> states_;
  std::unique_ptr<
      EventBus<tensorflow::serving::ModelServerConfig>::Subscription>
      configs_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_HEALTH_REPORTER_H_
