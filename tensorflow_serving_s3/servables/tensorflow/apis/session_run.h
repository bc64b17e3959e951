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

// Answers a SessionRunRequest for a loaded model: feeds any tensors of its
// graph, fetches others, runs target nodes.
//
//   absl::Status status =
//       SessionRun(request, model.id(), *model, InferenceOptions(), &response);
//
// A client may so run whatever the graph holds, the nodes that read and write
// checkpoints included: for clients that are trusted like the model's author.
//
// Names are those of the graph, or, with tensor_name_is_alias, the inputs and
// outputs of the signature in model_spec (targets have no alias). `response`
// (empty, perhaps on an arena) gets one tensor for each fetch, in that order
// and under the name asked for, and the effective model_spec. Of the request's
// RunOptions, timeout_in_ms is kept if it ends before options.deadline.
//
// INVALID_ARGUMENT naming the tensor: one that is not there, is fed twice, is
// no tensor or of a type that cannot be sent; or if nothing is fetched or run,
// or another option is set (traces are the profiler's). FAILED_PRECONDITION if
// there is no such signature. Otherwise the errors of SessionRunner::Run.
// Thread-safe.
absl::Status SessionRun(const tensorflow::serving::SessionRunRequest& request,
                        const ServableId& id, const SavedModelBundle& model,
                        const InferenceOptions& options,
                        tensorflow::serving::SessionRunResponse* response);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_APIS_SESSION_RUN_H_
