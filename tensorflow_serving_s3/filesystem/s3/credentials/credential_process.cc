// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/credential_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <optional>
#include <thread>

#include "tensorflow_serving_s3/filesystem/s3/aws/json.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"

extern char** environ;

namespace tfs3 {
namespace s3 {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr size_t kMaxOutputBytes = size_t{1} << 20;
constexpr milliseconds kPoll(10);

struct Pipe {
  int fds[2] = {-1, -1};
  Pipe() {
    if (pipe2(fds, O_CLOEXEC) != 0) {
      fds[0] = fds[1] = -1;
    }
  }
  ~Pipe() {
    for (const int end : {0, 1}) {
      Close(end);
    }
  }
  void Close(int end) {
    if (fds[end] >= 0) {
      close(fds[end]);
    }
    fds[end] = -1;
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
};

struct Output {
  std::string out;
  std::string err;
  bool in_time = true;
  int wait_status = 0;
};

// Starts a process in a new process group, so that its children can be killed
// with it. Returns nullopt, and sets errno, if it cannot be started.
std::optional<pid_t> Spawn(const std::string& command, const Pipe& out,
                           const Pipe& err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.fds[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err.fds[1], 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  std::string shell = "sh", flag = "-c", text = command;
  char* arguments[] = {shell.data(), flag.data(), text.data(), nullptr};
  pid_t pid = -1;
  errno =
      posix_spawn(&pid, "/bin/sh", &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (errno != 0) {
    return std::nullopt;
  }
  return pid;
}

// Reads the available bytes. Returns false at the end of the file.
bool ReadSome(int fd, std::string& to) {
  char buffer[4096];
  const ssize_t bytes = read(fd, buffer, sizeof(buffer));
  if (bytes < 0) {
    return errno == EINTR;
  }
  if (to.size() < kMaxOutputBytes) {
    to.append(buffer, bytes);
  }
  return bytes > 0;
}

void ReadAll(Pipe& out, Pipe& err, Clock::time_point deadline, Output& output) {
  while (out.fds[0] >= 0 || err.fds[0] >= 0) {
    const auto left =
        std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
    pollfd polled[] = {{out.fds[0], POLLIN, 0}, {err.fds[0], POLLIN, 0}};
    if (left <= 0 || poll(polled, 2, static_cast<int>(left)) == 0) {
      output.in_time = false;
      return;
    }
    if (polled[0].revents != 0 && !ReadSome(out.fds[0], output.out)) {
      out.Close(0);
    }
    if (polled[1].revents != 0 && !ReadSome(err.fds[0], output.err)) {
      err.Close(0);
    }
  }
}

void Await(pid_t pid, Clock::time_point deadline, Output& output) {
  while (output.in_time) {
    // ECHILD: other code in this process has waited for it.
    if (waitpid(pid, &output.wait_status, WNOHANG) != 0) {
      return;
    }
    output.in_time = Clock::now() < deadline;
    std::this_thread::sleep_for(kPoll);
  }
  kill(-pid, SIGKILL);
  waitpid(pid, &output.wait_status, 0);
}

std::string DescribeExit(int wait_status) {
  return WIFSIGNALED(wait_status)
             ? "was ended by signal " + std::to_string(WTERMSIG(wait_status))
             : "ended with exit status " +
                   std::to_string(WEXITSTATUS(wait_status));
}

Result<Credentials> ParseOutput(const std::string& text, const std::string& who,
                                const std::string& source) {
  const std::optional<FlatJson> json = FlattenJson(text);
  if (!json.has_value()) {
    return Status{TF_UNAUTHENTICATED, who + "did not print a JSON object"};
  }
  const auto find = [&](const char* name) {
    const auto it = json->find(name);
    return it == json->end() ? std::string() : it->second;
  };
  if (find("Version") != "1") {
    return Status{TF_UNAUTHENTICATED, who + "did not print \"Version\": 1"};
  }
  CredentialParts parts;
  parts.access_key_id = find("AccessKeyId");
  parts.secret_access_key = find("SecretAccessKey");
  parts.session_token = find("SessionToken");
  parts.expiration = find("Expiration");
  if (parts.access_key_id.empty() || parts.secret_access_key.empty()) {
    return Status{TF_UNAUTHENTICATED,
                  who + "did not print AccessKeyId and SecretAccessKey"};
  }
  return NewCredentials(parts, source);
}

}  // namespace

Result<Credentials> RunCredentialProcess(const std::string& command,
                                         const std::string& source,
                                         milliseconds timeout) {
  const std::string who = "the credential_process of " + source + " ";
  Pipe out, err;
  if (out.fds[0] < 0 || err.fds[0] < 0) {
    return Status{TF_RESOURCE_EXHAUSTED,
                  who + "cannot be started: " + std::strerror(errno)};
  }
  const std::optional<pid_t> pid = Spawn(command, out, err);
  if (!pid.has_value()) {
    return Status{TF_UNAUTHENTICATED,
                  who + "cannot be started: " + std::strerror(errno)};
  }
  out.Close(1);
  err.Close(1);
  const Clock::time_point deadline = Clock::now() + timeout;
  Output output;
  ReadAll(out, err, deadline, output);
  Await(*pid, deadline, output);
  const std::string said = OneLine(output.err);
  const std::string added = said.empty() ? "" : ": " + said;
  if (!output.in_time) {
    return Status{TF_UNAUTHENTICATED, who + "did not end within " +
                                          std::to_string(timeout.count()) +
                                          " ms" + added};
  }
  if (output.wait_status != 0) {
    return Status{TF_UNAUTHENTICATED,
                  who + DescribeExit(output.wait_status) + added};
  }
  return ParseOutput(output.out, who, source);
}

}  // namespace s3
}  // namespace tfs3
