// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Default options of AddressSanitizer. TensorFlow's libraries are compiled
// without it, so the marks of protobuf's containers and arenas for unused
// memory are incomplete and cause false reports.

// The sanitizer calls this function; ASAN_OPTIONS overrides it.
extern "C" const char* __asan_default_options();

extern "C" const char* __asan_default_options() {
  return "detect_container_overflow=0:allow_user_poisoning=0";
}
