// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/spare_descriptor.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tfs3 {
namespace {

int OpenSpare() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

SpareDescriptor::SpareDescriptor() : fd_(OpenSpare()) {}

SpareDescriptor::~SpareDescriptor() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

bool SpareDescriptor::CloseNextConnection(int listener) {
  if (fd_ >= 0) {
    close(fd_);
  }
  const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection >= 0) {
    close(connection);
  }
  fd_ = OpenSpare();
  return connection >= 0;
}

}  // namespace tfs3
