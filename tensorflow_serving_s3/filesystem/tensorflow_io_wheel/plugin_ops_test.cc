// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/tensorflow_io_wheel/plugin_ops.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <set>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

// Blocks that are allocated and not freed.
std::set<void*> blocks;

void* Allocate(size_t size) {
  void* const block = std::calloc(1, size);
  blocks.insert(block);
  return block;
}

void Free(void* block) {
  if (block != nullptr) {
    EXPECT_EQ(blocks.erase(block), 1);
    std::free(block);
  }
}

TF_FilesystemPluginOps Ops(const char* scheme) {
  TF_FilesystemPluginOps ops = {};
  ops.scheme = static_cast<char*>(Allocate(std::strlen(scheme) + 1));
  std::strcpy(ops.scheme, scheme);
  ops.filesystem_ops =
      static_cast<TF_FilesystemOps*>(Allocate(sizeof(TF_FilesystemOps)));
  ops.random_access_file_ops = static_cast<TF_RandomAccessFileOps*>(
      Allocate(sizeof(TF_RandomAccessFileOps)));
  return ops;
}

TF_FilesystemPluginInfo Plugin() {
  TF_FilesystemPluginInfo plugin = {};
  plugin.plugin_memory_allocate = &Allocate;
  plugin.plugin_memory_free = &Free;
  plugin.num_schemes = 2;
  plugin.ops = static_cast<TF_FilesystemPluginOps*>(
      Allocate(2 * sizeof(TF_FilesystemPluginOps)));
  plugin.ops[0] = Ops("az");
  plugin.ops[1] = Ops("s3");
  return plugin;
}

TEST(PluginOpsTest, TakesOneSchemeAndFreesTheOthers) {
  blocks.clear();
  const std::optional<TF_FilesystemPluginOps> ops = TakeOps(Plugin(), "s3");
  ASSERT_TRUE(ops.has_value());
  EXPECT_STREQ(ops->scheme, "s3");
  EXPECT_EQ(blocks, (std::set<void*>{ops->scheme, ops->filesystem_ops,
                                     ops->random_access_file_ops}));
  Free(ops->scheme);
  Free(ops->filesystem_ops);
  Free(ops->random_access_file_ops);
}

TEST(PluginOpsTest, FreesAllIfTheSchemeIsMissing) {
  blocks.clear();
  EXPECT_FALSE(TakeOps(Plugin(), "gs").has_value());
  EXPECT_TRUE(blocks.empty());
}

}  // namespace
}  // namespace tfs3
