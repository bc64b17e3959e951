// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Releases the lock of the Python interpreter (GIL) during calls of the
// filesystem. TensorFlow's Python wrappers release it in most calls, but not in
// `write`, in the destruction of a file and in reads of checkpoints.
//
//   ReleasedPythonLock released;
//   WaitForTheNetwork();
//
// Does not link Python: looks up its functions in the process. Does nothing in
// a program without Python. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PYTHON_LOCK_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_PLUGIN_PYTHON_LOCK_H_

namespace tfs3 {
namespace s3 {

// Returns true if the calling thread belongs to a Python program.
bool IsPythonThread();

// Releases the lock until the destructor, which waits for it. Does nothing if
// the calling thread does not hold the lock or Python is finalizing. The
// destructor does not return if Python finalizes in the meantime, as all
// blocking calls of Python; do not hold another lock there.
class ReleasedPythonLock {
 public:
  ReleasedPythonLock();
  ~ReleasedPythonLock();

  ReleasedPythonLock(const ReleasedPythonLock&) = delete;
  ReleasedPythonLock& operator=(const ReleasedPythonLock&) = delete;

 private:
  void* thread_state_ = nullptr;  // Null if the lock was not released.
};

// `Releasing<Stat>::Call` calls Stat without the lock.
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
