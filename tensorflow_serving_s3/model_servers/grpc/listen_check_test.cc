// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/listen_check.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace tfs3::grpc {
namespace {

TEST(CheckListenTest, AllowsAFreePort) {
  EXPECT_EQ(CheckListen("127.0.0.1:0"), "");
}

TEST(CheckListenTest, LeavesUnixSocketsToGrpc) {
  EXPECT_EQ(CheckListen("unix:/no/such/folder/socket"), "");
}

TEST(CheckListenTest, NamesThePortThatIsInUse) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  ASSERT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string name =
      "127.0.0.1:" + std::to_string(ntohs(address.sin_port));

  EXPECT_EQ(CheckListen(name),
            "cannot listen at " + name +
                ": Address already in use; end the process that has the port, "
                "or choose another port");
  close(fd);
}

TEST(CheckListenTest, WantsAPort) {
  EXPECT_EQ(CheckListen("localhost"),
            "cannot listen at localhost: it has no port; write HOST:PORT");
}

TEST(CheckListenTest, WantsAPortThatIsANumber) {
  EXPECT_EQ(CheckListen("127.0.0.1:http")
                .rfind("cannot listen at 127.0.0.1:http: ", 0),
            0u);
}

TEST(CheckListenTest, WantsAnAddressOfThisMachine) {
  // TEST-NET-1, which no machine has.
  EXPECT_EQ(CheckListen("192.0.2.1:0"),
            "cannot listen at 192.0.2.1:0: Cannot assign requested address; "
            "choose an address of this machine, such as 0.0.0.0");
}

}  // namespace
}  // namespace tfs3::grpc
