// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Options of AddressSanitizer for the libraries of TensorFlow, which are
// compiled without it. The containers and arenas of protobuf report to it which
// memory is in use. Only a part of that code is compiled here, so the reports
// are wrong.

// The sanitizer calls this function. ASAN_OPTIONS has precedence.
extern "C" const char* __asan_default_options();

extern "C" const char* __asan_default_options() {
  return "detect_container_overflow=0:allow_user_poisoning=0";
}
