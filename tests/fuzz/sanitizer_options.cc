// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What AddressSanitizer must know of TensorFlow's libraries, which are compiled
// without it: protobuf's containers and arenas tell it which of their memory is
// in use, in code that is in part compiled here and in part there, so what it
// is told is wrong.

// Found by the sanitizer under this name; ASAN_OPTIONS overrules it.
extern "C" const char* __asan_default_options();

extern "C" const char* __asan_default_options() {
  return "detect_container_overflow=0:allow_user_poisoning=0";
}
