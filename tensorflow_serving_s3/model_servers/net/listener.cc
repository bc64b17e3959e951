// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/listener.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace tfs3::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

error_code LastError() { return {errno, boost::system::system_category()}; }

absl::Status PortError(const std::string& address, int port, error_code error) {
  const std::string place =
      absl::StrCat("Cannot listen for HTTP at ", address, ":", port, ": ");
  if (error == asio::error::address_in_use) {
    return absl::FailedPreconditionError(absl::StrCat(
        place, "another process uses port ", port,
        ". Stop it, or choose another port (0 selects a free one)."));
  }
  if (error == asio::error::access_denied) {
    return absl::PermissionDeniedError(
        absl::StrCat(place, "this user may not open port ", port,
                     ". Choose a port above 1023."));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      place, error.message(),
      ". The address must be a name or an IP address of this machine."));
}

// Returns a listening socket, or -1 with the error in errno.
int Listen(const asio::generic::stream_protocol::endpoint& endpoint) {
  const int family = endpoint.protocol().family();
  const int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return fd;
  }
  constexpr int kOn = 1;
  constexpr int kOff = 0;
  if ((family == AF_UNIX ||
       setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &kOn, sizeof kOn) == 0) &&
      (family != AF_INET6 ||
       setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &kOff, sizeof kOff) == 0) &&
      bind(fd, endpoint.data(), endpoint.size()) == 0 &&
      listen(fd, SOMAXCONN) == 0) {
    return fd;
  }
  const int cause = errno;
  close(fd);
  errno = cause;
  return -1;
}

// Removes a socket file at `path` that no process listens at.
absl::Status RemoveDeadSocket(const std::string& place,
                              const std::string& path) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) {
    return absl::OkStatus();
  }
  if (!S_ISSOCK(status.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(place,
                     "a file that is not a socket has this path. Remove it, or "
                     "choose another path."));
  }
  asio::io_context io;
  asio::local::stream_protocol::socket probe(io);
  error_code error;
  probe.connect(asio::local::stream_protocol::endpoint(path), error);
  if (error != asio::error::connection_refused) {
    return absl::FailedPreconditionError(absl::StrCat(
        place, error ? error.message() : "another process uses the socket",
        ". Stop it, or choose another path."));
  }
  if (unlink(path.c_str()) == 0 || errno == ENOENT) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(place, "cannot remove the socket file of an ended process: ",
                   std::strerror(errno), ". Remove it."));
}

}  // namespace

absl::StatusOr<int> ListenOnPort(const std::string& address, int port) {
  if (port < 0 || port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("Cannot listen for HTTP at port ", port,
                     ": a port is a number from 0 to 65535."));
  }
  error_code error;
  asio::io_context io;
  tcp::resolver resolver(io);
  const auto addresses = resolver.resolve(
      address, std::to_string(port),
      tcp::resolver::passive | tcp::resolver::numeric_service, error);
  if (error) {
    return PortError(address, port, error);
  }
  const int listener = Listen(addresses.begin()->endpoint());
  if (listener < 0) {
    return PortError(address, port, LastError());
  }
  return listener;
}

absl::StatusOr<int> ListenOnUnixSocket(const std::string& path) {
  const std::string place =
      absl::StrCat("Cannot listen for HTTP at the UNIX socket ", path, ": ");
  constexpr size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() > kLongest) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, "the path has ", path.size(),
                     " bytes, and the limit of the system is ", kLongest,
                     ". Choose a shorter path."));
  }
  if (absl::Status status = RemoveDeadSocket(place, path); !status.ok()) {
    return status;
  }
  const int listener = Listen(asio::local::stream_protocol::endpoint(path));
  if (listener >= 0) {
    return listener;
  }
  return absl::FailedPreconditionError(
      absl::StrCat(place, LastError().message(),
                   ". Its folder must exist, and this user must be allowed to "
                   "write to it."));
}

int PortOf(int listener) {
  sockaddr_in6 address{};  // sockaddr_in has the port at the same place.
  socklen_t size = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin6_port);
}

}  // namespace tfs3::net
