// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/graph_size.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "tensorflow/core/framework/attr_value.pb.h"
#include "tensorflow/core/framework/op.h"

namespace tfs3 {
namespace {

// Limits the sums, so that they do not overflow. Decisions depend on far
// smaller sizes.
constexpr int64_t kManyNodes = int64_t{1} << 40;

// Returns whether the op is a loop, as a function or in the form of
// TensorFlow 1.
bool IsLoop(absl::string_view op) {
  return op == "While" || op == "StatelessWhile" || op == "For" ||
         op == "Enter" || op == "RefEnter";
}

// Returns "node" for "node", "node:1" and "^node".
absl::string_view NodeName(absl::string_view tensor) {
  if (!tensor.empty() && tensor.front() == '^') {
    tensor.remove_prefix(1);
  }
  return tensor.substr(0, tensor.find(':'));
}

void Add(const GraphSize& part, GraphSize& whole) {
  whole.nodes = std::min(whole.nodes + part.nodes, kManyNodes);
  whole.has_loop = whole.has_loop || part.has_loop;
  if (whole.unknown_op.empty()) {
    whole.unknown_op = part.unknown_op;
  }
}

}  // namespace

GraphSizer::GraphSizer(const tensorflow::GraphDef& graph) {
  nodes_.reserve(graph.node_size());
  for (const tensorflow::NodeDef& node : graph.node()) {
    nodes_.emplace(node.name(), &node);
  }
  for (const tensorflow::FunctionDef& function : graph.library().function()) {
    functions_.emplace(function.signature().name(), &function);
  }
}

GraphSize GraphSizer::SizeOf(const tensorflow::SignatureDef& signature) {
  absl::flat_hash_set<absl::string_view> seen;
  std::vector<absl::string_view> to_visit;
  for (const auto& [alias, input] : signature.inputs()) {
    seen.insert(NodeName(input.name()));
  }
  for (const auto& [alias, output] : signature.outputs()) {
    to_visit.push_back(NodeName(output.name()));
  }
  GraphSize size;
  while (!to_visit.empty()) {
    const absl::string_view name = to_visit.back();
    to_visit.pop_back();
    if (!seen.insert(name).second) {
      continue;
    }
    const auto found = nodes_.find(name);
    if (found == nodes_.end()) {
      continue;
    }
    Add(SizeOfNode(*found->second), size);
    for (const std::string& input : found->second->input()) {
      to_visit.push_back(NodeName(input));
    }
  }
  return size;
}

GraphSize GraphSizer::SizeOfNode(const tensorflow::NodeDef& node) {
  GraphSize size{1, IsLoop(node.op()), ""};
  if (functions_.contains(node.op())) {
    Add(SizeOfFunction(node.op()), size);
  } else if (tensorflow::OpRegistry::Global()->LookUp(node.op()) == nullptr) {
    size.unknown_op = node.op();
  }
  for (const auto& [name, value] : node.attr()) {
    if (value.has_func()) {
      Add(SizeOfFunction(value.func().name()), size);
    }
    for (const tensorflow::NameAttrList& function : value.list().func()) {
      Add(SizeOfFunction(function.name()), size);
    }
  }
  return size;
}

GraphSize GraphSizer::SizeOfFunction(const std::string& name) {
  const auto [known, is_new] =
      function_sizes_.try_emplace(name, GraphSize{0, true, ""});
  if (!is_new) {
    return known->second;
  }
  GraphSize size;
  if (const auto found = functions_.find(name); found != functions_.end()) {
    for (const tensorflow::NodeDef& node : found->second->node_def()) {
      Add(SizeOfNode(node), size);
    }
  }
  function_sizes_[name] = size;
  return size;
}

}  // namespace tfs3
