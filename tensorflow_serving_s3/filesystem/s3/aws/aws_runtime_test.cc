// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include "aws/common/logging.h"
#include "aws/http/http.h"
#include "aws/http/private/http_impl.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

int ThreadCount() {
  int count = 0;
  DIR* tasks = opendir("/proc/self/task");
  while (readdir(tasks) != nullptr) {
    ++count;
  }
  closedir(tasks);
  return count;
}

int ExitStatusOf(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

// Forks while another thread starts the runtime, `delay` after the beginning of
// the start. Requires a process that has not called Get(). Returns true if the
// child had a working runtime.
bool ChildForkedDuringStartWorks(std::chrono::microseconds delay) {
  std::thread starting([] { AwsRuntime::Get(); });
  std::this_thread::sleep_for(delay);
  const pid_t child = fork();
  if (child == 0) {
    const bool whole =
        AwsRuntime::Get().ok() &&
        aws_http_str_to_header_name(aws_byte_cursor_from_c_str("Host")) ==
            AWS_HTTP_HEADER_HOST;
    _exit(whole ? 0 : 1);
  }
  const int status = ExitStatusOf(child);
  starting.join();
  return status == 0;
}

// The first two tests must run before the CRT is started in this process.
TEST(AwsRuntimeTest, AForkWaitsForTheStartInAnotherThread) {
  for (int i = 0; i < 40; ++i) {
    const pid_t fresh = fork();
    if (fresh == 0) {
      _exit(ChildForkedDuringStartWorks(std::chrono::microseconds(i * 50)) ? 0
                                                                           : 1);
    }
    EXPECT_EQ(ExitStatusOf(fresh), 0) << "forked after " << i * 50 << " us";
  }
}

TEST(AwsRuntimeTest, StartsNoThreadsBeforeGet) {
  const int before = ThreadCount();
  EXPECT_EQ(before, 3);  // ".", ".." and the main thread.
  ASSERT_TRUE(AwsRuntime::Get().ok());
  EXPECT_GT(ThreadCount(), before);
}

TEST(AwsRuntimeTest, IsTheSameForAllThreads) {
  std::vector<const AwsRuntime*> seen(8);
  std::vector<std::thread> threads;
  for (auto& slot : seen) {
    threads.emplace_back([&slot] { slot = *AwsRuntime::Get(); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const AwsRuntime* runtime : seen) {
    EXPECT_EQ(runtime, seen[0]);
  }
  EXPECT_NE(seen[0]->client_bootstrap(), nullptr);
  EXPECT_NE(seen[0]->event_loop_group(), nullptr);
  EXPECT_NE(seen[0]->host_resolver(), nullptr);
}

TEST(AwsRuntimeTest, AForkedChildGetsItsOwnRuntime) {
  const AwsRuntime* const parents = *AwsRuntime::Get();
  const pid_t child = fork();
  if (child == 0) {
    const int before = ThreadCount();
    const Result<const AwsRuntime*> own = AwsRuntime::Get();
    _exit(own.ok() && *own != parents && ThreadCount() > before ? 0 : 1);
  }
  EXPECT_EQ(ExitStatusOf(child), 0);
  EXPECT_EQ(*AwsRuntime::Get(), parents);
}

TEST(AwsRuntimeTest, LogsToStderrFromTheGivenLevel) {
  const AwsRuntime* runtime = *AwsRuntime::Get();
  CaptureStderr();
  AWS_LOGF_FATAL(AWS_LS_HTTP_GENERAL, "quiet by default");
  runtime->SetLogLevel(LogLevel::kWarn);
  AWS_LOGF_WARN(AWS_LS_HTTP_GENERAL, "heard %d", 1);
  AWS_LOGF_INFO(AWS_LS_HTTP_GENERAL, "not heard");
  runtime->SetLogLevel(LogLevel::kOff);
  AWS_LOGF_FATAL(AWS_LS_HTTP_GENERAL, "quiet again");
  EXPECT_THAT(GetCapturedStderr(),
              testing::MatchesRegex("s3 \\[WARN\\] [^\n]*: heard 1\n"));
}

TEST(AwsRuntimeTest, ExitsCleanlyWithRunningThreads) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        if (AwsRuntime::Get().ok()) {
          std::exit(0);
        }
        std::exit(1);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
