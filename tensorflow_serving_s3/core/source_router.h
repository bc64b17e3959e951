// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SOURCE_ROUTER_H_
#define TENSORFLOW_SERVING_S3_CORE_SOURCE_ROUTER_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/source.h"
#include "tensorflow_serving_s3/core/source_port.h"
#include "tensorflow_serving_s3/core/target.h"

namespace tfs3 {

// Distributes the streams of one source to several targets: a Target<T> with N
// output ports, each of which is a Source<T>. A stream (all versions of one
// servable name) is sent to one port.
//
//   ConnectSourceToTarget(&paths, &router);
//   ConnectSourceToTarget(router.GetOutputPorts()[0], &saved_models);
//   ConnectSourceToTarget(router.GetOutputPorts()[1], &others);
//
// Promises:
//  - When the port of a stream changes, the old port first gets an empty list,
//    so that its target unloads the stream.
//  - A stream without a port is dropped. This is logged once.
//  - Until a port is connected, it stores the newest list of every stream.
//  Ports
//    may be connected in any order, or not at all.
//  - Different streams do not wait for each other.
//
// Thread-safe. A subclass implements Route. The destructor of the most derived
// class must call Detach() first. SetAspiredVersions of a target must not call
// the router.
template <typename T>
class SourceRouter : public TargetBase<T> {
 public:
  // The ports. They are owned by the router and do not change.
  std::vector<Source<T>*> GetOutputPorts() {
    std::vector<Source<T>*> ports;
    for (const std::unique_ptr<SourcePort<T>>& port : ports_) {
      ports.push_back(port.get());
    }
    return ports;
  }

 protected:
  explicit SourceRouter(int num_ports) {
    for (int i = 0; i < num_ports; ++i) {
      ports_.push_back(std::make_unique<SourcePort<T>>());
    }
  }

  // Returns the index of the port for a stream; nothing, or an index that is
  // not valid, to drop the stream. Called from several threads concurrently.
  virtual std::optional<int> Route(
      absl::string_view servable_name,
      const std::vector<ServableData<T>>& versions) = 0;

  void SetAspiredVersions(absl::string_view servable_name,
                          std::vector<ServableData<T>> versions) final {
    while (true) {
      const std::shared_ptr<Stream> stream = FindStream(servable_name);
      std::lock_guard<std::mutex> lock(stream->mu);
      if (stream->forgotten) {
        continue;  // Removed since FindStream.
      }
      const bool ends = versions.empty();
      if constexpr (std::is_copy_constructible_v<T>) {
        stream->last = versions;
      }
      DeliverLocked(servable_name, *stream, std::move(versions));
      if (ends) {
        ForgetLocked(servable_name, *stream);
      }
      return;
    }
  }

  // Calls Route again for every stream. If its port has changed, sends the
  // newest list to the new port. All streams are moved when this returns.
  void Reroute() {
    static_assert(std::is_copy_constructible_v<T>,
                  "Reroute needs copyable data");
    std::map<std::string, std::shared_ptr<Stream>, std::less<>> streams;
    {
      std::lock_guard<std::mutex> lock(mu_);
      streams = streams_;
    }
    for (const auto& [servable_name, stream] : streams) {
      std::lock_guard<std::mutex> lock(stream->mu);
      if (stream->forgotten || !stream->has_list) {
        continue;
      }
      if (PortOf(servable_name, stream->last) == stream->port) {
        continue;
      }
      DeliverLocked(servable_name, *stream, stream->last);
    }
  }

 private:
  // One servable name. `mu` is held while a list is sent, so that lists are
  // sent in their order.
  struct Stream {
    std::mutex mu;
    bool has_list = false;
    std::optional<size_t> port;         // The port of the last list.
    bool logged = false;                // Whether a dropped list was logged.
    bool forgotten = false;             // Removed from streams_.
    std::vector<ServableData<T>> last;  // Empty if T cannot be copied.
  };

  std::shared_ptr<Stream> FindStream(absl::string_view servable_name) {
    std::lock_guard<std::mutex> lock(mu_);
    const auto position = streams_.find(servable_name);
    if (position != streams_.end()) {
      return position->second;
    }
    return streams_
        .emplace(std::string(servable_name), std::make_shared<Stream>())
        .first->second;
  }

  void ForgetLocked(absl::string_view servable_name, Stream& stream) {
    stream.forgotten = true;
    std::lock_guard<std::mutex> lock(mu_);
    streams_.erase(streams_.find(servable_name));
  }

