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

// The bytes that a TCP connection has transferred.
struct ConnectionProgress {
  uint64_t received = 0;
  // The sent bytes that the client's kernel has acknowledged.
  uint64_t acknowledged = 0;
  // The kernel has bytes that the server has not read yet.
  bool has_unread = false;
};

// Ends calls whose client is too slow to send its request or to read its
// response.
//
//   CallWatch watch(std::chrono::seconds(30));
//   watch.Add(&call);                         // The request begins to arrive.
//   if (!watch.BeginHandling(&call)) return;  // The watch has ended the call.
//   watch.BeginSending(&call, answer_bytes);
//   watch.Remove(&call);                      // Before the destructor.
//
//   watch.Sweep(now, progress_of);  // Called regularly by one thread.
//
// A request or a response has one half of the timeout without a condition. In
// each further half its connection must transfer at least 16 KiB a second, or
// the call ends. A response must also arrive within the timeout plus the time
// that its bytes take at 16 KiB a second. A call in the phase kHandling never
// ends.
//
// gRPC does not report how much of a message has arrived, so the watch uses the
// progress of the TCP connection. Thread-safe, except Sweep.
class CallWatch {
 public:
  using Clock = std::chrono::steady_clock;
  // Returns the progress of the connection of a peer; nullopt if the connection
  // is unknown.
  using ProgressOf =
      std::function<std::optional<ConnectionProgress>(const std::string& peer)>;

  // A call.
  class Entry {
   public:
    enum class Phase { kReceiving, kHandling, kSending, kEnded };

    // Ends the call, which was in `phase`. Sweep calls it at most once. Must
    // not block. May destroy the call.
    virtual void OnTimeout(Phase phase) = 0;
    // Returns the client's address in gRPC's format.
    virtual std::string WatchedPeer() const = 0;

   protected:
    Entry() = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    virtual ~Entry() = default;

   private:
    friend class CallWatch;

    std::atomic<Phase> phase_{Phase::kReceiving};
    // Guarded by Shard::mu:
    Entry* previous_ = nullptr;
    Entry* next_ = nullptr;
    bool linked_ = false;
    // The start of the current half of the timeout.
    Clock::time_point since_;
    bool is_second_half_ = false;
    ConnectionProgress progress_;
    // The latest time for the response to arrive.
    Clock::time_point deadline_;
  };

  explicit CallWatch(std::chrono::milliseconds timeout);
  CallWatch(const CallWatch&) = delete;
  CallWatch& operator=(const CallWatch&) = delete;

  std::chrono::milliseconds timeout() const { return timeout_; }

  // Starts to watch a call in the phase kReceiving. Returns the current time,
  // with the precision of the kernel's clock ticks.
  Clock::time_point Add(Entry* call);
  // Starts the phase kHandling. Returns false if the watch has ended the call.
  [[nodiscard]] bool BeginHandling(Entry* call);
  // Starts the phase kSending of a response of `bytes` bytes.
  void BeginSending(Entry* call, uint64_t bytes);
  // Starts the phase kReceiving of the next message of a stream.
  void BeginReceiving(Entry* call);
  // Stops watching a call.
  void Remove(Entry* call);

  // Checks all calls and ends the slow ones.
  void Sweep(Clock::time_point now, const ProgressOf& progress_of);

  // Sets whether the peers of new calls are recorded for TakePeers.
  void RecordTimedOutPeers(bool keep) { keeps_peers_.store(keep); }
  // Returns the peers of all calls that have not ended, and the peers recorded
  // since the last call of this function.
  std::unordered_set<std::string> TakePeers();

  // Returns a phase for each peer with calls: kHandling if one of its calls is
  // in that phase, else kSending if one is, else kReceiving.
  std::unordered_map<std::string, Entry::Phase> PhasesByPeer();

 private:
  // A list of calls, ordered by since_. The mutex is recursive because gRPC may
  // run callbacks that remove calls while OnTimeout runs.
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
  // Returns true if a call in `phase` may continue after a half of the timeout.
  bool MayContinue(Entry* call, Entry::Phase phase, Clock::time_point now,
                   const ProgressOf& progress_of) const;

  const std::chrono::milliseconds timeout_;
  std::atomic<bool> keeps_peers_{false};
  std::array<Shard, 16> shards_;
};

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_CALL_WATCH_H_
