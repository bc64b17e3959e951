// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/writing/copy_turn.h"

#include <condition_variable>
#include <mutex>

#include "tensorflow_serving_s3/filesystem/s3/base/per_process.h"

namespace tfs3 {
namespace s3 {
namespace {

struct Turns {
  std::mutex mutex;
  std::condition_variable free;
  int taken = 0;
};

Turns& AllTurns() {
  // Never destroyed: files may be closed after main.
  static StaticPerProcess<Turns> turns;
  return turns.get();
}

}  // namespace

CopyTurn::CopyTurn() {
  Turns& turns = AllTurns();
  std::unique_lock<std::mutex> lock(turns.mutex);
  turns.free.wait(lock, [&turns] { return turns.taken < kMost; });
  ++turns.taken;
}

CopyTurn::~CopyTurn() {
  Turns& turns = AllTurns();
  {
    std::lock_guard<std::mutex> lock(turns.mutex);
    --turns.taken;
  }
  turns.free.notify_one();
}

}  // namespace s3
}  // namespace tfs3
