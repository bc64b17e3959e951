// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/testing/seaweed.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <thread>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/base/url.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {
namespace {

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "seaweed: %s\n", why.c_str());
  std::abort();
}

// Sends an HTTP request to 127.0.0.1. Returns the status, 0 without a response.
int Request(int port, const std::string& method, const std::string& path,
            const std::string& body) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  // Another process may use the port and not respond.
  const timeval timeout = {5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  int status = 0;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) ==
      0) {
    const std::string request =
        method + " " + path +
        " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        "Content-Type: application/octet-stream\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    size_t sent = 0;
    while (sent < request.size()) {
      const ssize_t n =
          send(fd, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) {
        break;
      }
      sent += n;
    }
    std::string response;
    char buffer[4096];
    for (ssize_t n; (n = recv(fd, buffer, sizeof(buffer), 0)) > 0;) {
      response.append(buffer, n);
    }
    std::sscanf(response.c_str(), "HTTP/1.1 %d", &status);
  }
  close(fd);
  return status;
}

// Returns flags with free ports: each part of SeaweedFS has a port for HTTP and
// one for gRPC.
std::vector<std::string> PortFlags(int& s3_port, int& filer_port) {
  std::set<int> taken;
  std::vector<std::string> flags;
  for (const char* part : {"s3", "filer", "master", "volume", "admin"}) {
    for (const char* kind : {".port=", ".port.grpc="}) {
      int port = UnusedPort();
      while (!taken.insert(port).second) {
        port = UnusedPort();
      }
      flags.push_back(std::string("-") + part + kind + std::to_string(port));
      if (flags.back().find("-s3.port=") == 0) {
        s3_port = port;
      }
      if (flags.back().find("-filer.port=") == 0) {
        filer_port = port;
      }
    }
  }
  for (const char* flag :
       {"-webdav.port=", "-s3.port.iceberg=", "-s3.port.lance="}) {
    int port = UnusedPort();
    while (!taken.insert(port).second) {
      port = UnusedPort();
    }
    flags.push_back(flag + std::to_string(port));
  }
  return flags;
}

}  // namespace

Seaweed::Seaweed() {
  const char* executable = std::getenv("TFS3_WEED");
  if (executable == nullptr) {
    Die("TFS3_WEED is not set");
  }
  const char* temporary = std::getenv("TEST_TMPDIR");
  folder_ = std::string(temporary == nullptr ? "/tmp" : temporary) +
            "/seaweed_XXXXXX";
  if (mkdtemp(folder_.data()) == nullptr) {
    Die("no folder " + folder_);
  }
  // Another process may take one of the ports before SeaweedFS.
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const std::string folder = folder_ + "/" + std::to_string(attempt);
    std::filesystem::create_directory(folder);
    Start(executable, folder);
    if (WaitUntilReady()) {
      return;
    }
    std::ifstream file(folder + "/log");
    std::cerr << "seaweed: does not respond (attempt " << attempt
              << "); its log:\n"
              << file.rdbuf() << std::endl;
    Stop();
  }
  Die("does not respond");
}

void Seaweed::Start(const char* executable, const std::string& folder) {
  std::vector<std::string> arguments = PortFlags(s3_port_, filer_port_);
  arguments.insert(arguments.begin(),
                   {executable, "mini", "-dir=" + folder, "-ip=127.0.0.1",
                    "-ip.bind=127.0.0.1", "-master.telemetry=false",
                    "-bucket=models,empty-bucket"});
  std::vector<char*> argv;
  for (std::string& argument : arguments) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::string(*variable).compare(0, 4, "AWS_") != 0) {
      environment.push_back(*variable);
    }
  }
  std::string access_key_id = "AWS_ACCESS_KEY_ID=testkey";
  std::string secret = "AWS_SECRET_ACCESS_KEY=testsecret";
  environment.push_back(access_key_id.data());
  environment.push_back(secret.data());
  environment.push_back(nullptr);
  const std::string log = folder + "/log";
  pid_ = fork();
  if (pid_ == 0) {
    // Kill the process when the test ends for any reason.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int fd = open(log.c_str(), O_WRONLY | O_CREAT, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    execve(executable, argv.data(), environment.data());
    _exit(127);
  }
}

bool Seaweed::WaitUntilReady() {
  constexpr int kTenths = 300;
  int tenths = 0;
  for (const std::string bucket : {"models", "empty-bucket"}) {
    while (Request(s3_port_, "GET", "/" + bucket, "") != 403 ||
           Request(filer_port_, "GET", "/buckets/" + bucket + "/", "") != 200) {
      if (++tenths == kTenths) {
        return false;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
  return true;
}

void Seaweed::Stop() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

Seaweed::~Seaweed() {
  Stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string Seaweed::endpoint() const {
  return "http://127.0.0.1:" + std::to_string(s3_port_);
}

void Seaweed::Put(const std::string& key, const std::string& bytes) {
  const std::string path = "/buckets/models/" + UriEncode(key, true);
  const int status = Request(filer_port_, "PUT", path, bytes);
  if (status != 201) {
    Die("PUT " + path + " returned " + std::to_string(status));
  }
}

}  // namespace s3
}  // namespace tfs3
