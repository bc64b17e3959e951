// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_PROFILER_METHODS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_PROFILER_METHODS_H_

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/grpc/transport.h"

namespace tfs3::grpc {

// tensorflow.ProfilerService, by which TensorBoard captures profiles (its
// "capture profile" button, tf.profiler.experimental.client.trace):
//
//   methods.merge(MakeProfilerMethods(&gate));
//
// Profile records what TensorFlow does in this process for as long as the
// request says (10 minutes at most), or until Terminate is called for its
// session, the client goes away or `gate` (may be null) closes, and writes the
// result into the request's repository: a folder that the server can write to.
// With emit_xspace the answer carries it instead. One profile at a time;
// Monitor is UNIMPLEMENTED, as in TensorFlow's own service.
MethodTable MakeProfilerMethods(const RequestGate* gate);

}  // namespace tfs3::grpc

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_GRPC_PROFILER_METHODS_H_
