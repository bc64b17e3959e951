// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What users set: environment variables and the AWS profile, read into one
// struct. Which variable wins when several say the same thing is decided here
// and nowhere else.
//
//   Result<Options> options = OptionsFromEnvironment(getenv_fn, profile_fn);
//
//   what         first found wins
//   endpoint     S3_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, profile
//                (AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: S3_ENDPOINT alone)
//   scheme       the endpoint's own, else S3_USE_HTTPS, else https
//   region       AWS_REGION, AWS_DEFAULT_REGION, profile, that of an endpoint
//                of AWS, us-east-1; a bucket elsewhere is found
//                (bucket_regions.h)
//   CA bundle    S3_CA_FILE, AWS_CA_BUNDLE, profile; a folder of CAs:
//                S3_CA_PATH
//   anonymous    AWS_NO_SIGN_REQUEST, awsAnonymousCredential (KServe's)
//   addressing   S3_USER_VIRTUAL_BUCKET (KServe's), profile, else endpoint.h
//   acceleration S3_USE_ACCELERATE (KServe's), profile
//   dual stack   AWS_USE_DUALSTACK_ENDPOINT, profile
//   FIPS         AWS_USE_FIPS_ENDPOINT, profile
//   encryption   AWS_SERVER_SIDE_ENCRYPTION, AWS_SSE_KMS_KEY_ID,
//                AWS_SSE_BUCKET_KEY_ENABLED (object_store's, the S3 client of
//                delta-rs, Lance and Polars)
//   who pays     AWS_REQUEST_PAYER (GDAL's and object_store's)
//   S3 Express   AWS_S3_DISABLE_EXPRESS_SESSION_AUTH, profile
//   checksums    AWS_RESPONSE_CHECKSUM_VALIDATION,
//                AWS_REQUEST_CHECKSUM_CALCULATION, profile
//   attempts     AWS_MAX_ATTEMPTS, profile, else AWS_RETRY_MODE or profile
//   proxies      https_proxy, HTTPS_PROXY; http_proxy, HTTP_PROXY; no_proxy,
//                NO_PROXY (proxy.h)
//   others       S3_VERIFY_SSL, S3_CONNECT_TIMEOUT_MSEC,
//                S3_REQUEST_TIMEOUT_MSEC, S3_READ_AHEAD_MIB, AWS_LOG_LEVEL,
//                AWS_PROFILE
//
// A variable that is set to the empty string counts as not set, and so does one
// whose value cannot be understood: Options::remarks has a line that names the
// variable, the value and what it may be. If that would weaken security, or
// send requests elsewhere, it is INVALID_ARGUMENT with the same in the message.
// Which values an endpoint or a region may have, endpoint.h knows. Credentials
// are not read here (credentials_chain.h); the only secret that an Options can
// hold is the password in a proxy's URL. Pure functions.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_CONFIG_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_CONFIG_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

// The levels of AWS_LOG_LEVEL, for the log of the AWS Common Runtime.
enum class LogLevel { kOff, kFatal, kError, kWarn, kInfo, kDebug, kTrace };

// Of AWS_RETRY_MODE. What it sets is told at Options::max_attempts; adaptive
// also sends less while the store says that it is too much (adaptive_rate_limiter.h).
enum class RetryMode { kDefault, kLegacy, kStandard, kAdaptive };

struct ProxyOptions {
  std::string http_proxy;
  std::string http_proxy_source;  // "HTTP_PROXY"
  std::string https_proxy;
  std::string https_proxy_source;
  std::string no_proxy;
};

// How the store encrypts what is written, as S3's headers name it.
struct Encryption {
  std::string algorithm;  // "AES256", "aws:kms", ...; "": the bucket's default.
  std::string kms_key_id;          // "": the account's key for S3.
  std::optional<bool> bucket_key;  // Not set: as the bucket says.
};

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

  ProxyOptions proxies;

  std::optional<bool> virtual_host_addressing;
  // For AWS alone; each with who asked for it, or "".
  std::string accelerate_source;
  std::string dual_stack_source;
  std::string fips_source;

  Encryption encryption;
  // Whether the requester pays for requests and data.
  bool requester_pays = false;
  // Whether requests to directory buckets are signed with the credentials
  // themselves, without a session (express_sessions.h).
  bool disable_express_sessions = false;

  bool anonymous = false;
  std::string anonymous_source;
  std::string profile = "default";
  // Whether AWS_PROFILE named it, so that it must exist.
  bool profile_is_named = false;

  // To set up a connection.
  std::chrono::milliseconds connect_timeout{1000};
  // The longest silence, not a byte received, that is waited for.
  std::chrono::milliseconds request_timeout{3000};
  // How often a request is tried altogether, at least 1. AWS_RETRY_MODE
  // standard and adaptive make it 3, as in AWS's own clients.
  int max_attempts = 5;
  RetryMode retry_mode = RetryMode::kDefault;

  // The memory that all open files share for what is read ahead
  // (memory_budget.h); 0 reads nothing ahead. Not set: 256 MiB, or what the
  // program says.
  std::optional<uint64_t> read_ahead_bytes;

  // Whether to ask for checksums of what is read, and to compare them.
  bool checksum_of_responses = true;
  // Whether every body that is written has a checksum in a header. The
  // signature covers the SHA-256 of a body in any case.
  bool checksum_of_requests = false;

  LogLevel log_level = LogLevel::kOff;

  // The settings that were ignored, a line for the log each.
  std::vector<std::string> remarks;
};

// Looks up an environment variable; nullopt when it is not set.
using GetenvFn = std::function<std::optional<std::string>(const char* name)>;
// Looks up a property of a profile of the shared AWS files: "region", one of a
// group, "s3.addressing_style", or one of the `services` section that the
// profile names, "services/s3.endpoint_url".
using ProfileFn = std::function<std::optional<std::string>(
    const std::string& profile, const char* property)>;

Result<Options> OptionsFromEnvironment(const GetenvFn& getenv_fn,
                                       const ProfileFn& profile_fn);

// The process's own environment.
std::optional<std::string> ProcessGetenv(const char* name);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_CONFIG_H_
