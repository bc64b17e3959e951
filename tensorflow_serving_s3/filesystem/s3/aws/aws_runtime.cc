// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The runtime is never destroyed. The CRT shuts down asynchronously on the
// threads that it ends, and waits for every open connection and stream.
// TensorFlow gives a filesystem no safe moment for that: files may be open,
// other threads may read, and the Python interpreter may be half destroyed. The
// threads sleep in epoll until the process ends. None of them uses a C++ object
// with a static destructor, and OPENSSL_INIT_NO_ATEXIT keeps OpenSSL's tables
// alive.
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

#include <openssl/crypto.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>

#include "aws/auth/auth.h"
#include "aws/common/allocator.h"
#include "aws/common/byte_buf.h"
#include "aws/common/date_time.h"
#include "aws/common/error.h"
#include "aws/common/logging.h"
#include "aws/io/channel.h"
#include "aws/io/channel_bootstrap.h"
#include "aws/io/event_loop.h"
#include "aws/io/host_resolver.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/log_filter.h"
#include "tensorflow_serving_s3/filesystem/s3/base/per_process.h"

namespace tfs3 {
namespace s3 {
namespace {

// One event loop transfers several hundred MB/s with TLS; a few loops are
// enough.
constexpr unsigned kMaxEventLoops = 8;
constexpr size_t kMaxResolvedHosts = 64;
// Bytes to read from a socket in one call. With the CRT's default of 16 KiB,
// the event loop runs too often.
constexpr size_t kReadBytes = size_t{256} << 10;

std::atomic<aws_log_level> log_level{AWS_LL_NONE};

aws_log_level GetLogLevel(aws_logger*, aws_log_subject_t subject) {
  // The signer logs canonical requests, which contain session tokens.
  if (subject == AWS_LS_AUTH_SIGNING) {
    return AWS_LL_NONE;
  }
  return log_level.load(std::memory_order_relaxed);
}

__attribute__((format(printf, 4, 5))) int Log(aws_logger*, aws_log_level level,
                                              aws_log_subject_t subject,
                                              const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char message[2048];
  std::vsnprintf(message, sizeof(message), format, arguments);
  va_end(arguments);
  const char* level_name = "";
  aws_log_level_to_string(level, &level_name);
  std::fprintf(stderr, "s3 [%s] %s: %s\n", level_name,
               aws_log_subject_name(subject), WithoutSecrets(message).c_str());
  return AWS_OP_SUCCESS;
}

void CleanUpLogger(aws_logger*) {}

int SetLoggerLevel(aws_logger*, aws_log_level level) {
  log_level = level;
  return AWS_OP_SUCCESS;
}

// May be called several times.
void InitLibraries() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  aws_auth_library_init(AwsRuntime::allocator());
  g_aws_channel_max_fragment_size = kReadBytes;
  static aws_logger_vtable vtable = {Log, GetLogLevel, CleanUpLogger,
                                     SetLoggerLevel};
  static aws_logger logger = {&vtable, AwsRuntime::allocator(), nullptr};
  aws_logger_set(&logger);
  // The CRT creates its table of months, without a lock, when it first parses a
  // date.
  const aws_byte_cursor date =
      aws_byte_cursor_from_c_str("Thu, 01 Jan 1970 00:00:00 GMT");
  aws_date_time parsed;
  aws_date_time_init_from_str_cursor(&parsed, &date, AWS_DATE_FORMAT_RFC822);
}

struct Shared {
  const AwsRuntime* runtime = nullptr;
};

// Never destroyed. Guarded by start_mutex.
Shared& OfProcess() {
  static StaticPerProcess<Shared> per_process;
  return per_process.get();
}

// Held during the start of the runtime; fork() waits for it. A child that is
// forked during the start would use incomplete tables of the CRT, and would
// inherit locks that no thread releases.
std::mutex start_mutex;

// Registered when the program or the shared object is loaded.
[[maybe_unused]] const int kForkWaitsForStart =
    pthread_atfork([] { start_mutex.lock(); }, [] { start_mutex.unlock(); },
                   [] { start_mutex.unlock(); });

}  // namespace

Result<const AwsRuntime*> AwsRuntime::Get() {
  std::lock_guard<std::mutex> lock(start_mutex);
  Shared& shared = OfProcess();
  if (shared.runtime == nullptr) {
    InitLibraries();
    AwsRuntime* candidate = new AwsRuntime();
    if (!candidate->Start()) {
      const std::string cause = aws_error_str(aws_last_error());
      delete candidate;
      return Status{TF_RESOURCE_EXHAUSTED,
                    "the S3 client could not start its threads: " + cause +
                        "; the limits on threads (ulimit -u) or open files "
                        "(ulimit -n) may be too low"};
    }
    shared.runtime = candidate;
  }
  return shared.runtime;
}

aws_allocator* AwsRuntime::allocator() { return aws_default_allocator(); }

bool AwsRuntime::Start() {
  aws_event_loop_group_options loop_options = {};
  loop_options.loop_count = static_cast<uint16_t>(
      std::clamp(std::thread::hardware_concurrency(), 1u, kMaxEventLoops));
  event_loop_group_ = aws_event_loop_group_new(allocator(), &loop_options);
  if (event_loop_group_ == nullptr) {
    return false;
  }

  aws_host_resolver_default_options resolver_options = {};
  resolver_options.max_entries = kMaxResolvedHosts;
  resolver_options.el_group = event_loop_group_;
  host_resolver_ =
      aws_host_resolver_new_default(allocator(), &resolver_options);
  if (host_resolver_ == nullptr) {
    return false;
  }

  aws_client_bootstrap_options bootstrap_options = {};
  bootstrap_options.event_loop_group = event_loop_group_;
  bootstrap_options.host_resolver = host_resolver_;
  client_bootstrap_ = aws_client_bootstrap_new(allocator(), &bootstrap_options);
  return client_bootstrap_ != nullptr;
}

// Only for a runtime that could not start: see the top of this file.
AwsRuntime::~AwsRuntime() {
  aws_client_bootstrap_release(client_bootstrap_);
  aws_host_resolver_release(host_resolver_);
  aws_event_loop_group_release(event_loop_group_);
}

void AwsRuntime::SetLogLevel(LogLevel level) const {
  aws_log_level crt_level = AWS_LL_NONE;
  switch (level) {
    case LogLevel::kOff:
      crt_level = AWS_LL_NONE;
      break;
    case LogLevel::kFatal:
      crt_level = AWS_LL_FATAL;
      break;
    case LogLevel::kError:
      crt_level = AWS_LL_ERROR;
      break;
    case LogLevel::kWarn:
      crt_level = AWS_LL_WARN;
      break;
    case LogLevel::kInfo:
      crt_level = AWS_LL_INFO;
      break;
    case LogLevel::kDebug:
      crt_level = AWS_LL_DEBUG;
      break;
    case LogLevel::kTrace:
      crt_level = AWS_LL_TRACE;
      break;
  }
  log_level = crt_level;
}

}  // namespace s3
}  // namespace tfs3
