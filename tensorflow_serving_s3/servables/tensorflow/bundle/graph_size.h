// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_GRAPH_SIZE_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_GRAPH_SIZE_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/function.pb.h"
#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/framework/node_def.pb.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"

namespace tfs3 {

// How much of a graph a run of one signature may touch.
struct GraphSize {
  // Nodes between the inputs and the outputs. The body of a function counts
  // once for each call of it; both branches of a conditional count.
  int64_t nodes = 0;
  // Whether some of them repeat an unknown number of times.
  bool has_loop = false;
  // An operation among them that TensorFlow does not know, if there is one: a
  // run would fail.
  std::string unknown_op;
};

// Measures the signatures of one model by looking at its graph.
//
//   GraphSizer sizer(meta_graph.graph_def());
//   GraphSize size = sizer.SizeOf(meta_graph.signature_def().at("x"));
//
// `graph` must outlive the sizer. Not thread-safe. Never fails: names that the
// graph does not have count for nothing.
class GraphSizer {
 public:
  explicit GraphSizer(const tensorflow::GraphDef& graph);

  GraphSizer(const GraphSizer&) = delete;
  GraphSizer& operator=(const GraphSizer&) = delete;

  GraphSize SizeOf(const tensorflow::SignatureDef& signature);

 private:
  // The size of one node: itself and all functions that it may call.
  GraphSize SizeOfNode(const tensorflow::NodeDef& node);
  GraphSize SizeOfFunction(const std::string& name);

  absl::flat_hash_map<absl::string_view, const tensorflow::NodeDef*> nodes_;
  absl::flat_hash_map<absl::string_view, const tensorflow::FunctionDef*>
      functions_;
  // Functions already measured; has_loop while the measuring is under way, as
  // a function that is met again then calls itself.
  absl::flat_hash_map<std::string, GraphSize> function_sizes_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_GRAPH_SIZE_H_
