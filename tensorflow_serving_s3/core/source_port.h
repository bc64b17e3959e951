// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SOURCE_PORT_H_
#define TENSORFLOW_SERVING_S3_CORE_SOURCE_PORT_H_

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/absl_check.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/source.h"

namespace tfs3 {

// The output of a source adapter or a router: a Source<T> to which its owner
// sends lists.
//
//   SourcePort<std::string> port;
//   port.Send("half", std::move(versions));
//   ConnectSourceToTarget(&port, &target);  // Before or after Send.
//
// Until the port is connected, it stores the newest list of every stream. Send
// may be called from several threads concurrently, but calls for one stream
// must not overlap. The callback is called only inside Send and
// SetAspiredVersionsCallback.
template <typename T>
class SourcePort final : public Source<T> {
 public:
  SourcePort() = default;
  SourcePort(const SourcePort&) = delete;
  SourcePort& operator=(const SourcePort&) = delete;

  void SetAspiredVersionsCallback(
      typename Source<T>::AspiredVersionsCallback callback) override {
    std::lock_guard<std::mutex> lock(mu_);
    ABSL_CHECK(!connected_.load(std::memory_order_relaxed))
        << "The callback of a Source is set for the second time";
    callback_ = std::move(callback);
    // Under the lock, so that a newer list of a stream is sent after this one.
    for (auto& [servable_name, versions] : waiting_) {
      callback_(servable_name, std::move(versions));
    }
    waiting_.clear();
    connected_.store(true, std::memory_order_release);
  }

  void Send(absl::string_view servable_name,
            std::vector<ServableData<T>> versions) {
    if (!connected_.load(std::memory_order_acquire)) {
      std::lock_guard<std::mutex> lock(mu_);
      if (!connected_.load(std::memory_order_relaxed)) {
        waiting_.insert_or_assign(std::string(servable_name),
                                  std::move(versions));
        return;
      }
    }
    callback_(servable_name, std::move(versions));
  }

 private:
  std::mutex mu_;
  // Once true, callback_ does not change and waiting_ is empty.
  std::atomic<bool> connected_{false};
  typename Source<T>::AspiredVersionsCallback callback_;
  std::map<std::string, std::vector<ServableData<T>>> waiting_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SOURCE_PORT_H_
