// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_SESSION_RUN_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_SESSION_RUN_H_

#include "absl/status/status.h"
#include "tensorflow_serving/apis/session_service.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace tfs3 {

// Feeds and fetches any tensors of a loaded model's graph, and runs target
// nodes.
//
//   absl::Status status =
//       SessionRun(request, model.id(), *model, InferenceOptions(), &response);
//
// The client can run every node of the graph, including nodes that read and
// write checkpoints. Allow this only for clients that you trust like the author
// of the model.
//
// Names are tensors of the graph. With tensor_name_is_alias, they are inputs
// and outputs of the signature in model_spec; targets have no alias. Writes one
// tensor for each fetch, in the order and with the names of the request, and
// the model_spec to `response`, which must be empty. Of the request's
// RunOptions, uses timeout_in_ms if it ends before options.deadline. Errors:
//   - INVALID_ARGUMENT, with the name of the tensor: it does not exist, is fed
//     or fetched twice, or is not a valid tensor of a type that can be sent.
//   - INVALID_ARGUMENT: there is no fetch and no target, or another field of
//     RunOptions is set (the profiler makes traces).
//   - FAILED_PRECONDITION: the model does not have the signature.
//   - Otherwise the errors of SessionRunner::Run.
//
// Thread-safe.
absl::Status SessionRun(const tensorflow::serving::SessionRunRequest& request,
                        const ServableId& id, const SavedModelBundle& model,
                        const InferenceOptions& options,
                        tensorflow::serving::SessionRunResponse* response);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_SESSION_RUN_H_
