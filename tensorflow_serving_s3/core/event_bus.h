// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_EVENT_BUS_H_
#define TENSORFLOW_SERVING_S3_CORE_EVENT_BUS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace tfs3 {

// Sends events of type `E` to all subscribers.
//
//   EventBus<ServableState> bus;
//   auto subscription = bus.Subscribe([](const ServableState& s) { ... });
//   bus.Publish(state);  // Returns after the callback has returned.
//
// Promises:
//  - Publish is synchronous: it returns after every subscriber has seen the
//    event.
//  - All subscribers see all events in the same order, one at a time.
//  - When a Subscription has been destroyed, its callback is not running and
//    will not run again. Bus and subscriptions may be destroyed in any order.
//  - A callback must be quick, and must not publish, subscribe or unsubscribe
//    on the same bus.
// Thread-safe.
template <typename E>
class EventBus {
  struct State;

 public:
  using Callback = std::function<void(const E& event)>;

  // Ends the subscription when it is destroyed.
  class Subscription {
   public:
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() {
      std::lock_guard<std::mutex> lock(state_->mu);
      state_->callbacks.erase(key_);
    }

   private:
    friend class EventBus;
    Subscription(std::shared_ptr<State> state, int64_t key)
        : state_(std::move(state)), key_(key) {}

    const std::shared_ptr<State> state_;
    const int64_t key_;
  };

  EventBus() : state_(std::make_shared<State>()) {}
  EventBus(const EventBus&) = delete;
  EventBus& operator=(const EventBus&) = delete;

  [[nodiscard]] std::unique_ptr<Subscription> Subscribe(Callback callback) {
    std::lock_guard<std::mutex> lock(state_->mu);
    const int64_t key = state_->next_key++;
    state_->callbacks.emplace(key, std::move(callback));
    return std::unique_ptr<Subscription>(new Subscription(state_, key));
  }

  void Publish(const E& event) {
    std::lock_guard<std::mutex> lock(state_->mu);
    for (const auto& [key, callback] : state_->callbacks) {
      callback(event);
    }
  }

 private:
  struct State {
    std::mutex mu;
    int64_t next_key = 0;
    std::map<int64_t, Callback> callbacks;  // In the order of subscription.
  };

  const std::shared_ptr<State> state_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_EVENT_BUS_H_
