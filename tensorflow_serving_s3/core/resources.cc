// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/resources.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace tfs3 {
namespace {

absl::string_view Unit(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::kMainMemory:
      return "bytes of main memory";
  }
  return "of an unknown resource";
}

void Subtract(ResourceEstimate& from, const ResourceEstimate& what) {
  for (const auto& [kind, quantity] : what.quantities()) {
    const uint64_t held = from.Get(kind);
    from.Set(kind, held - std::min(held, quantity));
  }
}

}  // namespace

ResourceEstimate ResourceEstimate::MainMemory(uint64_t bytes) {
  ResourceEstimate estimate;
  estimate.Set(ResourceKind::kMainMemory, bytes);
  return estimate;
}

void ResourceEstimate::Set(ResourceKind kind, uint64_t quantity) {
  if (quantity == 0) {
    quantities_.erase(kind);
  } else {
    quantities_[kind] = quantity;
  }
}

uint64_t ResourceEstimate::Get(ResourceKind kind) const {
  const auto quantity = quantities_.find(kind);
  return quantity == quantities_.end() ? 0 : quantity->second;
}

std::string ResourceEstimate::DebugString() const {
  if (quantities_.empty()) {
    return "nothing";
  }
  return absl::StrJoin(
      quantities_, ", ",
      [](std::string* out, const std::pair<const ResourceKind, uint64_t>& q) {
        absl::StrAppend(out, q.second, " ", Unit(q.first));
      });
}

bool operator==(const ResourceEstimate& a, const ResourceEstimate& b) {
  return a.quantities() == b.quantities();
}

std::ostream& operator<<(std::ostream& out, const ResourceEstimate& estimate) {
  return out << estimate.DebugString();
}

ResourceTracker::ResourceTracker(ResourceEstimate limits)
    : limits_(std::move(limits)) {}

bool ResourceTracker::Fits(const ResourceEstimate& estimate,
                           const ResourceEstimate& others) const {
  for (const auto& [kind, limit] : limits_.quantities()) {
    const uint64_t taken = others.Get(kind);
    if (taken > limit || estimate.Get(kind) > limit - taken) {
      return false;
    }
  }
  return true;
}

bool ResourceTracker::FitsAlone(const ResourceEstimate& estimate) const {
  return Fits(estimate, ResourceEstimate());
}

bool ResourceTracker::FitsWithout(const ResourceEstimate& estimate,
                                  const std::vector<Owner>& others) const {
  ResourceEstimate left = reserved_;
  for (const auto& [owner, reservation] : reservations_) {
    if (reservation.unloading ||
        std::find(others.begin(), others.end(), owner) != others.end()) {
      Subtract(left, reservation.quantities);
    }
  }
  return Fits(estimate, left);
}

bool ResourceTracker::Reserve(Owner owner, const ResourceEstimate& estimate) {
  if (!Fits(estimate, reserved_)) {
    return false;
  }
  // Only kinds with a limit are counted, so that no sum can overflow.
  Reservation reservation;
  for (const auto& [kind, limit] : limits_.quantities()) {
    reservation.quantities.Set(kind, estimate.Get(kind));
    reserved_.Set(kind, reserved_.Get(kind) + estimate.Get(kind));
  }
  reservations_.insert_or_assign(owner, std::move(reservation));
  return true;
}

bool ResourceTracker::Shrink(Owner owner, const ResourceEstimate& estimate) {
  const auto position = reservations_.find(owner);
  if (position == reservations_.end()) {
    return false;
  }
  ResourceEstimate& held = position->second.quantities;
  bool freed = false;
  for (const auto& [kind, limit] : limits_.quantities()) {
    const uint64_t before = held.Get(kind);
    const uint64_t after = std::min(before, estimate.Get(kind));
    if (after == before) {
      continue;
    }
    held.Set(kind, after);
    reserved_.Set(kind, reserved_.Get(kind) - (before - after));
    freed = true;
  }
  return freed;
}

void ResourceTracker::MarkUnloading(Owner owner) {
  const auto position = reservations_.find(owner);
  if (position != reservations_.end()) {
    position->second.unloading = true;
  }
}

bool ResourceTracker::Release(Owner owner) {
  const auto position = reservations_.find(owner);
  if (position == reservations_.end()) {
    return false;
  }
  Subtract(reserved_, position->second.quantities);
  const bool freed = !position->second.quantities.quantities().empty();
  reservations_.erase(position);
  return freed;
}

}  // namespace tfs3
