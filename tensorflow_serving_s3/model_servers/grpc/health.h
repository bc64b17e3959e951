// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_HEALTH_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_HEALTH_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/grpc/call_context.h"
#include "tensorflow_serving_s3/model_servers/grpc/request_head.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"
#include "tensorflow_serving_s3/model_servers/net/http2/connection.h"

namespace tfs3::grpc {

// The service grpc.health.v1.Health: the status of each service, and the calls
// that ask for it.
//
//   HealthService health;
//   health.Set("half", true);
//   methods["/grpc.health.v1.Health/Check"] = [&](Call call) {
//     health.Check(std::move(call));
//   };
//
// Thread-safe. Must outlive the calls.
class HealthService {
 public:
  static constexpr char kCheck[] = "/grpc.health.v1.Health/Check";
  static constexpr char kWatch[] = "/grpc.health.v1.Health/Watch";

  // The status of the whole server is NOT_SERVING until it is set.
  HealthService() { statuses_[""] = false; }
  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  void Set(const std::string& service, bool serving);
  // Sets the status of every service to NOT_SERVING; later calls of Set have no
  // effect.
  void SetNothingServing();

  // Answers a call of Check.
  void Check(Call call) const;
  // Makes a call of Watch, which deletes itself.
  net::http2::Stream* NewWatch(net::http2::Connection* connection,
                               const CallContext& shared, RequestHead head);

  // For the calls of Watch: calls Notify when the status of `service` changes.
  class Watcher {
   public:
    // Called under a lock, on any thread.
    virtual void Notify() = 0;

   protected:
    ~Watcher() = default;
  };
  void Add(const std::string& service, Watcher* watcher);
  void Remove(const std::string& service, Watcher* watcher);
  // Returns whether a service is serving; nullopt if its status was never set.
  std::optional<bool> Find(const std::string& service) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, bool> statuses_;
  std::map<std::string, std::set<Watcher*>> watchers_;
  bool is_final_ = false;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_HEALTH_H_
