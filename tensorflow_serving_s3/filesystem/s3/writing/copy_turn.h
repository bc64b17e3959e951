// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A turn to have the store copy bytes. A copy holds a connection for as long as
// the store takes, which may be minutes; those that read must find one free.
//
//   const CopyTurn turn;  // waits for it, ends with its scope
//   client.CopyObject(from, etag, to);
//
// There are 32 at a time in a process. Whoever has one must not wait for
// another. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_COPY_TURN_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_COPY_TURN_H_

namespace tfs3 {
namespace s3 {

class CopyTurn {
 public:
  static constexpr int kMost = 32;

  CopyTurn();
  ~CopyTurn();

  CopyTurn(const CopyTurn&) = delete;
  CopyTurn& operator=(const CopyTurn&) = delete;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_WRITING_COPY_TURN_H_