  std::optional<size_t> PortOf(absl::string_view servable_name,
                               const std::vector<ServableData<T>>& versions) {
    const std::optional<int> port = Route(servable_name, versions);
    if (!port.has_value() || *port < 0 ||
        static_cast<size_t>(*port) >= ports_.size()) {
      return std::nullopt;
    }
    return static_cast<size_t>(*port);
  }

  void DeliverLocked(absl::string_view servable_name, Stream& stream,
                     std::vector<ServableData<T>> versions) {
    const std::optional<size_t> port = PortOf(servable_name, versions);
    if (stream.port.has_value() && stream.port != port) {
      ports_[*stream.port]->Send(servable_name, {});
    }
    stream.has_list = true;
    stream.port = port;
    if (port.has_value()) {
      ports_[*port]->Send(servable_name, std::move(versions));
    } else if (!versions.empty() && !stream.logged) {
      stream.logged = true;
      LOG(WARNING) << "There is no route for the servable " << servable_name
                   << "; none of its versions is loaded";
    }
  }

  std::vector<std::unique_ptr<SourcePort<T>>> ports_;
  std::mutex mu_;
  // Guarded by mu_. A stream is removed after an empty list.
  std::map<std::string, std::shared_ptr<Stream>, std::less<>> streams_;
};

// Routes by a map from servable names to ports, which can be replaced at any
// time. Names that are not in the map are sent to the last port.
//
//   auto router = DynamicSourceRouter<StoragePath>::Create(3, {{"half", 0}});
//   (*router)->UpdateRoutes({{"half", 1}});  // Moves "half".
//
// T must be copyable: the router keeps the newest list of every stream and
// sends it to the new port when the route changes.
template <typename T>
class DynamicSourceRouter final : public SourceRouter<T> {
 public:
  using Routes = std::map<std::string, int, std::less<>>;

  // INVALID_ARGUMENT if `num_ports` is below 1, or as in UpdateRoutes.
  static absl::StatusOr<std::unique_ptr<DynamicSourceRouter>> Create(
      int num_ports, Routes routes) {
    if (num_ports < 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "A DynamicSourceRouter has ", num_ports,
          " ports; it needs at least the port for names without a route"));
    }
    const absl::Status valid = Validate(num_ports, routes);
    if (!valid.ok()) {
      return valid;
    }
    return std::unique_ptr<DynamicSourceRouter>(
        new DynamicSourceRouter(num_ports, std::move(routes)));
  }

  ~DynamicSourceRouter() override { this->Detach(); }

  // Replaces all routes. When it returns, every stream has been sent to its new
  // port. INVALID_ARGUMENT, and nothing changes, if a route has an invalid port
  // or the last port.
  absl::Status UpdateRoutes(Routes routes) {
    const absl::Status valid = Validate(num_ports_, routes);
    if (!valid.ok()) {
      return valid;
    }
    {
      std::lock_guard<std::mutex> lock(routes_mu_);
      routes_ = std::move(routes);
    }
    this->Reroute();
    return absl::OkStatus();
  }

  Routes GetRoutes() const {
    std::lock_guard<std::mutex> lock(routes_mu_);
    return routes_;
  }

 protected:
  std::optional<int> Route(
      absl::string_view servable_name,
      const std::vector<ServableData<T>>& /*versions*/) override {
    std::lock_guard<std::mutex> lock(routes_mu_);
    const auto route = routes_.find(servable_name);
    return route == routes_.end() ? num_ports_ - 1 : route->second;
  }

 private:
  DynamicSourceRouter(int num_ports, Routes routes)
      : SourceRouter<T>(num_ports),
        num_ports_(num_ports),
        routes_(std::move(routes)) {}

  static absl::Status Validate(int num_ports, const Routes& routes) {
    for (const auto& [servable_name, port] : routes) {
      if (port < 0 || port >= num_ports) {
        return absl::InvalidArgumentError(absl::StrCat(
            "The route of the servable ", servable_name, " has port ", port,
            "; the ports are 0 to ", num_ports - 1));
      }
      if (port == num_ports - 1) {
        return absl::InvalidArgumentError(absl::StrCat(
            "The route of the servable ", servable_name, " has port ", port,
            ", the last one, which is for names without a route; omit the "
            "route"));
      }
    }
    return absl::OkStatus();
  }

  const int num_ports_;
  mutable std::mutex routes_mu_;
  Routes routes_;  // Guarded by routes_mu_.
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SOURCE_ROUTER_H_
