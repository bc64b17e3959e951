// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/config.h"

#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kBooleanForms[] = "use 1, true, yes, on or 0, false, no, off";

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return text;
}

Status Unusable(const std::string& name, const std::string& value,
                const std::string& cure) {
  return {TF_INVALID_ARGUMENT, "the environment variable " + name +
                                   " is set to \"" + value +
                                   "\", which cannot be understood: " + cure};
}

// The variables of one environment. The first value that cannot be understood
// is remembered; everything after it is read as if it were not set.
class Reader {
 public:
  explicit Reader(const GetenvFn& getenv_fn) : getenv_fn_(getenv_fn) {}

  const Status& status() const { return status_; }

  std::optional<std::string> Text(const char* name) {
    std::optional<std::string> value = getenv_fn_(name);
    if (value.has_value() && value->empty()) value.reset();
    return value;
  }

  std::optional<bool> Boolean(const char* name) {
    const std::optional<std::string> value = Text(name);
    if (!value.has_value()) return std::nullopt;
    const std::string lower = Lower(*value);
    for (const char* yes : {"1", "true", "yes", "on"}) {
      if (lower == yes) return true;
    }
    for (const char* no : {"0", "false", "no", "off"}) {
      if (lower == no) return false;
    }
    Fail(Unusable(name, *value, kBooleanForms));
    return std::nullopt;
  }

  std::optional<long> Integer(const char* name, long least, long most) {
    const std::optional<std::string> value = Text(name);
    if (!value.has_value()) return std::nullopt;
    const bool digits_only =
        value->find_first_not_of("0123456789") == std::string::npos;
    // Nine digits fit into a long whatever they are.
    const long number =
        digits_only && value->size() <= 9 ? std::atol(value->c_str()) : -1;
    if (number < least || number > most) {
      Fail(Unusable(name, *value,
                    "use a whole number from " + std::to_string(least) +
                        " to " + std::to_string(most)));
      return std::nullopt;
    }
    return number;
  }

  void Fail(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

 private:
  const GetenvFn& getenv_fn_;
  Status status_;
};

void ReadLogLevel(Reader& env, Options& options) {
  const std::optional<std::string> value = env.Text("AWS_LOG_LEVEL");
  if (!value.has_value()) return;
  const std::string lower = Lower(*value);
  const std::initializer_list<std::pair<const char*, LogLevel>> names = {
      {"off", LogLevel::kOff},     {"none", LogLevel::kOff},
      {"fatal", LogLevel::kFatal}, {"error", LogLevel::kError},
      {"warn", LogLevel::kWarn},   {"warning", LogLevel::kWarn},
      {"info", LogLevel::kInfo},   {"debug", LogLevel::kDebug},
      {"trace", LogLevel::kTrace},
  };
  for (const auto& [name, level] : names) {
    if (lower == name) {
      options.log_level = level;
      return;
    }
  }
  env.Fail(Unusable("AWS_LOG_LEVEL", *value,
                    "use off, fatal, error, warn, info, debug or trace"));
}

void ReadEndpoint(Reader& env, const ProfileFn& profile_fn, Options& options) {
  options.use_https = env.Boolean("S3_USE_HTTPS");
  options.virtual_host_addressing = env.Boolean("S3_USER_VIRTUAL_BUCKET");
  for (const char* name :
       {"S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
    if (const auto value = env.Text(name)) {
      options.endpoint = *value;
      options.endpoint_source = name;
      return;
    }
  }
  if (const auto value = profile_fn(options.profile, "endpoint_url")) {
    options.endpoint = *value;
    options.endpoint_source = "the profile \"" + options.profile + "\"";
  }
}

void ReadRegion(Reader& env, const ProfileFn& profile_fn, Options& options) {
  for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (const auto value = env.Text(name)) {
      options.region = *value;
      options.region_source = name;
      break;
    }
  }
  if (options.region_source == "the default") {
    if (const auto value = profile_fn(options.profile, "region")) {
      options.region = *value;
      options.region_source = "the profile \"" + options.profile + "\"";
    }
  }
  // The region becomes part of a host name and of a header.
  for (char c : options.region) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
      env.Fail({TF_INVALID_ARGUMENT,
                "the region \"" + options.region + "\", set by " +
                    options.region_source +
                    ", is none: use a name like us-east-1, of lower-case "
                    "letters, digits and hyphens"});
      return;
    }
  }
}

}  // namespace

Result<Options> OptionsFromEnvironment(const GetenvFn& getenv_fn,
                                       const ProfileFn& profile_fn) {
  Reader env(getenv_fn);
  Options options;
  if (const auto value = env.Text("AWS_PROFILE")) options.profile = *value;
  ReadEndpoint(env, profile_fn, options);
  ReadRegion(env, profile_fn, options);
  ReadLogLevel(env, options);

  if (const auto value = env.Boolean("S3_VERIFY_SSL")) {
    options.verify_tls = *value;
  }
  if (const auto value = env.Text("S3_CA_FILE")) {
    options.ca_file = *value;
  } else if (const auto value = env.Text("AWS_CA_BUNDLE")) {
    options.ca_file = *value;
  }
  if (const auto value = env.Text("S3_CA_PATH")) options.ca_path = *value;

  for (const char* name : {"AWS_NO_SIGN_REQUEST", "awsAnonymousCredential"}) {
    if (env.Boolean(name).value_or(false) && !options.anonymous) {
      options.anonymous = true;
      options.anonymous_source = name;
    }
  }

  constexpr long kHourMs = 3600 * 1000;
  if (const auto ms = env.Integer("S3_CONNECT_TIMEOUT_MSEC", 1, kHourMs)) {
    options.connect_timeout = std::chrono::milliseconds(*ms);
  }
  if (const auto ms = env.Integer("S3_REQUEST_TIMEOUT_MSEC", 1, kHourMs)) {
    options.request_timeout = std::chrono::milliseconds(*ms);
  }
  if (const auto attempts = env.Integer("AWS_MAX_ATTEMPTS", 1, 100)) {
    options.max_attempts = static_cast<int>(*attempts);
  }
  if (!env.status().ok()) return env.status();
  return options;
}

std::optional<std::string> ProcessGetenv(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace s3
}  // namespace tfs3
