// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/socket_info.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace tfs3::grpc {

std::string PeerOf(int fd) {
  sockaddr_storage address;
  socklen_t size = sizeof(address);
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return "";
  }
  char text[INET6_ADDRSTRLEN];
  if (address.ss_family == AF_INET) {
    const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &ipv4.sin_addr, text, sizeof(text));
    return std::string("ipv4:") + text + ":" +
           std::to_string(ntohs(ipv4.sin_port));
  }
  if (address.ss_family != AF_INET6) {
    return "";
  }
  const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(address);
  const std::string port = std::to_string(ntohs(ipv6.sin6_port));
  if (IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr)) {
    inet_ntop(AF_INET, &ipv6.sin6_addr.s6_addr[12], text, sizeof(text));
    return std::string("ipv4:") + text + ":" + port;
  }
  inet_ntop(AF_INET6, &ipv6.sin6_addr, text, sizeof(text));
  return std::string("ipv6:%5B") + text + "%5D:" + port;
}

}  // namespace tfs3::grpc
