// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/spare_descriptor.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace tfs3 {
namespace {

TEST(SpareDescriptorTest, ClosesAConnectionWithoutAFreeDescriptor) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const name = reinterpret_cast<sockaddr*>(&address);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  ASSERT_EQ(bind(listener, name, size), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  ASSERT_EQ(getsockname(listener, name, &size), 0);
  SpareDescriptor spare;
  EXPECT_FALSE(spare.CloseNextConnection(listener));
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_EQ(connect(client, name, size), 0);
  rlimit files;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
  // Descriptors above `client` are free, but not allowed.
  const rlimit none_free = {static_cast<rlim_t>(client + 1), files.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none_free), 0);
  ASSERT_EQ(accept(listener, nullptr, nullptr), -1);
  ASSERT_EQ(errno, EMFILE);

  EXPECT_TRUE(spare.CloseNextConnection(listener));

  char byte;
  EXPECT_EQ(recv(client, &byte, 1, 0), 0);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
  close(client);
  close(listener);
}

}  // namespace
}  // namespace tfs3
