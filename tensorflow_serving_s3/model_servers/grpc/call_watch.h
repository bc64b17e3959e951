// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_WATCH_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_WATCH_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tfs3::grpc {

// The bytes that a connection has moved so far.
struct ConnectionProgress {
  uint64_t received = 0;
  uint64_t acknowledged = 0;
  // Whether bytes have arrived that the server has not read yet.
  bool has_unread = false;
};

// Ends the calls of a server whose client neither sends the rest of its request
// nor takes its answer.
//
//   CallWatch watch(std::chrono::seconds(30));
//   watch.Add(&call);                   // the request begins to arrive
//   if (!watch.BeginHandling(&call)) return;   // it was ended
//   watch.BeginSending(&call, answer_bytes);
//   watch.Remove(&call);                // before its destructor
//
//   watch.Sweep(now, progress_of);      // regularly, on one thread
//
// A call is ended when half of the timeout has passed, and its connection has
// then moved less than 16 KiB a second over another half. An answer may also
// not take longer than the timeout and the time that its bytes take at that
// rate. A call that is handled is never ended.
//
// Thread-safe, but for Sweep. gRPC does not tell how far a message has arrived:
// therefore the watch looks at the connection.
class CallWatch {
 public:
  using Clock = std::chrono::steady_clock;
  // What the connection with that peer has moved; nothing if it is not known.
  using ProgressOf =
      std::function<std::optional<ConnectionProgress>(const std::string& peer)>;

  // A call.
  class Entry {
   public:
    enum class Phase { kReceiving, kHandling, kSending, kEnded };

    // Ends the call, which was in `phase`. Called at most once, by Sweep; must
    // not block. May destroy the call.
    virtual void OnTimeout(Phase phase) = 0;
    // Where the client is, as gRPC writes it.
    virtual std::string WatchedPeer() const = 0;

   protected:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    virtual ~Entry() = default;

   private:
    friend class CallWatch;

    std::atomic<Phase> phase_{Phase::kReceiving};
    // The members below are guarded by the shard's mutex.
    Entry* previous_ = nullptr;
    Entry* next_ = nullptr;
    bool linked_ = false;
    // When the present half of the timeout began.
    Clock::time_point since_;
    bool is_second_half_ = false;
    ConnectionProgress progress_;
    // When an answer must have been taken.
    Clock::time_point deadline_;
  };

  explicit CallWatch(std::chrono::milliseconds timeout);
  CallWatch(const CallWatch&) = delete;
  CallWatch& operator=(const CallWatch&) = delete;

  std::chrono::milliseconds timeout() const { return timeout_; }

  // Returns the time of it, as exact as the kernel's ticks.
  Clock::time_point Add(Entry* call);
  // The request has arrived; false if the call was ended before.
  [[nodiscard]] bool BeginHandling(Entry* call);
  // The answer is on its way.
  void BeginSending(Entry* call, uint64_t bytes);
  // The next message of a stream is awaited.
  void BeginReceiving(Entry* call);
  void Remove(Entry* call);

  void Sweep(Clock::time_point now, const ProgressOf& progress_of);

  // From now on the peers of new calls are kept for TakePeers, or not.
  void KeepPeers(bool keep) { keeps_peers_.store(keep); }
  // The peers of all calls that are under way, and those kept since the last
  // call of this function.
  std::unordered_set<std::string> TakePeers();

  // What the client of each peer with calls can be waited for: kHandling if any
  // of its calls is handled, else kSending if an answer is on its way, else
  // kReceiving.
  std::unordered_map<std::string, Entry::Phase> PhasesByPeer();

 private:
  // Calls in the order of their since_. The mutex is recursive: gRPC may run
  // callbacks, which remove calls, while a call is being ended.
  struct Shard {
    std::recursive_mutex mu;
    Entry* first = nullptr;
    Entry* last = nullptr;
    std::vector<std::string> kept_peers;
  };

  static void Append(Shard* shard, Entry* call);
  static void Unlink(Shard* shard, Entry* call);
  Shard& ShardOf(const Entry* call);
  void Begin(Entry* call, Entry::Phase phase, std::chrono::seconds more_time);
  void SweepShard(Shard* shard, Clock::time_point now,
                  const ProgressOf& progress_of);
  // Whether a call in `phase`, of which a half of the timeout is over, goes on.
  bool GoesOn(Entry* call, Entry::Phase phase, Clock::time_point now,
              const ProgressOf& progress_of) const;

  const std::chrono::milliseconds timeout_;
  std::atomic<bool> keeps_peers_{false};
  std::array<Shard, 16> shards_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_WATCH_H_
