// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// What ThreadSanitizer must not report in tests. absl::Status counts its
// references within TensorFlow's library, where ThreadSanitizer does not see
// it: it takes the end of an error that threads have shared for a race.

extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_suppressions() {
  return "race:absl::*Status::Unref\nrace:absl::*StatusRep\n";
}
