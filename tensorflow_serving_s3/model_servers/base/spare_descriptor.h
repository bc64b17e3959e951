// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_SPARE_DESCRIPTOR_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_SPARE_DESCRIPTOR_H_

namespace tfs3 {

// A file descriptor in reserve, for a server that cannot accept connections
// because the process has reached its limit of open files.
//
//   SpareDescriptor spare;
//   int fd = accept(listener, nullptr, nullptr);
//   if (fd < 0 && errno == EMFILE) spare.CloseNextConnection(listener);
//
// Not thread-safe.
class SpareDescriptor {
 public:
  SpareDescriptor();
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;
  ~SpareDescriptor();

  // Accepts and closes the next connection of a listening socket, so that its
  // client does not wait. Returns false if there is none, or if another thread
  // has taken the descriptor.
  bool CloseNextConnection(int listener);

 private:
  int fd_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_SPARE_DESCRIPTOR_H_
