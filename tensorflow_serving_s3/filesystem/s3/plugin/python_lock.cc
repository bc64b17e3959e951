// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/plugin/python_lock.h"

#include <dlfcn.h>
#include <unistd.h>

namespace tfs3 {
namespace s3 {
namespace {

template <typename Function>
Function* LookUp(const char* name, const char* older_name = nullptr) {
  void* found = dlsym(RTLD_DEFAULT, name);
  if (found == nullptr && older_name != nullptr) {
    found = dlsym(RTLD_DEFAULT, older_name);
  }
  return reinterpret_cast<Function*>(found);
}

// Functions of Python's C interface. The older names are those before 3.13.
struct Python {
  // The state that the calling thread has, or null.
  void* (*own_state)() = LookUp<void*()>("PyGILState_GetThisThreadState");
  // The state that holds the lock, or null. Before 3.12 that can be another
  // thread's.
  void* (*current_state)() = LookUp<void*()>("PyThreadState_GetUnchecked",
                                             "_PyThreadState_UncheckedGet");
  void* (*save)() = LookUp<void*()>("PyEval_SaveThread");
  void (*restore)(void*) = LookUp<void(void*)>("PyEval_RestoreThread");
  int (*is_ending)() = LookUp<int()>("Py_IsFinalizing", "_Py_IsFinalizing");

  bool is_there() const {
    return own_state != nullptr && current_state != nullptr &&
           save != nullptr && restore != nullptr && is_ending != nullptr;
  }
};

// Looked up when the plugin is loaded. Python loads it, so all functions are
// there or none. Not a variable of a function: the child of a fork would wait
// for ever for a thread of its parent that initialised it.
const Python kPython;

}  // namespace

bool IsPythonThread() {
  const Python& python = kPython;
  return python.is_there() && python.own_state() != nullptr;
}

ReleasedPythonLock::ReleasedPythonLock() {
  const Python& python = kPython;
  if (!python.is_there()) return;
  // PyGILState_Check would answer yes to every thread once there are
  // subinterpreters.
  void* const own = python.own_state();
  if (own == nullptr || own != python.current_state()) return;
  // Only the thread that ends Python still runs it.
  if (python.is_ending() != 0) return;
  thread_state_ = python.save();
}

ReleasedPythonLock::~ReleasedPythonLock() {
  if (thread_state_ == nullptr) return;
  const Python& python = kPython;
  // Until 3.14, Python ends threads that ask for its lock now, and would unwind
  // the stack through destructors.
  while (python.is_ending() != 0) pause();
  python.restore(thread_state_);
}

}  // namespace s3
}  // namespace tfs3
