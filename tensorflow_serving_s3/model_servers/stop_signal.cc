// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/stop_signal.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "absl/log/absl_check.h"

namespace tfs3 {
namespace {

// The signal handler writes the number of the signal; WaitForStopSignal reads
// it. sigwait would not work: it needs a signal that all threads block, but
// TensorFlow's libraries may start threads before main.
int stop_pipe[2];

void HandleSignal(int signal_number) {
  const int saved_errno = errno;
  const char byte = static_cast<char>(signal_number);
  // The pipe is never full: the handler runs at most twice.
  [[maybe_unused]] const ssize_t written = write(stop_pipe[1], &byte, 1);
  errno = saved_errno;
}

}  // namespace

void CatchStopSignals() {
  ABSL_CHECK(pipe(stop_pipe) == 0) << "cannot create a pipe, errno " << errno;
  struct sigaction action = {};
  action.sa_handler = HandleSignal;
  action.sa_flags = SA_RESTART | SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

std::string WaitForStopSignal() {
  char byte;
  while (read(stop_pipe[0], &byte, 1) != 1) {
    ABSL_CHECK(errno == EINTR) << "cannot wait for signals, errno " << errno;
  }
  return byte == SIGINT ? "SIGINT" : "SIGTERM";
}

}  // namespace tfs3
