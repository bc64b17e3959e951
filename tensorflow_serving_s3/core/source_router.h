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

// Splits what one source aspires to over several targets: a Target<T> with N
// output ports, each of them a Source<T>. Every stream (all versions of one
// servable name) goes to one port.
//
//   ConnectSourceToTarget(&paths, &router);
//   ConnectSourceToTarget(router.GetOutputPorts()[0], &saved_models);
//   ConnectSourceToTarget(router.GetOutputPorts()[1], &others);
//
// Promises:
//  - When a stream goes to another port than before, the old port first gets
//    an empty list for it, so that nothing of it is left loaded there.
//  - A stream without a port goes nowhere, which is logged once.
//  - What comes before a port is connected waits (the newest list of every
//    stream); ports may be connected in any order, and not at all.
//  - Different streams do not wait for each other.
//
// Thread-safe. A subclass says where streams go. The destructor of the most
// derived class must call Detach() first. A target must not call back into the
// router from its SetAspiredVersions.
template <typename T>
class SourceRouter : public TargetBase<T> {
 public:
  // Owned by the router, and all the same during its life.
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

  // The port for a stream, from 0; nothing, or a number that is no port's, if
  // it goes nowhere. Called from several threads at once.
  virtual std::optional<int> Route(
      absl::string_view servable_name,
      const std::vector<ServableData<T>>& versions) = 0;

  void SetAspiredVersions(absl::string_view servable_name,
                          std::vector<ServableData<T>> versions) final {
    while (true) {
      const std::shared_ptr<Stream> stream = FindStream(servable_name);
      std::lock_guard<std::mutex> lock(stream->mu);
      if (stream->forgotten) continue;  // A newer one has taken its place.
      const bool ends = versions.empty();
      if constexpr (std::is_copy_constructible_v<T>) stream->last = versions;
      DeliverLocked(servable_name, *stream, std::move(versions));
      if (ends) ForgetLocked(servable_name, *stream);
      return;
    }
  }

  // Asks Route again for every stream that has come, and moves those of which
  // the port has changed with the newest list that came. All are where they
  // belong when it returns.
  void Reroute() {
    static_assert(std::is_copy_constructible_v<T>,
                  "Only data that can be copied can be sent again");
    std::map<std::string, std::shared_ptr<Stream>, std::less<>> streams;
    {
      std::lock_guard<std::mutex> lock(mu_);
      streams = streams_;
    }
    for (const auto& [servable_name, stream] : streams) {
      std::lock_guard<std::mutex> lock(stream->mu);
      if (stream->forgotten || !stream->came) continue;
      if (PortOf(servable_name, stream->last) == stream->port) continue;
      DeliverLocked(servable_name, *stream, stream->last);
    }
  }

 private:
  // One servable name. `mu` is held while its lists are sent, so that they
  // arrive in their order.
  struct Stream {
    std::mutex mu;
    bool came = false;                  // Whether a list has come.
    std::optional<size_t> port;         // Where the last list went.
    bool logged = false;                // That it goes nowhere.
    bool forgotten = false;             // Not in streams_ any more.
    std::vector<ServableData<T>> last;  // Empty if T cannot be copied.
  };

  std::shared_ptr<Stream> FindStream(absl::string_view servable_name) {
    std::lock_guard<std::mutex> lock(mu_);
    const auto position = streams_.find(servable_name);
    if (position != streams_.end()) return position->second;
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
    stream.came = true;
    stream.port = port;
    if (port.has_value()) {
      ports_[*port]->Send(servable_name, std::move(versions));
    } else if (!versions.empty() && !stream.logged) {
      stream.logged = true;
      LOG(WARNING) << "No route leads anywhere for the servable "
                   << servable_name << "; none of its versions is loaded";
    }
  }

  std::vector<std::unique_ptr<SourcePort<T>>> ports_;
  std::mutex mu_;
  // Guarded by mu_. Those that ended with an empty list are not kept.
  std::map<std::string, std::shared_ptr<Stream>, std::less<>> streams_;
};

// Routes by parts of names, fixed once and for all: the servables whose name
// contains substrings[i] go to port i (the first that matches counts), all
// others to one more port, the last.
//
//   StaticSourceRouter<StoragePath> router({"half", "third"});  // 3 ports
template <typename T>
class StaticSourceRouter final : public SourceRouter<T> {
 public:
  explicit StaticSourceRouter(std::vector<std::string> substrings)
      : SourceRouter<T>(static_cast<int>(substrings.size()) + 1),
        substrings_(std::move(substrings)) {}
  ~StaticSourceRouter() override { this->Detach(); }

 protected:
  std::optional<int> Route(
      absl::string_view servable_name,
      const std::vector<ServableData<T>>& /*versions*/) override {
    int port = 0;
    for (const std::string& substring : substrings_) {
      if (absl::StrContains(servable_name, substring)) return port;
      ++port;
    }
    return port;
  }

 private:
  const std::vector<std::string> substrings_;
};

// Routes by a map from servable names to ports that can be changed while it
// runs. The last port is for the names that are not in the map.
//
//   auto router = DynamicSourceRouter<StoragePath>::Create(3, {{"half", 0}});
//   (*router)->UpdateRoutes({{"half", 1}});  // "half" has moved
//
// T must be copyable: the newest list of every stream is kept, to be sent to
// another port when the routes change.
template <typename T>
class DynamicSourceRouter final : public SourceRouter<T> {
 public:
  using Routes = std::map<std::string, int, std::less<>>;

  // INVALID_ARGUMENT if there is no port, or a route as in UpdateRoutes.
  static absl::StatusOr<std::unique_ptr<DynamicSourceRouter>> Create(
      int num_ports, Routes routes) {
    if (num_ports < 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "A DynamicSourceRouter of ", num_ports,
          " ports; it needs at least the one for names without a route"));
    }
    const absl::Status valid = Validate(num_ports, routes);
    if (!valid.ok()) return valid;
    return std::unique_ptr<DynamicSourceRouter>(
        new DynamicSourceRouter(num_ports, std::move(routes)));
  }

  ~DynamicSourceRouter() override { this->Detach(); }

  // Replaces all routes. When it returns, every stream has been sent to the
  // port that is now its own. INVALID_ARGUMENT, and nothing changes, if a route
  // leads to a number that is no port or to the last port.
  absl::Status UpdateRoutes(Routes routes) {
    const absl::Status valid = Validate(num_ports_, routes);
    if (!valid.ok()) return valid;
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
            "The route of the servable ", servable_name, " leads to port ",
            port, "; the ports are 0 to ", num_ports - 1));
      }
      if (port == num_ports - 1) {
        return absl::InvalidArgumentError(absl::StrCat(
            "The route of the servable ", servable_name, " leads to port ",
            port,
            ", the last one, which is for names without a route; leave "
            "the route out"));
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
