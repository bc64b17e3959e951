// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_VARIABLES_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_VARIABLES_H_

#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/public/session.h"

namespace tfs3 {

// Returns whether `graph` has resource variables but `session`, which loaded
// the graph, has a value for none of them: no checkpoint was restored. Checks
// the session and not the storage: files may have appeared since the load.
//
//   auto session = ...;  // After tensorflow::LoadSavedModel.
//   if (HasUnrestoredVariables(*session, meta_graph.graph_def())) ...
//
// Returns false if the session does not give access to its devices.
bool HasUnrestoredVariables(tensorflow::Session& session,
                            const tensorflow::GraphDef& graph);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_VARIABLES_H_
