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

// The size of the part of a graph that a run of one signature may execute.
struct GraphSize {
  // Nodes between the inputs and the outputs. The body of a function counts
  // once for each call. All branches of a conditional count.
  int64_t nodes = 0;
  // Whether some of the nodes are in a loop.
  bool has_loop = false;
  // An op that is not registered, if the nodes have one: a run would fail.
  std::string unknown_op;
};

// Computes the sizes of the signatures of one model.
//
//   GraphSizer sizer(meta_graph.graph_def());
//   GraphSize size = sizer.SizeOf(meta_graph.signature_def().at("x"));
//
// `graph` must outlive the sizer. Not thread-safe. Ignores names that the graph
// does not have.
class GraphSizer {
 public:
  explicit GraphSizer(const tensorflow::GraphDef& graph);

  GraphSizer(const GraphSizer&) = delete;
  GraphSizer& operator=(const GraphSizer&) = delete;

  GraphSize SizeOf(const tensorflow::SignatureDef& signature);

 private:
  // Returns the size of one node and of all functions that it may call.
  GraphSize SizeOfNode(const tensorflow::NodeDef& node);
  GraphSize SizeOfFunction(const std::string& name);

  absl::flat_hash_map<absl::string_view, const tensorflow::NodeDef*> nodes_;
  absl::flat_hash_map<absl::string_view, const tensorflow::FunctionDef*>
      functions_;
  // Sizes of functions. has_loop is set while SizeOfFunction runs: if it meets
  // the function again, the function is recursive.
  absl::flat_hash_map<std::string, GraphSize> function_sizes_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_GRAPH_SIZE_H_
