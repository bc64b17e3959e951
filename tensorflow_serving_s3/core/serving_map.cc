// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/serving_map.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/absl_check.h"
#include "tensorflow_serving_s3/core/loader_harness.h"
#include "tensorflow_serving_s3/core/reader_gate.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"

namespace tfs3 {

ServingMap::~ServingMap() {
  for (std::atomic<const Bucket*>& bucket : buckets_) {
    delete bucket.load();
  }
}

size_t ServingMap::BucketOf(const std::string& name) {
  return std::hash<std::string>()(name) % kNumBuckets;
}

const std::vector<LoaderHarness*>* ServingMap::Find(const Bucket* bucket,
                                                    const std::string& name) {
  if (bucket == nullptr) {
    return nullptr;
  }
  for (const Servable& servable : *bucket) {
    if (servable.name == name) {
      return &servable.versions;
    }
  }
  return nullptr;
}

UntypedServableHandle ServingMap::Acquire(
    const ServableRequest& request) const {
  const size_t index = BucketOf(request.name);
  const ReaderGate::Section section(gate_);
  const auto* const versions = Find(buckets_[index].load(), request.name);
  if (versions == nullptr) {
    return UntypedServableHandle();
  }
  for (LoaderHarness* harness : *versions) {
    if (!request.version.has_value() ||
        *request.version == harness->id().version) {
      return harness->Acquire();
    }
  }
  return UntypedServableHandle();
}

std::vector<ServableId> ServingMap::List() const {
  std::vector<ServableId> ids;
  {
    std::lock_guard<std::mutex> lock(writer_mu_);
    for (const std::atomic<const Bucket*>& bucket : buckets_) {
      if (bucket.load() == nullptr) {
        continue;
      }
      for (const Servable& servable : *bucket.load()) {
        for (const LoaderHarness* harness : servable.versions) {
          ids.push_back(harness->id());
        }
      }
    }
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void ServingMap::Add(LoaderHarness* harness) {
  Update(harness->id().name, [harness](std::vector<LoaderHarness*>& versions) {
    const auto position =
        std::find_if(versions.begin(), versions.end(),
                     [harness](const LoaderHarness* other) {
                       return other->id().version < harness->id().version;
                     });
    versions.insert(position, harness);
  });
}

void ServingMap::Remove(LoaderHarness* harness) {
  Update(harness->id().name, [harness](std::vector<LoaderHarness*>& versions) {
    const auto position = std::find(versions.begin(), versions.end(), harness);
    ABSL_CHECK(position != versions.end())
        << harness->id() << " is not in the serving map";
    versions.erase(position);
  });
}

void ServingMap::Replace(LoaderHarness* harness, LoaderHarness* next) {
  Update(harness->id().name, [harness,
                              next](std::vector<LoaderHarness*>& versions) {
    const auto position = std::find(versions.begin(), versions.end(), harness);
    ABSL_CHECK(position != versions.end() && harness->id() == next->id())
        << harness->id() << " is not in the serving map and cannot be replaced "
        << "by " << next->id();
    *position = next;
  });
}

void ServingMap::Update(
    const std::string& name,
    const std::function<void(std::vector<LoaderHarness*>&)>& change) {
  std::lock_guard<std::mutex> lock(writer_mu_);
  std::atomic<const Bucket*>& bucket = buckets_[BucketOf(name)];
  auto next = std::make_unique<Bucket>();
  Servable changed{name, {}};
  if (bucket.load() != nullptr) {
    for (const Servable& servable : *bucket.load()) {
      if (servable.name == name) {
        changed.versions = servable.versions;
      } else {
        next->push_back(servable);
      }
    }
  }
  change(changed.versions);
  if (!changed.versions.empty()) {
    next->push_back(std::move(changed));
  }
  const std::unique_ptr<const Bucket> old(
      bucket.exchange(next->empty() ? nullptr : next.release()));
  // After this no reader uses `old`.
  if (old != nullptr) {
    gate_.WaitForReaders();
  }
}

}  // namespace tfs3
