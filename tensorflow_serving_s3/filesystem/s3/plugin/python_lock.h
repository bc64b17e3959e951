// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The lock of the Python interpreter (GIL), where this code runs in a Python
// program. TensorFlow's wrappers release it in most calls of the filesystem,
// but not in `write`, not when a file is destroyed, and not where checkpoints
// are read.
//
//   ReleasedPythonLock released;
//   WaitForTheNetwork();
//
// No part of Python is linked: its functions are looked up in the process. In a
// program without Python nothing happens. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PYTHON_LOCK_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PYTHON_LOCK_H_

namespace tfs3 {
namespace s3 {

// Whether the calling thread is one of a Python program.
bool IsPythonThread();

// Lets other threads of the program run Python while it exists. If the calling
// thread does not hold the lock, or Python is about to end, it does nothing.
// The destructor waits for the lock; it does not return if Python has begun to
// end in the meantime, as in every call of Python that waits. So no other lock
// may be held then.
class ReleasedPythonLock {
 public:
  ReleasedPythonLock();
  ~ReleasedPythonLock();

  ReleasedPythonLock(const ReleasedPythonLock&) = delete;
  ReleasedPythonLock& operator=(const ReleasedPythonLock&) = delete;

 private:
  void* thread_state_ = nullptr;  // Null while nothing is released.
};

// The function without the lock: `Releasing<Stat>::Call`, for TensorFlow's
// tables.
template <auto function>
struct Releasing;
template <typename R, typename... Args, R (*function)(Args...)>
struct Releasing<function> {
  static R Call(Args... args) {
    const ReleasedPythonLock released;
    return function(args...);
  }
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PYTHON_LOCK_H_
