// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Initialises the AWS Common Runtime (CRT) of this process: libraries, event
// loop threads, DNS resolver and client bootstrap.
//
//   Result<const AwsRuntime*> runtime = AwsRuntime::Get();
//   if (!runtime.ok()) return runtime.status();
//   UseBootstrap((*runtime)->client_bootstrap());
//
// The first Get() starts it; a process without s3:// URLs has none of its
// threads. A forked child starts its own runtime; a fork waits while another
// thread starts the runtime. It is never destroyed: see aws_runtime.cc.
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
  // RESOURCE_EXHAUSTED: the system refuses threads or file descriptors; the
  // next call tries again.
  static Result<const AwsRuntime*> Get();

  // Returns the allocator for all objects of the CRT. Does not require Get().
  static aws_allocator* allocator();

  // Writes the CRT's log to stderr, from this level up; off by default. Omits
  // the log of the request signer, which contains session tokens, and the
  // values of headers that may contain secrets (log_filter.h).
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
