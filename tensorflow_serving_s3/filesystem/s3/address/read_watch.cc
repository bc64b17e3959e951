// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"

#include <algorithm>
#include <mutex>

namespace tfs3 {
namespace s3 {
namespace {

struct Watched {
  std::string bucket;
  std::string prefix;
  ReadWatch::Counter counter;
};

// One entry for each running load: few enough for a linear search. The counter
// avoids the lock if there are none.
std::atomic<size_t> num_watched{0};
std::mutex mutex;
std::vector<Watched>& watched = *new std::vector<Watched>();

}  // namespace

ReadWatch::ReadWatch(const std::string& directory)
    : counter_(std::make_shared<std::atomic<uint64_t>>(0)) {
  const Result<S3Uri> uri = ParseUri(directory);
  if (!uri.ok()) {
    return;
  }
  std::lock_guard<std::mutex> lock(mutex);
  watched.push_back({uri->bucket, DirectoryPrefix(uri->key), counter_});
  num_watched = watched.size();
}

ReadWatch::~ReadWatch() {
  std::lock_guard<std::mutex> lock(mutex);
  watched.erase(std::remove_if(
                    watched.begin(), watched.end(),
                    [this](const Watched& w) { return w.counter == counter_; }),
                watched.end());
  num_watched = watched.size();
}

std::vector<ReadWatch::Counter> WatchesOf(const S3Uri& object) {
  std::vector<ReadWatch::Counter> counters;
  if (num_watched == 0) {
    return counters;
  }
  std::lock_guard<std::mutex> lock(mutex);
  for (const Watched& w : watched) {
    if (w.bucket == object.bucket &&
        object.key.compare(0, w.prefix.size(), w.prefix) == 0) {
      counters.push_back(w.counter);
    }
  }
  return counters;
}

bool IsWatched(const S3Uri& object) { return !WatchesOf(object).empty(); }

}  // namespace s3
}  // namespace tfs3
