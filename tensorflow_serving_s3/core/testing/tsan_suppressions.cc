// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// False positives of ThreadSanitizer. The reference count of absl::Status is in
// TensorFlow's library, which is not instrumented. So ThreadSanitizer reports a
// data race when the last of several threads destroys a shared error.

extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_suppressions() {
  return "race:absl::*Status::Unref\nrace:absl::*StatusRep\n";
}
