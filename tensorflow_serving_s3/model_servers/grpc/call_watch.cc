// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/call_watch.h"

#include <time.h>

#include <utility>

#include "tensorflow_serving_s3/model_servers/base/transfer_limits.h"

namespace tfs3::grpc {
namespace {

using Phase = CallWatch::Entry::Phase;

// Returns the time of the kernel's last clock tick. Takes a tenth of the time
// of Clock::now().
CallWatch::Clock::time_point CoarseNow() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return CallWatch::Clock::time_point(std::chrono::seconds(time.tv_sec) +
                                      std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace

CallWatch::CallWatch(std::chrono::milliseconds timeout) : timeout_(timeout) {}

CallWatch::Shard& CallWatch::ShardOf(const Entry* call) {
  return shards_[(reinterpret_cast<uintptr_t>(call) >> 6) % shards_.size()];
}

void CallWatch::Append(Shard* shard, Entry* call) {
  call->previous_ = shard->last;
  call->next_ = nullptr;
  (shard->last == nullptr ? shard->first : shard->last->next_) = call;
  shard->last = call;
  call->linked_ = true;
}

void CallWatch::Unlink(Shard* shard, Entry* call) {
  if (!call->linked_) {
    return;
  }
  Entry* const previous = call->previous_;
  Entry* const next = call->next_;
  (previous == nullptr ? shard->first : previous->next_) = next;
  (next == nullptr ? shard->last : next->previous_) = previous;
  call->linked_ = false;
}

CallWatch::Clock::time_point CallWatch::Add(Entry* call) {
  const Clock::time_point now = CoarseNow();
  Shard& shard = ShardOf(call);
  std::lock_guard<std::recursive_mutex> lock(shard.mu);
  call->since_ = now;
  Append(&shard, call);
  if (keeps_peers_.load(std::memory_order_relaxed)) {
    shard.kept_peers.push_back(call->WatchedPeer());
  }
  return now;
}

bool CallWatch::BeginHandling(Entry* call) {
  Phase receiving = Phase::kReceiving;
  return call->phase_.compare_exchange_strong(receiving, Phase::kHandling);
}

void CallWatch::Begin(Entry* call, Phase phase,
                      std::chrono::seconds more_time) {
  const Clock::time_point now = CoarseNow();
  Shard& shard = ShardOf(call);
  std::lock_guard<std::recursive_mutex> lock(shard.mu);
  if (!call->linked_) {
    return;
  }
  Unlink(&shard, call);
  call->phase_ = phase;
  call->since_ = now;
  call->is_second_half_ = false;
  call->deadline_ = now + timeout_ + more_time;
  Append(&shard, call);
}

void CallWatch::BeginSending(Entry* call, uint64_t bytes) {
  Begin(call, Phase::kSending,
        std::chrono::seconds(bytes / kMinBytesPerSecond));
}

void CallWatch::BeginReceiving(Entry* call) {
  Begin(call, Phase::kReceiving, std::chrono::seconds(0));
}

void CallWatch::Remove(Entry* call) {
  Shard& shard = ShardOf(call);
  std::lock_guard<std::recursive_mutex> lock(shard.mu);
  Unlink(&shard, call);
}

void CallWatch::Sweep(Clock::time_point now, const ProgressOf& progress_of) {
  for (Shard& shard : shards_) {
    SweepShard(&shard, now, progress_of);
  }
}

void CallWatch::SweepShard(Shard* shard, Clock::time_point now,
                           const ProgressOf& progress_of) {
  std::lock_guard<std::recursive_mutex> lock(shard->mu);
  // OnTimeout may remove other calls, so each iteration begins at the start of
  // the list.
  while (shard->first != nullptr && shard->first->since_ + timeout_ / 2 < now) {
    Entry* const call = shard->first;
    Phase phase = call->phase_;
    const bool may_continue = MayContinue(call, phase, now, progress_of);
    Unlink(shard, call);
    if (may_continue) {
      call->since_ = now;
      Append(shard, call);
    } else if (call->phase_.compare_exchange_strong(phase, Phase::kEnded)) {
      call->OnTimeout(phase);
    } else {  // BeginHandling ran in the meantime.
      call->since_ = now;
      Append(shard, call);
    }
  }
}

bool CallWatch::MayContinue(Entry* call, Phase phase, Clock::time_point now,
                            const ProgressOf& progress_of) const {
  if (phase == Phase::kHandling) {
    return true;
  }
  if (phase == Phase::kSending && now >= call->deadline_) {
    return false;
  }
  const std::optional<ConnectionProgress> progress =
      progress_of(call->WatchedPeer());
  const ConnectionProgress before =
      std::exchange(call->progress_, progress.value_or(ConnectionProgress()));
  if (!std::exchange(call->is_second_half_, true)) {
    return true;
  }
  if (!progress.has_value()) {
    return false;
  }
  const auto elapsed =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - call->since_);
  const uint64_t enough =
      kMinBytesPerSecond * static_cast<uint64_t>(elapsed.count()) / 1000;
  if (phase == Phase::kSending) {
    return progress->acknowledged - before.acknowledged >= enough;
  }
  return progress->has_unread || progress->received - before.received >= enough;
}

std::unordered_set<std::string> CallWatch::TakePeers() {
  std::unordered_set<std::string> peers;
  for (Shard& shard : shards_) {
    std::lock_guard<std::recursive_mutex> lock(shard.mu);
    for (std::string& peer : shard.kept_peers) {
      peers.insert(std::move(peer));
    }
    shard.kept_peers.clear();
    for (const Entry* call = shard.first; call != nullptr; call = call->next_) {
      peers.insert(call->WatchedPeer());
    }
  }
  return peers;
}

std::unordered_map<std::string, Phase> CallWatch::PhasesByPeer() {
  std::unordered_map<std::string, Phase> phases;
  for (Shard& shard : shards_) {
    std::lock_guard<std::recursive_mutex> lock(shard.mu);
    for (const Entry* call = shard.first; call != nullptr; call = call->next_) {
      const Phase phase = call->phase_;
      const auto [position, is_new] =
          phases.emplace(call->WatchedPeer(), phase);
      if (is_new || position->second == Phase::kHandling) {
        continue;
      }
      if (phase != Phase::kReceiving) {
        position->second = phase;
      }
    }
  }
  return phases;
}

}  // namespace tfs3::grpc
