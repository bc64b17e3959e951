// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_PROFILER_METHODS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_PROFILER_METHODS_H_

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// Makes the methods of tensorflow.ProfilerService. TensorBoard ("Capture
// profile") and tf.profiler.experimental.client.trace call them.
//
//   methods.merge(MakeProfilerMethods(&gate));
//
// Profile records TensorFlow's activity in this process until one of these:
//   - duration_ms of the request has passed (at most 10 minutes),
//   - the client calls Terminate for the session or cancels the call,
//   - `gate`, which may be null, closes.
// It writes the profile to repository_root, a folder that the server may write
// to. With emit_xspace it returns the profile in the response instead. Only one
// profile can run at a time. Monitor is UNIMPLEMENTED, like in TensorFlow.
MethodTable MakeProfilerMethods(const RequestGate* gate);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_PROFILER_METHODS_H_
