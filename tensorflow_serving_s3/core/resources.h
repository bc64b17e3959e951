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

// How much a servable takes of each kind of resource.
//
//   ResourceEstimate estimate = ResourceEstimate::MainMemory(3 << 20);
//
// What is not set is zero. A value type.
class ResourceEstimate {
 public:
  ResourceEstimate() = default;
  static ResourceEstimate MainMemory(uint64_t bytes);

  void Set(ResourceKind kind, uint64_t quantity);
  uint64_t Get(ResourceKind kind) const;

  // Those that are not zero.
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

// Keeps account of who has reserved how much of a limited total.
//
//   ResourceTracker tracker(ResourceEstimate::MainMemory(8 << 20));
//   if (tracker.Reserve(harness, estimate)) ...
//   tracker.Release(harness);
//
// Kinds that are zero in the limits are without limit. An owner is known by its
// address and has one reservation at most. Not thread-safe.
class ResourceTracker {
 public:
  using Owner = const void*;

  explicit ResourceTracker(ResourceEstimate limits);

  const ResourceEstimate& limits() const { return limits_; }
  const ResourceEstimate& reserved() const { return reserved_; }

  // Whether `estimate` fits when nothing else is reserved.
  bool FitsAlone(const ResourceEstimate& estimate) const;

  // Whether `estimate` fits when all who leave (see MarkLeaving) and all of
  // `others` have released what they hold.
  bool FitsWithout(const ResourceEstimate& estimate,
                   const std::vector<Owner>& others) const;

  // Reserves it for `owner`, who holds nothing yet. False if it does not fit
  // now.
  [[nodiscard]] bool Reserve(Owner owner, const ResourceEstimate& estimate);

  // Makes the reservation of `owner` smaller where `estimate` is less; nothing
  // grows. Whether something was freed.
  bool Shrink(Owner owner, const ResourceEstimate& estimate);

  // Notes that `owner` is going to release what it holds.
  void MarkLeaving(Owner owner);

  // Ends the reservation, if there is one. Whether something was freed.
  bool Release(Owner owner);

  bool Holds(Owner owner) const { return reservations_.count(owner) > 0; }

 private:
  struct Reservation {
    ResourceEstimate quantities;
    bool leaving = false;
  };

  bool Fits(const ResourceEstimate& estimate,
            const ResourceEstimate& others) const;

  const ResourceEstimate limits_;
  ResourceEstimate reserved_;
  std::map<Owner, Reservation> reservations_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_RESOURCES_H_
