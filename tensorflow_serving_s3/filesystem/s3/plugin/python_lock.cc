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

// Functions of Python's C interface, with their names before 3.13.
struct Python {
  // Returns the state of the calling thread, or null.
  void* (*own_state)() = LookUp<void*()>("PyGILState_GetThisThreadState");
  // Returns the state that holds the lock, or null. Before 3.12, it may belong
  // to another thread.
  void* (*current_state)() = LookUp<void*()>("PyThreadState_GetUnchecked",
                                             "_PyThreadState_UncheckedGet");
  void* (*save)() = LookUp<void*()>("PyEval_SaveThread");
  void (*restore)(void*) = LookUp<void(void*)>("PyEval_RestoreThread");
  int (*is_ending)() = LookUp<int()>("Py_IsFinalizing", "_Py_IsFinalizing");

  bool exists() const {
    return own_state != nullptr && current_state != nullptr &&
           save != nullptr && restore != nullptr && is_ending != nullptr;
  }
};

// Initialised when the plugin is loaded; in a Python program, Python's
// functions exist at this time. Not a static variable in a function: a forked
// child could wait for ever for the thread of its parent that initialises it.
const Python kPython;

}  // namespace

bool IsPythonThread() {
  const Python& python = kPython;
  return python.exists() && python.own_state() != nullptr;
}

ReleasedPythonLock::ReleasedPythonLock() {
  const Python& python = kPython;
  if (!python.exists()) {
    return;
  }
  // With subinterpreters, PyGILState_Check returns true for every thread.
  void* const own = python.own_state();
  if (own == nullptr || own != python.current_state()) {
    return;
  }
  // Only the finalizing thread still runs Python.
  if (python.is_ending() != 0) {
    return;
  }
  thread_state_ = python.save();
}

ReleasedPythonLock::~ReleasedPythonLock() {
  if (thread_state_ == nullptr) {
    return;
  }
  const Python& python = kPython;
  // Before 3.14, Python ends threads that request the lock now, by unwinding
  // the stack through destructors.
  while (python.is_ending() != 0) {
    pause();
  }
  python.restore(thread_state_);
}

}  // namespace s3
}  // namespace tfs3
