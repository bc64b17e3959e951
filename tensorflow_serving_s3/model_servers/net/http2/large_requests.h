// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_LARGE_REQUESTS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_LARGE_REQUESTS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace tfs3::net::http2 {

// What LargeRequests knows of one request. Streams derive from it.
class LargeRequest {
 public:
  LargeRequest() = default;
  LargeRequest(const LargeRequest&) = delete;
  LargeRequest& operator=(const LargeRequest&) = delete;

  // Returns true from LargeRequests::Begin to End.
  bool is_large() const { return state_ != State::kNone; }
  // Returns true if the client shall not send the request yet.
  bool waits() const { return state_ == State::kWaits; }

 protected:
  ~LargeRequest() = default;

 private:
  friend class LargeRequests;

  enum class State : uint8_t {
    kNone,
    kWaits,
    kAdmitted,
    kSlow,  // Admitted, and holds back no others.
  };

  State state_ = State::kNone;
  size_t bytes_ = 0;
};

// The order in which a client sends the large requests of one connection.
//
// Clients send a part of each of their requests in turn. With many large ones,
// all would be in memory for a long time before the first is complete. So the
// client may send only a few of them; the others wait, and can send only the
// narrow window. When a request is complete, the next ones are admitted, in
// the order in which they arrived.
//
// A client that stops sending what it may send does not block its other
// requests: see OnAllRead.
//
// Not thread-safe.
class LargeRequests {
 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    // Requests wait if a client has more than so many, and together so many
    // bytes, admitted. The windows become narrow when the first one waits.
    uint32_t max_requests = 4;
    uint64_t max_bytes = 4 << 20;
    // Narrow windows, which are also the largest request that is not large.
    // Then one large request is admitted at a time, or several that have
    // together at most narrow_bytes.
    uint32_t narrow_window_bytes = 32 << 10;
    uint64_t narrow_bytes = 1 << 20;
  };

  // Carries out what LargeRequests decides.
  class Windows {
   public:
    // Announces the window of all requests but those with SetWindow. Calls
    // OnAcknowledged later.
    virtual void SetWindows(uint32_t bytes) = 0;
    // Sets the window of one request.
    virtual void SetWindow(LargeRequest* request, size_t bytes) = 0;
    // The request waits no longer.
    virtual void OnWaited(LargeRequest* request) = 0;

   protected:
    ~Windows() = default;
  };

  // How long a client may take to send after its window was opened, before it
  // counts as slower than the server.
  static constexpr std::chrono::milliseconds kResponseTime{20};

  // `window_bytes` is the window of all requests, which was announced.
  // `windows` must outlive this object.
  LargeRequests(const Options& options, uint32_t window_bytes, Windows* windows)
      : options_(options), window_bytes_(window_bytes), windows_(*windows) {}

  // Admits a request of `bytes`, or lets it wait. Only the first call for a
  // request has an effect.
  void Begin(LargeRequest* request, size_t bytes, Clock::time_point now);
  // The request has arrived, or is not needed any more.
  void End(LargeRequest* request, Clock::time_point now);
  // The connection ends: no request waits, and the other functions do nothing.
  void Close();

  // Call this when all is read that the client has sent. If requests wait, and
  // none was admitted for kResponseTime, the client is slower than the server:
  // the admitted requests then hold back no others. Returns true if requests
  // were admitted.
  bool OnAllRead(Clock::time_point now);
  // The client knows the window of SetWindows, or of the constructor.
  void OnAcknowledged();
  // Makes the windows wide if no request waits.
  void Widen();

  // Returns true if requests wait.
  bool any_waits() const { return !waiting_.empty(); }

 private:
  bool HasRoomFor(size_t bytes) const;
  void Admit(LargeRequest* request, Clock::time_point now);
  // Admits those for which there is room.
  void AdmitWaiting(Clock::time_point now);
  // Opens the window of an admitted request, unless an announced window is not
  // acknowledged: the client might apply it to this request later.
  void OpenWindow(LargeRequest* request);
  void SetWindows(bool narrow);

  const Options options_;
  const uint32_t window_bytes_;
  Windows& windows_;
  std::deque<LargeRequest*> waiting_;
  std::vector<LargeRequest*> admitted_;
  // The count and the sum of the admitted requests that hold back others.
  size_t num_holding_ = 0;
  size_t holding_bytes_ = 0;
  Clock::time_point admitted_at_;  // When the last one was admitted.
  bool is_narrow_ = false;
  bool is_closed_ = false;
  int num_unacknowledged_ = 1;
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_LARGE_REQUESTS_H_
