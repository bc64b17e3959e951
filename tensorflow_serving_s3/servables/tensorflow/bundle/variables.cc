// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/variables.h"

#include <string>

#include "tensorflow/core/common_runtime/device.h"
#include "tensorflow/core/common_runtime/device_mgr.h"
#include "tensorflow/core/framework/attr_value.pb.h"
#include "tensorflow/core/framework/node_def.pb.h"
#include "tensorflow/core/framework/resource_mgr.h"
#include "tensorflow/core/framework/resource_var.h"

namespace tfs3 {
namespace {

// Returns the attribute, or `otherwise` if it is missing or empty.
const std::string& StringAttribute(const tensorflow::NodeDef& node,
                                   const std::string& attribute,
                                   const std::string& otherwise) {
  const auto found = node.attr().find(attribute);
  return found == node.attr().end() || found->second.s().empty()
             ? otherwise
             : found->second.s();
}

bool Holds(const tensorflow::ResourceMgr& resources,
           const std::string& container, const std::string& name) {
  tensorflow::Var* value = nullptr;
  if (!resources.Lookup(container, name, &value).ok()) {
    return false;
  }
  value->Unref();
  return true;
}

// Returns whether a device has a value for the variable of this VarHandleOp. A
// variable without a shared name is stored under an empty name, or under the
// name of its node if TensorFlow set this when it read the graph.
bool HasValue(const tensorflow::DeviceMgr& devices,
              const tensorflow::NodeDef& variable) {
  const std::string none;
  for (tensorflow::Device* device : devices.ListDevices()) {
    const tensorflow::ResourceMgr& resources = *device->resource_manager();
    const std::string& container =
        StringAttribute(variable, "container", resources.default_container());
    const std::string& name = StringAttribute(variable, "shared_name", none);
    if (Holds(resources, container, name)) {
      return true;
    }
    if (name.empty() && Holds(resources, container, variable.name())) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool HasUnrestoredVariables(tensorflow::Session& session,
                            const tensorflow::GraphDef& graph) {
  const tensorflow::DeviceMgr* devices = nullptr;
  if (!session.LocalDeviceManager(&devices).ok()) {
    return false;
  }
  bool has_variables = false;
  for (const tensorflow::NodeDef& node : graph.node()) {
    if (node.op() != "VarHandleOp") {
      continue;
    }
    if (HasValue(*devices, node)) {
      return false;
    }
    has_variables = true;
  }
  return has_variables;
}

}  // namespace tfs3
