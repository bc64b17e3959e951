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

// A hash table with chains. Readers follow links inside a section of the gate.
// A writer makes a new node for the servable that it changes, points the one
// link that led to the old node at it, and waits for the readers before it
// frees the old one. When the names outgrow the buckets, all nodes are copied
// into a table of twice the size, which is seldom.

namespace tfs3 {
namespace {

constexpr size_t kFirstNumBuckets = 16;

}  // namespace

ServingMap::Table::~Table() {
  for (Link& bucket : buckets) {
    Node* node = bucket.load();
    while (node != nullptr) {
      const std::unique_ptr<Node> owned(node);
      node = owned->next.load();
    }
  }
}

ServingMap::ServingMap() : table_(new Table(kFirstNumBuckets)) {}

ServingMap::~ServingMap() { delete table_.load(); }

size_t ServingMap::HashOf(const std::string& name) {
  return std::hash<std::string>()(name);
}

ServingMap::Link& ServingMap::FindLink(Table& table, const std::string& name,
                                       size_t hash) {
  Link* link = &table.BucketOf(hash);
  for (Node* node = link->load(); node != nullptr; node = link->load()) {
    if (node->hash == hash && node->name == name) break;
    link = &node->next;
  }
  return *link;
}

UntypedServableHandle ServingMap::Acquire(
    const ServableRequest& request) const {
  const size_t hash = HashOf(request.name);
  const ReaderGate::Section section(gate_);
  const Node* node = table_.load()->BucketOf(hash).load();
  while (node != nullptr &&
         (node->hash != hash || node->name != request.name)) {
    node = node->next.load();
  }
  if (node == nullptr) return UntypedServableHandle();
  for (LoaderHarness* harness : node->versions) {
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
    for (const Link& bucket : table_.load()->buckets) {
      for (const Node* node = bucket.load(); node != nullptr;
           node = node->next.load()) {
        for (const LoaderHarness* harness : node->versions) {
          ids.push_back(harness->id());
        }
      }
    }
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

void ServingMap::Add(LoaderHarness* harness) {
  std::lock_guard<std::mutex> lock(writer_mu_);
  std::vector<LoaderHarness*> versions = VersionsLocked(harness->id().name);
  const auto position = std::find_if(
      versions.begin(), versions.end(), [harness](const LoaderHarness* other) {
        return other->id().version < harness->id().version;
      });
  versions.insert(position, harness);
  UpdateLocked(harness->id().name, std::move(versions));
}

void ServingMap::Remove(LoaderHarness* harness) {
  std::lock_guard<std::mutex> lock(writer_mu_);
  std::vector<LoaderHarness*> versions = VersionsLocked(harness->id().name);
  const auto position = std::find(versions.begin(), versions.end(), harness);
  ABSL_CHECK(position != versions.end())
      << harness->id() << " is not in the serving map";
  versions.erase(position);
  UpdateLocked(harness->id().name, std::move(versions));
}

void ServingMap::Replace(LoaderHarness* harness, LoaderHarness* next) {
  std::lock_guard<std::mutex> lock(writer_mu_);
  std::vector<LoaderHarness*> versions = VersionsLocked(harness->id().name);
  const auto position = std::find(versions.begin(), versions.end(), harness);
  ABSL_CHECK(position != versions.end() && harness->id() == next->id())
      << harness->id() << " is not in the serving map, to be replaced by "
      << next->id();
  *position = next;
  UpdateLocked(harness->id().name, std::move(versions));
}

std::vector<LoaderHarness*> ServingMap::VersionsLocked(
    const std::string& name) {
  const Node* node = FindLink(*table_.load(), name, HashOf(name)).load();
  return node == nullptr ? std::vector<LoaderHarness*>() : node->versions;
}

void ServingMap::UpdateLocked(const std::string& name,
                              std::vector<LoaderHarness*> versions) {
  const size_t hash = HashOf(name);
  Link& link = FindLink(*table_.load(), name, hash);
  const std::unique_ptr<Node> old(link.load());
  Node* const rest = old == nullptr ? nullptr : old->next.load();
  if (versions.empty()) {
    link.store(rest);
    --num_names_;
  } else {
    auto node = std::make_unique<Node>();
    node->name = name;
    node->hash = hash;
    node->versions = std::move(versions);
    node->next.store(rest);
    link.store(node.release());
    if (old == nullptr) ++num_names_;
  }
  // Nothing that was there can still be seen after this; `old` is freed.
  if (old != nullptr) gate_.WaitForReaders();
  if (num_names_ > table_.load()->buckets.size()) GrowLocked();
}

void ServingMap::GrowLocked() {
  Table* const old = table_.load();
  auto table = std::make_unique<Table>(old->buckets.size() * 2);
  for (const Link& bucket : old->buckets) {
    for (const Node* node = bucket.load(); node != nullptr;
         node = node->next.load()) {
      Link& head = table->BucketOf(node->hash);
      auto copy = std::make_unique<Node>();
      copy->name = node->name;
      copy->hash = node->hash;
      copy->versions = node->versions;
      copy->next.store(head.load());
      head.store(copy.release());
    }
  }
  table_.store(table.release());
  gate_.WaitForReaders();
  delete old;
}

}  // namespace tfs3
