// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_VARIABLES_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_VARIABLES_H_

#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/public/session.h"

namespace tfs3 {

// Whether `graph` has resource variables and `session`, into which it was
// loaded, holds a value for none of them: no checkpoint was restored. Looks at
// what the session holds, so it does not matter what is where the model was
// read from, or was there a moment ago.
//
//   auto session = ...;  // After tensorflow::LoadSavedModel.
//   if (LacksItsVariables(*session, meta_graph.graph_def())) ...
//
// False for a session whose devices are out of reach.
bool LacksItsVariables(tensorflow::Session& session,
                       const tensorflow::GraphDef& graph);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_VARIABLES_H_
