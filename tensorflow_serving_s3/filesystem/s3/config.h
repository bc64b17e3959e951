// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What users set: environment variables and the AWS profile, read into one
// struct. Which variable wins when several say the same thing is decided here
// and nowhere else.
//
//   Result<Options> options = OptionsFromEnvironment(getenv_fn, profile_fn);
//
//   what       first found wins
//   endpoint   S3_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, profile
//   scheme     the endpoint's own, else S3_USE_HTTPS, else https
//   region     AWS_REGION, AWS_DEFAULT_REGION, profile, us-east-1
//   CA bundle  S3_CA_FILE, AWS_CA_BUNDLE; a folder of CAs: S3_CA_PATH
//   anonymous  AWS_NO_SIGN_REQUEST, awsAnonymousCredential (KServe's)
//   addressing S3_USER_VIRTUAL_BUCKET (KServe's), else see endpoint.h
//   others     S3_VERIFY_SSL, S3_CONNECT_TIMEOUT_MSEC, S3_REQUEST_TIMEOUT_MSEC,
//              AWS_MAX_ATTEMPTS, AWS_LOG_LEVEL, AWS_PROFILE
//
// A variable that is set to the empty string counts as not set. A value that
// cannot be understood is INVALID_ARGUMENT naming the variable, the value and
// what it may be. Credentials are not read here (credentials.h), so that an
// Options holds no secret and may be printed. Pure functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CONFIG_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CONFIG_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/status.h"

namespace tfs3 {
namespace s3 {

// The levels of AWS_LOG_LEVEL, for the log of the AWS Common Runtime.
enum class LogLevel { kOff, kFatal, kError, kWarn, kInfo, kDebug, kTrace };

struct Options {
  // As given, with or without a scheme; empty for AWS itself.
  std::string endpoint;
  // Who said so, for messages: "S3_ENDPOINT", "the profile \"ci\"".
  std::string endpoint_source;
  std::optional<bool> use_https;

  std::string region = "us-east-1";
  std::string region_source = "the default";

  bool verify_tls = true;
  std::string ca_file;
  std::string ca_path;

  std::optional<bool> virtual_host_addressing;

  bool anonymous = false;
  std::string anonymous_source;
  std::string profile = "default";

  // To set up a connection.
  std::chrono::milliseconds connect_timeout{1000};
  // The longest silence, not a byte received, that is waited for.
  std::chrono::milliseconds request_timeout{3000};
  // How often a request is tried altogether, at least 1.
  int max_attempts = 5;

  LogLevel log_level = LogLevel::kOff;
};

// Looks up an environment variable; nullopt when it is not set.
using GetenvFn = std::function<std::optional<std::string>(const char* name)>;
// Looks up a property ("region") of a profile of the shared AWS files.
using ProfileFn = std::function<std::optional<std::string>(
    const std::string& profile, const char* property)>;

Result<Options> OptionsFromEnvironment(const GetenvFn& getenv_fn,
                                       const ProfileFn& profile_fn);

// The process's own environment.
std::optional<std::string> ProcessGetenv(const char* name);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CONFIG_H_
