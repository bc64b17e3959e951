// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/health.h"

#include <boost/asio/post.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "tensorflow_serving_s3/model_servers/grpc/call_stream.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_inflater.h"

namespace tfs3::grpc {
namespace {

// HealthCheckResponse.ServingStatus.
enum ServingStatus : char {
  kServing = 1,
  kNotServing = 2,
  kServiceUnknown = 3,
};

constexpr char kCannotParse[] = "the request is not a HealthCheckRequest";

// A serialized HealthCheckResponse.
std::string ResponseOf(ServingStatus status) {
  constexpr char kStatusField = 1 << 3;
  return {kStatusField, status};
}

// Reads a varint and removes it from `bytes`.
std::optional<uint64_t> ReadVarint(std::string_view* bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (bytes->empty()) {
      return std::nullopt;
    }
    const auto byte = static_cast<uint8_t>(bytes->front());
    bytes->remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      return value;
    }
  }
  return std::nullopt;
}

// Returns the value of a field and removes it from `bytes`. The value of a
// field of a fixed or variable size is empty.
std::optional<std::string_view> ReadField(uint64_t wire_type,
                                          std::string_view* bytes) {
  constexpr uint64_t kVarint = 0;
  constexpr uint64_t k64Bits = 1;
  constexpr uint64_t kLength = 2;
  constexpr uint64_t k32Bits = 5;
  uint64_t skipped = 0;
  switch (wire_type) {
    case kVarint:
      if (!ReadVarint(bytes).has_value()) {
        return std::nullopt;
      }
      return std::string_view();
    case k64Bits:
      skipped = 8;
      break;
    case k32Bits:
      skipped = 4;
      break;
    case kLength: {
      const std::optional<uint64_t> size = ReadVarint(bytes);
      if (!size.has_value() || *size > bytes->size()) {
        return std::nullopt;
      }
      const std::string_view value = bytes->substr(0, *size);
      bytes->remove_prefix(*size);
      return value;
    }
    default:
      return std::nullopt;
  }
  if (skipped > bytes->size()) {
    return std::nullopt;
  }
  bytes->remove_prefix(skipped);
  return std::string_view();
}

// Returns the field `service` of a HealthCheckRequest; nullopt if the bytes are
// not valid.
std::optional<std::string> ServiceOf(std::string_view bytes) {
  constexpr uint64_t kServiceTag = 1 << 3 | 2;
  std::string service;
  while (!bytes.empty()) {
    const std::optional<uint64_t> tag = ReadVarint(&bytes);
    if (!tag.has_value() || *tag >> 3 == 0) {
      return std::nullopt;
    }
    const std::optional<std::string_view> value = ReadField(*tag & 7, &bytes);
    if (!value.has_value()) {
      return std::nullopt;
    }
    if (*tag == kServiceTag) {
      service = *value;
    }
  }
  return service;
}

// Waits for changes of one status.
class WatchCall final : public CallStream, public HealthService::Watcher {
 public:
  WatchCall(net::http2::Connection* connection, const CallContext& shared,
            RequestHead head, HealthService* health)
      : CallStream(connection, shared, std::move(head),
                   kShortMessages.max_bytes, &charge_),
        watch_charge_(shared.memory),
        health_(*health),
        self_(std::make_shared<WatchCall*>(this)) {}

  void OnData(std::string_view data) override {
    Consume(data.size());
    while (!data.empty() && phase() == Phase::kReceiving) {
      has_message_ = ReadMessage(&data) || has_message_;
      if (has_message_ && !data.empty()) {
        Refuse({Code::kInvalidArgument,
                head().path() + " takes one request message"});
      }
    }
  }

