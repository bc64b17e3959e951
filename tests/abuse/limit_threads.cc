// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A library for LD_PRELOAD: the process can have only TFS3_MAX_THREADS threads
// besides the main thread. RLIMIT_NPROC has this effect only for users other
// than root.

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace {

std::atomic<int> num_running{0};

struct Thread {
  void* (*start)(void*);
  void* argument;
};

void* Run(void* created) {
  const Thread thread = *static_cast<Thread*>(created);
  delete static_cast<Thread*>(created);
  void* const result = thread.start(thread.argument);
  --num_running;
  return result;
}

}  // namespace

extern "C" int pthread_create(pthread_t* thread,
                              const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) noexcept {
  const char* const limit = std::getenv("TFS3_MAX_THREADS");
  if (++num_running > (limit == nullptr ? 0 : std::atoi(limit))) {
    --num_running;
    return EAGAIN;
  }
  const auto create = reinterpret_cast<decltype(&pthread_create)>(
      dlsym(RTLD_NEXT, "pthread_create"));
  const int error =
      create(thread, attributes, Run, new Thread{start, argument});
  if (error != 0) {
    --num_running;
  }
  return error;
}
