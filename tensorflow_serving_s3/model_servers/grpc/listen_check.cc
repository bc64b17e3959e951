// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/listen_check.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tfs3::grpc {
namespace {

std::string ListenError(const std::string& address, const std::string& cause,
                        const std::string& cure) {
  return "cannot listen at " + address + ": " + cause + "; " + cure;
}

std::string Cure(int error) {
  switch (error) {
    case EADDRINUSE:
      return "end the process that has the port, or choose another port";
    case EACCES:
      return "choose a port above 1023, or give the process the right to "
             "listen below";
    case EADDRNOTAVAIL:
      return "choose an address of this machine, such as 0.0.0.0";
    default:
      return "choose another address or port";
  }
}

// The error of binding a socket to `info`, or 0.
int TryBind(const addrinfo& info) {
  const int fd = socket(info.ai_family, info.ai_socktype, info.ai_protocol);
  if (fd < 0) return errno;
  // As gRPC does: connections that have ended do not keep the port.
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool listens = bind(fd, info.ai_addr, info.ai_addrlen) == 0 &&
                       listen(fd, /*backlog=*/1) == 0;
  const int error = listens ? 0 : errno;
  close(fd);
  return error;
}

}  // namespace

std::string CheckListen(const std::string& address) {
  if (address.compare(0, 5, "unix:") == 0) return "";
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return ListenError(address, "it has no port", "write HOST:PORT");
  }
  std::string host = address.substr(0, colon);
  const std::string port = address.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                    port.c_str(), &hints, &found);
      error != 0) {
    return ListenError(address, gai_strerror(error),
                       "write HOST:PORT with a host of this machine and a "
                       "port from 0 to 65535");
  }
  const int error = TryBind(*found);
  freeaddrinfo(found);
  // Without IPv6 gRPC listens at the IPv4 form of the address.
  if (error == 0 || error == EAFNOSUPPORT) return "";
  return ListenError(address, std::system_category().message(error),
                     Cure(error));
}

}  // namespace tfs3::grpc