  void OnHalfClose() override {
    if (!has_message_) {
      Refuse({Code::kInvalidArgument,
              head().path() + " takes one request message; it received none"});
      return;
    }
    std::string message(reader().message());
    if (reader().is_compressed()) {
      Inflated inflated =
          Inflate({{message.data(), message.size()}}, kShortMessages, nullptr);
      if (inflated.error != InflateError::kNone) {
        Refuse({Code::kInternal, "the message cannot be inflated"});
        return;
      }
      message = std::move(inflated.bytes);
    }
    const std::optional<std::string> service = ServiceOf(message);
    if (!service.has_value()) {
      Refuse({Code::kInvalidArgument, kCannotParse});
      return;
    }
    service_ = *service;
    reader().Next();
    // The watch lasts as long as the client wants, here and in watchers_.
    if (!watch_charge_.TryGrow(
            static_cast<int64_t>(sizeof *this + 2 * service_.size()))) {
      Refuse(NoMemoryStatus());
      return;
    }
    is_watching_ = true;
    SetPhase(Phase::kIdle);
    health_.Add(service_, this);
    SendChange();
  }

  void OnBodyPassed() override { SendChange(); }

  void OnServerStops() override {
    SendStatus(
        {Code::kUnavailable, "this server is stopping; call another server"});
  }

  void OnClosed() override {
    *self_ = nullptr;
    if (is_watching_) {
      health_.Remove(service_, this);
    }
    delete this;
  }

  void Notify() override {
    boost::asio::post(connection().loop().io(), [self = self_] {
      if (*self != nullptr) {
        (*self)->SendChange();
        (*self)->connection().FlushSoon();
      }
    });
  }

 private:
  ~WatchCall() override = default;

  // Sends the status if it is new. A client that does not read gets the last
  // one only.
  void SendChange() {
    if (phase() != Phase::kIdle || unsent_bytes() > 0) {
      return;
    }
    const std::optional<bool> serving = health_.Find(service_);
    const ServingStatus status = serving.has_value()
                                     ? (*serving ? kServing : kNotServing)
                                     : kServiceUnknown;
    if (sent_ != status) {
      sent_ = status;
      SendMessage(ResponseOf(status), /*is_compressed=*/false, nullptr);
    }
  }

  RequestMemory::Charge charge_;  // Short messages are not charged.
  RequestMemory::Charge watch_charge_;
  HealthService& health_;
  // Null after OnClosed. Used on the thread of the connection.
  const std::shared_ptr<WatchCall*> self_;
  bool has_message_ = false;
  bool is_watching_ = false;
  std::string service_;
  std::optional<ServingStatus> sent_;
};

}  // namespace

void HealthService::Set(const std::string& service, bool serving) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (is_final_) {
    return;
  }
  statuses_[service] = serving;
  const auto found = watchers_.find(service);
  if (found == watchers_.end()) {
    return;
  }
  for (Watcher* const watcher : found->second) {
    watcher->Notify();
  }
}

void HealthService::SetNothingServing() {
  std::lock_guard<std::mutex> lock(mutex_);
  is_final_ = true;
  for (auto& [service, serving] : statuses_) {
    serving = false;
  }
  for (const auto& [service, watchers] : watchers_) {
    for (Watcher* const watcher : watchers) {
      watcher->Notify();
    }
  }
}

void HealthService::Check(Call call) const {
  std::string message;
  for (const Slice& slice : call.request()) {
    message.append(slice.data, slice.size);
  }
  const std::optional<std::string> service = ServiceOf(message);
  if (!service.has_value()) {
    std::move(call).Finish(Code::kInvalidArgument, kCannotParse, "");
    return;
  }
  const std::optional<bool> serving = Find(*service);
  if (!serving.has_value()) {
    std::move(call).Finish(Code::kNotFound, "service name unknown", "");
    return;
  }
  std::move(call).Finish(Code::kOk, "",
                         ResponseOf(*serving ? kServing : kNotServing));
}

net::http2::Stream* HealthService::NewWatch(net::http2::Connection* connection,
                                            const CallContext& shared,
                                            RequestHead head) {
  return new WatchCall(connection, shared, std::move(head), this);
}

void HealthService::Add(const std::string& service, Watcher* watcher) {
  std::lock_guard<std::mutex> lock(mutex_);
  watchers_[service].insert(watcher);
}

void HealthService::Remove(const std::string& service, Watcher* watcher) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = watchers_.find(service);
  if (found == watchers_.end()) {
    return;
  }
  found->second.erase(watcher);
  if (found->second.empty()) {
    watchers_.erase(found);
  }
}

std::optional<bool> HealthService::Find(const std::string& service) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = statuses_.find(service);
  return found == statuses_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace tfs3::grpc
