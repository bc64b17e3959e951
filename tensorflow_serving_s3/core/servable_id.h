// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_CORE_SERVABLE_ID_H_
#define TENSORFLOW_SERVING_S3_CORE_SERVABLE_ID_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tfs3 {

// Identifies one version of one servable: `ServableId{"half", 7}`.
//
// All versions with the same name form a stream. A higher number is a newer
// version. A value type: comparable (by name, then version), hashable and
// printable.
struct ServableId {
  std::string name;
  int64_t version = 0;

  // "half version 7"; for people, not for parsing.
  std::string DebugString() const {
    return absl::StrCat(name, " version ", version);
  }
};

inline bool operator==(const ServableId& a, const ServableId& b) {
  return a.version == b.version && a.name == b.name;
}
inline bool operator!=(const ServableId& a, const ServableId& b) {
  return !(a == b);
}
inline bool operator<(const ServableId& a, const ServableId& b) {
  return std::tie(a.name, a.version) < std::tie(b.name, b.version);
}

template <typename H>
H AbslHashValue(H h, const ServableId& id) {
  return H::combine(std::move(h), id.name, id.version);
}

template <typename Sink>
void AbslStringify(Sink& sink, const ServableId& id) {
  sink.Append(id.DebugString());
}

inline std::ostream& operator<<(std::ostream& out, const ServableId& id) {
  return out << id.DebugString();
}

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_CORE_SERVABLE_ID_H_
