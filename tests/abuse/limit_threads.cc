// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A library for LD_PRELOAD: the process can create only TFS3_MAX_THREADS
// threads. RLIMIT_NPROC has this effect only for users other than root.

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

extern "C" int pthread_create(pthread_t* thread,
                              const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) noexcept {
  static std::atomic<int> num_created{0};
  const char* const limit = std::getenv("TFS3_MAX_THREADS");
  if (limit != nullptr && num_created++ >= std::atoi(limit)) {
    return EAGAIN;
  }
  const auto create = reinterpret_cast<decltype(&pthread_create)>(
      dlsym(RTLD_NEXT, "pthread_create"));
  return create(thread, attributes, start, argument);
}
