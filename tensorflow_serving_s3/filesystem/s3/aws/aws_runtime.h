// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The AWS Common Runtime (CRT) of this process: its libraries initialised, its
// event loop threads, DNS resolver and client bootstrap. This is the only file
// that initialises any of them.
//
//   Result<const AwsRuntime*> runtime = AwsRuntime::Get();
//   if (!runtime.ok()) return runtime.status();
//   UseBootstrap((*runtime)->client_bootstrap());
//
// Created by the first Get(); a process that never opens an s3:// URL has none
// of its threads. The child of a fork has none of its parent's and gets a
// runtime of its own; a fork waits for a start that runs in another thread.
// Never destroyed, on purpose: see aws_runtime.cc.
// Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_AWS_RUNTIME_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_AWS_RUNTIME_H_

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

struct aws_allocator;
struct aws_client_bootstrap;
struct aws_event_loop_group;
struct aws_host_resolver;

namespace tfs3 {
namespace s3 {

class AwsRuntime {
 public:
  // RESOURCE_EXHAUSTED when the system refuses threads or file descriptors; the
  // next call tries again.
  static Result<const AwsRuntime*> Get();

  // The allocator of everything that belongs to the CRT. Needs no Get().
  static aws_allocator* allocator();

  // Where the CRT's own log goes from now on: to stderr, from this level up.
  // Off until called. What the request signer would log is left out at every
  // level, because it holds session tokens, and so are the values of headers
  // that may hold a secret (log_filter.h).
  void SetLogLevel(LogLevel level) const;

  aws_event_loop_group* event_loop_group() const { return event_loop_group_; }
  aws_host_resolver* host_resolver() const { return host_resolver_; }
  aws_client_bootstrap* client_bootstrap() const { return client_bootstrap_; }

  AwsRuntime(const AwsRuntime&) = delete;
  AwsRuntime& operator=(const AwsRuntime&) = delete;

 private:
  AwsRuntime() = default;
  ~AwsRuntime();

  bool Start();

  aws_event_loop_group* event_loop_group_ = nullptr;
  aws_host_resolver* host_resolver_ = nullptr;
  aws_client_bootstrap* client_bootstrap_ = nullptr;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_AWS_RUNTIME_H_
