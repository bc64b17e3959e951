// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/base/stderr_lines.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <thread>
#include <utility>

namespace tfs3 {
namespace {

// Integers, because RedirectStderr runs before initialisers.
int original = -1;  // The original stderr.
int held = -1;      // Replaces stderr from RedirectStderr to CaptureStderr.
int pipe_end = -1;  // The reading end of the pipe that replaces stderr.
int wake = -1;      // Readable when the reading thread must end.

constexpr size_t kMaxLineBytes = size_t{64} << 10;

std::thread& Reader() {
  static std::thread& reader = *new std::thread;
  return reader;
}

// Splits text into lines.
class LineSplitter {
 public:
  explicit LineSplitter(std::function<void(absl::string_view)> on_line)
      : on_line_(std::move(on_line)) {}

  void Add(absl::string_view text) {
    pending_.append(text.data(), text.size());
    size_t begin = 0;
    for (size_t end; (end = pending_.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      Send(absl::string_view(pending_).substr(begin, end - begin));
    }
    pending_.erase(0, begin);
    if (pending_.size() >= kMaxLineBytes) {
      Finish();
    }
  }

  // Passes on the incomplete last line.
  void Finish() {
    Send(pending_);
    pending_.clear();
  }

 private:
  void Send(absl::string_view line) {
    if (!line.empty()) {
      on_line_(line);
    }
  }

  const std::function<void(absl::string_view)> on_line_;
  std::string pending_;
};

// Reads from `fd`. Returns an empty string at the end.
std::string ReadSome(int fd) {
  std::string text(size_t{16} << 10, '\0');
  ssize_t size;
  do {
    size = read(fd, text.data(), text.size());
  } while (size < 0 && errno == EINTR);
  text.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return text;
}

void ReadUntilReleased(LineSplitter lines) {
  pollfd fds[] = {{pipe_end, POLLIN, 0}, {wake, POLLIN, 0}};
  while (true) {
    if (poll(fds, 2, /*timeout=*/-1) < 0) {
      if (errno == EINTR) {
        continue;
      }
      break;
    }
    // Empties the pipe before it ends.
    if (fds[0].revents != 0) {
      const std::string text = ReadSome(pipe_end);
      if (text.empty()) {
        break;
      }
      lines.Add(text);
    } else if (fds[1].revents != 0) {
      break;
    }
  }
  lines.Finish();
}

// Gives the reading thread time to pass on the cause of an abort.
void WaitForReader(int /*signal*/) {
  constexpr timespec kPause = {0, 20'000'000};
  constexpr int kMaxPauses = 50;
  int unread = 0;
  for (int i = 0; i < kMaxPauses; ++i) {
    const bool is_empty =
        ioctl(pipe_end, FIONREAD, &unread) != 0 || unread == 0;
    // Also after the last byte is read: its line must be written.
    nanosleep(&kPause, nullptr);
    if (is_empty) {
      return;
    }
  }
}

}  // namespace

void RedirectStderr() {
  if (original >= 0) {
    return;
  }
  const int file = memfd_create("stderr", MFD_CLOEXEC);
  if (file < 0) {
    return;
  }
  original = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  if (original < 0 || dup2(file, STDERR_FILENO) < 0) {
    close(file);
    return;
  }
  held = file;
}

void CaptureStderr(std::function<void(absl::string_view line)> on_line) {
  std::fflush(stderr);
  if (original < 0) {
    original = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  }
  int ends[2];
  wake = eventfd(0, EFD_CLOEXEC);
  if (original < 0 || wake < 0 || pipe2(ends, O_CLOEXEC) != 0) {
    std::perror("cannot capture stderr");
    return;
  }
  pipe_end = ends[0];
  dup2(ends[1], STDERR_FILENO);
  close(ends[1]);
  LineSplitter lines(std::move(on_line));
  if (held >= 0) {
    lseek(held, 0, SEEK_SET);
    for (std::string text; !(text = ReadSome(held)).empty();) {
      lines.Add(text);
    }
    close(held);
    held = -1;
  }
  Reader() = std::thread(ReadUntilReleased, std::move(lines));
  std::signal(SIGABRT, WaitForReader);
}

void ReleaseStderr() {
  if (!Reader().joinable()) {
    return;
  }
  std::fflush(stderr);
  dup2(original, STDERR_FILENO);
  const uint64_t one = 1;
  if (write(wake, &one, sizeof(one)) == sizeof(one)) {
    Reader().join();
  }
}

void WriteToStderr(absl::string_view text) {
  if (original < 0) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    return;
  }
  while (!text.empty()) {
    const ssize_t size = write(original, text.data(), text.size());
    if (size < 0 && errno == EINTR) {
      continue;
    }
    if (size < 0) {
      return;
    }
    text.remove_prefix(static_cast<size_t>(size));
  }
}

}  // namespace tfs3
