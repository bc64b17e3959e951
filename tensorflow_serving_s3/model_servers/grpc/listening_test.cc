// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/listening.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace tfs3::grpc {
namespace {

std::string ErrorOf(const std::string& address) {
  const ListenResult result = Listen(address, {});
  for (const Listener& listener : result.listeners) {
    CloseListener(listener);
  }
  return result.error;
}

TEST(ListenTest, Port0SelectsAFreePort) {
  const ListenResult result = Listen("127.0.0.1:0", {});

  ASSERT_EQ(result.error, "");
  ASSERT_EQ(result.listeners.size(), 1u);
  EXPECT_GT(result.listeners[0].port, 0);
  CloseListener(result.listeners[0]);
}

TEST(ListenTest, AllAddressesOfANameHaveTheSamePort) {
  const ListenResult result = Listen("localhost:0", {});

  ASSERT_EQ(result.error, "");
  for (const Listener& listener : result.listeners) {
    EXPECT_EQ(listener.port, result.listeners[0].port);
    CloseListener(listener);
  }
}

TEST(ListenTest, TheFolderOfAUnixSocketMustExist) {
  EXPECT_EQ(
      ErrorOf("unix:/no/such/folder/socket"),
      "gRPC cannot listen at unix:/no/such/folder/socket: No such file or "
      "directory; choose another path, in an existing folder that this user "
      "may write to");
}

TEST(ListenTest, ReplacesSocketFilesOnly) {
  EXPECT_EQ(
      ErrorOf("unix:/proc/self/status"),
      "gRPC cannot listen at unix:/proc/self/status: Address already in use; "
      "choose another path, in an existing folder that this user may write "
      "to");
}

TEST(ListenTest, APortInUseIsAnErrorWithItsNumber) {
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

  EXPECT_EQ(
      ErrorOf(name),
      "gRPC cannot listen at " + name +
          ": Address already in use; stop the process that uses the port, "
          "or choose another port");
  close(fd);
}

TEST(ListenTest, AnAddressNeedsAPort) {
  EXPECT_EQ(ErrorOf("localhost"),
            "gRPC cannot listen at localhost: it has no port; write HOST:PORT");
}

TEST(ListenTest, ThePortMustBeANumber) {
  EXPECT_EQ(ErrorOf("127.0.0.1:http")
                .rfind("gRPC cannot listen at 127.0.0.1:http: ", 0),
            0u);
}

TEST(ListenTest, TheAddressMustBelongToThisMachine) {
  // TEST-NET-1: an address for documentation.
  EXPECT_EQ(
      ErrorOf("192.0.2.1:0"),
      "gRPC cannot listen at 192.0.2.1:0: Cannot assign requested address; "
      "choose an address of this machine, such as 0.0.0.0");
}

}  // namespace
}  // namespace tfs3::grpc
