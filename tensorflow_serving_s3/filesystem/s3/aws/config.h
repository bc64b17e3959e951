// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads the settings of the user, environment variables and the AWS profile,
// into one struct. Only this file decides which of several settings wins.
//
//   Result<Options> options = OptionsFromEnvironment(getenv_fn, profile_fn);
//
//   option       the first of these that is set
//   endpoint     S3_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, profile
//                (AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: S3_ENDPOINT alone)
//   scheme       the endpoint's own, else S3_USE_HTTPS, else https
//   region       AWS_REGION, AWS_DEFAULT_REGION, profile, the region of an
//                AWS endpoint, us-east-1; the client follows buckets to other
//                regions (bucket_regions.h)
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
// An empty variable counts as unset. A variable with an invalid value is
// ignored; Options::remarks names the variable, the value and the valid values.
// If ignoring it would weaken security or send requests elsewhere, the result
// is INVALID_ARGUMENT with the same message. endpoint.h validates endpoints and
// regions; credentials_chain.h reads credentials. The only secret in Options is
// the password in the URL of a proxy. Pure functions.
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

// The values of AWS_RETRY_MODE. See Options::max_attempts. kAdaptive also
// limits the rate of requests while the store throttles
// (adaptive_rate_limiter.h).
enum class RetryMode { kDefault, kLegacy, kStandard, kAdaptive };

struct ProxyOptions {
  std::string http_proxy;
  std::string http_proxy_source;  // "HTTP_PROXY"
  std::string https_proxy;
  std::string https_proxy_source;
  std::string no_proxy;
};

// The encryption of written objects, in the terms of S3's headers.
struct Encryption {
  std::string algorithm;  // "AES256", "aws:kms", ...; "": the bucket's default.
  std::string kms_key_id;          // "": the account's key for S3.
  std::optional<bool> bucket_key;  // nullopt: the bucket's setting.
};

struct Options {
  // With or without a scheme; empty for AWS itself.
  std::string endpoint;
  // The source of the setting, for messages: "S3_ENDPOINT", "the profile
  // \"ci\"".
  std::string endpoint_source;
  std::optional<bool> use_https;

  std::string region = "us-east-1";
  std::string region_source = "the default";

  bool verify_tls = true;
  std::string ca_file;
  std::string ca_path;

  ProxyOptions proxies;

  std::optional<bool> virtual_host_addressing;
  // Features of AWS: the source of the setting that enables it, or "".
  std::string accelerate_source;
  std::string dual_stack_source;
  std::string fips_source;

  Encryption encryption;
  // The requester pays for requests and data.
  bool requester_pays = false;
  // Requests to directory buckets are signed with the credentials, without a
  // session (express_sessions.h).
  bool disable_express_sessions = false;

  bool anonymous = false;
  std::string anonymous_source;
  std::string profile = "default";
  // AWS_PROFILE names the profile, so it must exist.
  bool profile_is_named = false;

  // The time to set up a connection.
  std::chrono::milliseconds connect_timeout{1000};
  // The longest time without a received byte.
  std::chrono::milliseconds request_timeout{3000};
  // The maximum of attempts of a request, at least 1. AWS_RETRY_MODE standard
  // and adaptive change the default to 3, as in AWS's clients.
  int max_attempts = 5;
  RetryMode retry_mode = RetryMode::kDefault;

  // The memory that all open files share for read-ahead (memory_budget.h); 0
  // disables read-ahead. nullopt: 256 MiB, or the setting of the program.
  std::optional<uint64_t> read_ahead_bytes;

  // Requests checksums of read objects, and verifies them.
  bool checksum_of_responses = true;
  // Sends a checksum header with every body. The signature always covers the
  // SHA-256 of the body.
  bool checksum_of_requests = false;

  LogLevel log_level = LogLevel::kOff;

  // The ignored settings, one line for the log each.
  std::vector<std::string> remarks;
};

// Returns an environment variable; nullopt if it is not set.
using GetenvFn = std::function<std::optional<std::string>(const char* name)>;
// Returns a property of a profile in the shared AWS files: "region", a property
// of a group, "s3.addressing_style", or a property of the profile's `services`
// section, "services/s3.endpoint_url".
using ProfileFn = std::function<std::optional<std::string>(
    const std::string& profile, const char* property)>;

Result<Options> OptionsFromEnvironment(const GetenvFn& getenv_fn,
                                       const ProfileFn& profile_fn);

// Reads the environment of the process.
std::optional<std::string> ProcessGetenv(const char* name);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_AWS_CONFIG_H_
