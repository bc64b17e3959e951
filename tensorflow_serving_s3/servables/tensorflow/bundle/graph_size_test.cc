// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/graph_size.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/framework/node_def.pb.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"

namespace tfs3 {
namespace {

using tensorflow::FunctionDef;
using tensorflow::GraphDef;
using tensorflow::NodeDef;
using tensorflow::SignatureDef;

NodeDef* AddNode(GraphDef& graph, const std::string& name,
                 const std::string& op,
                 const std::vector<std::string>& inputs = {}) {
  NodeDef* node = graph.add_node();
  node->set_name(name);
  node->set_op(op);
  for (const std::string& input : inputs) {
    node->add_input(input);
  }
  return node;
}

FunctionDef* AddFunction(GraphDef& graph, const std::string& name,
                         const std::vector<std::string>& ops) {
  FunctionDef* function = graph.mutable_library()->add_function();
  function->mutable_signature()->set_name(name);
  for (const std::string& op : ops) {
    function->add_node_def()->set_op(op);
  }
  return function;
}

SignatureDef Signature(const std::vector<std::string>& inputs,
                       const std::vector<std::string>& outputs) {
  SignatureDef signature;
  for (const std::string& input : inputs) {
    (*signature.mutable_inputs())[input].set_name(input);
  }
  for (const std::string& output : outputs) {
    (*signature.mutable_outputs())[output].set_name(output);
  }
  return signature;
}

TEST(GraphSizerTest, CountsTheNodesBetweenInputsAndOutputs) {
  GraphDef graph;
  AddNode(graph, "decode", "DecodePng");
  AddNode(graph, "x", "Identity", {"decode"});
  AddNode(graph, "two", "Const", {"^x"});
  AddNode(graph, "y", "Mul", {"x", "two:0"});
  AddNode(graph, "unrelated", "Neg", {"y"});

  const GraphSize size = GraphSizer(graph).SizeOf(Signature({"x:0"}, {"y:0"}));

  EXPECT_EQ(size.nodes, 2);
}

TEST(GraphSizerTest, CountsASharedNodeOnce) {
  GraphDef graph;
  AddNode(graph, "c", "Const");
  AddNode(graph, "a", "Neg", {"c"});
  AddNode(graph, "b", "Neg", {"c"});

  EXPECT_EQ(GraphSizer(graph).SizeOf(Signature({}, {"a:0", "b:0"})).nodes, 3);
}

TEST(GraphSizerTest, CountsTheBodyOfAFunctionForEachCall) {
  GraphDef graph;
  AddFunction(graph, "body", {"Neg", "Exp", "Log"});
  AddNode(graph, "direct", "body");
  NodeDef* call = AddNode(graph, "call", "PartitionedCall", {"direct"});
  (*call->mutable_attr())["f"].mutable_func()->set_name("body");

  EXPECT_EQ(GraphSizer(graph).SizeOf(Signature({}, {"call:0"})).nodes,
            (1 + 3) + (1 + 3));
}

TEST(GraphSizerTest, CountsAllBranchesOfACase) {
  GraphDef graph;
  AddFunction(graph, "f", {"Neg"});
  AddFunction(graph, "g", {"Exp", "Log"});
  NodeDef* node = AddNode(graph, "case", "Case");
  auto* branches = (*node->mutable_attr())["branches"].mutable_list();
  branches->add_func()->set_name("f");
  branches->add_func()->set_name("g");

  EXPECT_EQ(GraphSizer(graph).SizeOf(Signature({}, {"case:0"})).nodes, 4);
}

TEST(GraphSizerTest, DoesNotOverflowWithNestedFunctions) {
  GraphDef graph;
  AddFunction(graph, "f0", {"Neg", "Neg"});
  for (int i = 1; i < 100; ++i) {
    const std::string callee = "f" + std::to_string(i - 1);
    AddFunction(graph, "f" + std::to_string(i), {callee, callee});
  }
  AddNode(graph, "y", "f99");

  EXPECT_GT(GraphSizer(graph).SizeOf(Signature({}, {"y:0"})).nodes, 1'000'000);
}

TEST(GraphSizerTest, FindsNoLoopInAGraphWithoutLoops) {
  GraphDef graph;
  AddNode(graph, "y", "Neg");

  EXPECT_FALSE(GraphSizer(graph).SizeOf(Signature({}, {"y:0"})).has_loop);
}

TEST(GraphSizerTest, FindsALoopInAFunction) {
  GraphDef graph;
  AddFunction(graph, "f", {"StatelessWhile"});
  AddNode(graph, "y", "f");

  EXPECT_TRUE(GraphSizer(graph).SizeOf(Signature({}, {"y:0"})).has_loop);
}

TEST(GraphSizerTest, TreatsRecursionAsALoop) {
  GraphDef graph;
  AddFunction(graph, "f", {"g"});
  AddFunction(graph, "g", {"f"});
  AddNode(graph, "y", "f");

  EXPECT_TRUE(GraphSizer(graph).SizeOf(Signature({}, {"y:0"})).has_loop);
}

TEST(GraphSizerTest, NamesAnOpThatIsNotRegistered) {
  GraphDef graph;
  AddFunction(graph, "f", {"Neg", "Tokenize"});
  AddNode(graph, "y", "f");
  AddNode(graph, "z", "Neg");

  GraphSizer sizer(graph);

  EXPECT_EQ(sizer.SizeOf(Signature({}, {"y:0"})).unknown_op, "Tokenize");
  EXPECT_EQ(sizer.SizeOf(Signature({}, {"z:0"})).unknown_op, "");
}

TEST(GraphSizerTest, IgnoresNamesThatTheGraphDoesNotHave) {
  GraphDef graph;

  EXPECT_EQ(GraphSizer(graph).SizeOf(Signature({"x:0"}, {"y:0"})).nodes, 0);
}

}  // namespace
}  // namespace tfs3
