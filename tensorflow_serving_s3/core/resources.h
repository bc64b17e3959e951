// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_RESOURCES_H_
#define TENSORFLOW_SERVING_S3_CORE_RESOURCES_H_

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace tfs3 {

enum class ResourceKind {
  kMainMemory,  // In bytes.
};

// The amount of each kind of resource that a servable needs.
//
//   ResourceEstimate estimate = ResourceEstimate::MainMemory(3 << 20);
//
// The default is zero. A value type.
class ResourceEstimate {
 public:
  ResourceEstimate() = default;
  static ResourceEstimate MainMemory(uint64_t bytes);

  void Set(ResourceKind kind, uint64_t quantity);
  uint64_t Get(ResourceKind kind) const;

  // The quantities that are not zero.
  const std::map<ResourceKind, uint64_t>& quantities() const {
    return quantities_;
  }

  // "3145728 bytes of main memory"; for people, not for parsing.
  std::string DebugString() const;

 private:
  std::map<ResourceKind, uint64_t> quantities_;
};

bool operator==(const ResourceEstimate& a, const ResourceEstimate& b);
std::ostream& operator<<(std::ostream& out, const ResourceEstimate& estimate);

// Stores the reservations of a limited total.
//
//   ResourceTracker tracker(ResourceEstimate::MainMemory(8 << 20));
//   if (tracker.Reserve(harness, estimate)) ...
//   tracker.Release(harness);
//
// A kind that is zero in the limits has no limit. An owner is an address and
// has at most one reservation. Not thread-safe.
class ResourceTracker {
 public:
  using Owner = const void*;

  explicit ResourceTracker(ResourceEstimate limits);

  const ResourceEstimate& limits() const { return limits_; }
  const ResourceEstimate& reserved() const { return reserved_; }

  // Whether `estimate` fits if nothing else is reserved.
  bool FitsAlone(const ResourceEstimate& estimate) const;

  // Whether `estimate` fits after all unloading owners (see MarkUnloading) and
  // all of `others` have released their reservations.
  bool FitsWithout(const ResourceEstimate& estimate,
                   const std::vector<Owner>& others) const;

  // Reserves `estimate` for `owner`, which has no reservation. False if it does
  // not fit now.
  [[nodiscard]] bool Reserve(Owner owner, const ResourceEstimate& estimate);

  // Reduces the quantities of a reservation that are above `estimate`. Returns
  // whether something was freed.
  bool Shrink(Owner owner, const ResourceEstimate& estimate);

  // Notes that `owner` will release its reservation soon.
  void MarkUnloading(Owner owner);

  // Ends the reservation, if there is one. Returns whether something was freed.
  bool Release(Owner owner);

  bool Holds(Owner owner) const { return reservations_.count(owner) > 0; }

 private:
  struct Reservation {
    ResourceEstimate quantities;
    bool unloading = false;
  };

  bool Fits(const ResourceEstimate& estimate,
            const ResourceEstimate& others) const;

  const ResourceEstimate limits_;
  ResourceEstimate reserved_;
  std::map<Owner, Reservation> reservations_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_RESOURCES_H_
