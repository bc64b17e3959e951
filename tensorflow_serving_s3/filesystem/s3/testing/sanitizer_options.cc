// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// What ThreadSanitizer must not report in tests: threads of the process's
// FetchWorkers that ended because there was nothing to do. The next task joins
// them, and after the last one there is none; the FetchWorkers themselves are
// never destroyed (fetch_workers.h).

extern "C" const char* __tsan_default_options();

extern "C" const char* __tsan_default_options() {
  return "report_thread_leaks=0";
}
