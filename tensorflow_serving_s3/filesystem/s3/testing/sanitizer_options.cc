// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// Disables ThreadSanitizer's report of unjoined threads. The next task of the
// process's FetchWorkers joins threads that have ended; after the last task,
// some remain, because the FetchWorkers are never destroyed (fetch_workers.h).

extern "C" const char* __tsan_default_options();

extern "C" const char* __tsan_default_options() {
  return "report_thread_leaks=0";
}
