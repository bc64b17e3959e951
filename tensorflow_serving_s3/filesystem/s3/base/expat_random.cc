// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Defines arc4random_buf, with which Debian's Expat seeds its hash tables. The
// C library has this function only since 2.36; with this definition the shared
// object also loads with an older C library.
#include <sys/random.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>

extern "C" void arc4random_buf(void* buffer, size_t size) noexcept {
  char* next = static_cast<char*>(buffer);
  while (size > 0) {
    const ssize_t got = getrandom(next, size, 0);
    if (got < 0 && errno != EINTR) {
      std::abort();
    }
    if (got <= 0) {
      continue;
    }
    next += got;
    size -= static_cast<size_t>(got);
  }
}
