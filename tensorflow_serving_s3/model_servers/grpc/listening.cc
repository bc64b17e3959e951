// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/listening.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace tfs3::grpc {
namespace {

constexpr char kUnixPrefix[] = "unix:";

ListenResult ListenError(const std::string& address, const std::string& cause,
                         const std::string& cure) {
  return {{}, "gRPC cannot listen at " + address + ": " + cause + "; " + cure};
}

std::string Cure(int error) {
  switch (error) {
    case EADDRINUSE:
      return "stop the process that uses the port, or choose another port";
    case EACCES:
      return "choose a port above 1023, or give the process the permission for "
             "ports below (CAP_NET_BIND_SERVICE)";
    case EADDRNOTAVAIL:
      return "choose an address of this machine, such as 0.0.0.0";
    default:
      return "choose another address or port";
  }
}

void SetOption(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof(value));
}

struct Bound {
  // The listening socket; -1 after an error.
  int fd;
  // The value of errno; 0 on success.
  int error;
};

Bound Bind(const sockaddr* address, socklen_t size,
           const ListenOptions& options) {
  const int fd =
      socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return {-1, errno};
  }
  if (address->sa_family != AF_UNIX) {
    // The port can be used while ended connections are in TIME_WAIT.
    SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (options.share_port) {
      SetOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    }
    // The connections inherit these.
    SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    SetOption(fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
              static_cast<int>(options.unacknowledged_timeout.count()));
  }
  if (address->sa_family == AF_INET6) {
    SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  }
  if (bind(fd, address, size) == 0 && listen(fd, SOMAXCONN) == 0) {
    return {fd, 0};
  }
  const int error = errno;
  close(fd);
  return {-1, error};
}

int PortOf(int fd) {
  sockaddr_storage address;
  socklen_t size = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return 0;
  }
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                   : reinterpret_cast<sockaddr_in*>(&address)->sin_port);
}

ListenResult ListenAtPath(const std::string& address,
                          const ListenOptions& options) {
  const std::string path = address.substr(std::strlen(kUnixPrefix));
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(name.sun_path)) {
    return ListenError(address, "the path of a UNIX socket has 1 to 107 bytes",
                       "choose another path");
  }
  path.copy(name.sun_path, path.size());
  struct stat status;
  if (lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) {
    unlink(path.c_str());
  }
  const Bound bound =
      Bind(reinterpret_cast<const sockaddr*>(&name), sizeof(name), options);
  if (bound.fd < 0) {
    return ListenError(address, std::system_category().message(bound.error),
                       "choose another path, in an existing folder that this "
                       "user may write to");
  }
  return {{{bound.fd, 1, path}}, ""};
}

// Listens at all IPv6 and IPv4 addresses of this machine.
ListenResult ListenEverywhere(const std::string& address, int port,
                              const ListenOptions& options) {
  sockaddr_in6 any6 = {};
  any6.sin6_family = AF_INET6;
  any6.sin6_port = htons(port);
  Bound bound =
      Bind(reinterpret_cast<const sockaddr*>(&any6), sizeof(any6), options);
  if (bound.error == EAFNOSUPPORT || bound.error == EADDRNOTAVAIL) {
    sockaddr_in any4 = {};
    any4.sin_family = AF_INET;
    any4.sin_port = htons(port);
    bound =
        Bind(reinterpret_cast<const sockaddr*>(&any4), sizeof(any4), options);
  }
  if (bound.fd < 0) {
    return ListenError(address, std::system_category().message(bound.error),
                       Cure(bound.error));
  }
  return {{{bound.fd, PortOf(bound.fd), ""}}, ""};
}

in_port_t* PortIn(addrinfo* info) {
  return info->ai_family == AF_INET6
             ? &reinterpret_cast<sockaddr_in6*>(info->ai_addr)->sin6_port
             : &reinterpret_cast<sockaddr_in*>(info->ai_addr)->sin_port;
}

bool IsWildcard(const addrinfo& info) {
  if (info.ai_family == AF_INET6) {
    return IN6_IS_ADDR_UNSPECIFIED(
        &reinterpret_cast<sockaddr_in6*>(info.ai_addr)->sin6_addr);
  }
  return reinterpret_cast<sockaddr_in*>(info.ai_addr)->sin_addr.s_addr ==
         htonl(INADDR_ANY);
}

}  // namespace

ListenResult Listen(const std::string& address, const ListenOptions& options) {
  if (address.rfind(kUnixPrefix, 0) == 0) {
    return ListenAtPath(address, options);
  }
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
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found,
                                                                 freeaddrinfo);
  if (IsWildcard(*found)) {
    return ListenEverywhere(address, ntohs(*PortIn(found)), options);
  }
  ListenResult result;
  int first_error = 0;
  for (addrinfo* info = found; info != nullptr; info = info->ai_next) {
    if (!result.listeners.empty()) {
      *PortIn(info) = htons(result.listeners[0].port);
    }
    const Bound bound = Bind(info->ai_addr, info->ai_addrlen, options);
    if (bound.fd >= 0) {
      result.listeners.push_back({bound.fd, PortOf(bound.fd), ""});
    } else if (first_error == 0) {
      first_error = bound.error;
    }
    // Another process may use the port at a later address of the same name.
    if (bound.error == EADDRINUSE) {
      break;
    }
  }
  if (first_error == EADDRINUSE || result.listeners.empty()) {
    for (const Listener& listener : result.listeners) {
      CloseListener(listener);
    }
    return ListenError(address, std::system_category().message(first_error),
                       Cure(first_error));
  }
  return result;
}

void CloseListener(const Listener& listener) {
  close(listener.fd);
  if (!listener.path.empty()) {
    unlink(listener.path.c_str());
  }
}

}  // namespace tfs3::grpc
