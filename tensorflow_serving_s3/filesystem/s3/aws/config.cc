// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/aws/aws_hosts.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kBooleanForms[] = "use 1, true, yes, on or 0, false, no, off";

// A value and its source: "AWS_REGION", or "region of the profile \"ci\"".
struct Setting {
  std::string text;
  std::string source;
  // The settings to use instead if the value is ignored.
  std::vector<Setting> next = {};
};

template <typename Value>
struct Valid {
  Value value;
  std::string source;
};

Status Unusable(const Setting& setting, const std::string& cure) {
  return {TF_INVALID_ARGUMENT, setting.source + " is set to \"" + setting.text +
                                   "\", which cannot be understood: " + cure};
}

// Reads variables of an environment and properties of its profile. Ignores an
// invalid value with a remark, or keeps the first one as an error.
class Reader {
 public:
  Reader(const GetenvFn& getenv_fn, const ProfileFn& profile_fn)
      : getenv_fn_(getenv_fn), profile_fn_(profile_fn) {
    if (const auto profile = Find({"AWS_PROFILE"})) {
      profile_ = profile->text;
    }
  }

  const Status& status() const { return status_; }
  const std::vector<std::string>& remarks() const { return remarks_; }
  const std::string& profile() const { return profile_; }

  // Returns the first variable that is set, otherwise the property.
  std::optional<Setting> Find(std::initializer_list<const char*> variables,
                              const char* property = nullptr) {
    std::vector<Setting> found;
    for (const char* name : variables) {
      const std::optional<std::string> value = getenv_fn_(name);
      if (value.has_value() && !value->empty()) {
        found.push_back({*value, name});
      }
    }
    if (property != nullptr) {
      const std::optional<std::string> value = profile_fn_(profile_, property);
      if (value.has_value() && !value->empty()) {
        // "services/" is not part of the name in the file.
        const std::string name = property;
        found.push_back({*value, name.substr(name.find('/') + 1) +
                                     " of the profile \"" + profile_ + "\""});
      }
    }
    if (found.empty()) {
      return std::nullopt;
    }
    Setting first = found.front();
    first.next.assign(found.begin() + 1, found.end());
    return first;
  }

  std::optional<bool> Boolean(const std::optional<Setting>& setting) {
    return Value<bool>(FirstValid<bool>(setting, ParseYesNo, kBooleanForms));
  }

  // For a setting that must not be ignored: an invalid value is an error.
  std::optional<bool> RequiredBoolean(const std::optional<Setting>& setting) {
    if (!setting.has_value()) {
      return std::nullopt;
    }
    const std::optional<bool> value =
        ParseYesNo(std::string(Trimmed(setting->text)));
    if (!value.has_value()) {
      Fail(Unusable(*setting, kBooleanForms));
    }
    return value;
  }

  // Returns the source of a true value, or "".
  std::string SourceIfTrue(const std::optional<Setting>& setting) {
    const auto valid = FirstValid<bool>(setting, ParseYesNo, kBooleanForms);
    return valid.has_value() && valid->value ? valid->source : "";
  }

  std::optional<long> Integer(const std::optional<Setting>& setting, long least,
                              long most) {
    const auto parse = [least, most](const std::string& text) {
      const std::optional<uint64_t> number = ParseUnsigned(text);
      // 18 digits fit into a long.
      const long value = number.has_value() ? static_cast<long>(*number) : -1;
      return value < least || value > most ? std::nullopt
                                           : std::optional<long>(value);
    };
    return Value<long>(FirstValid<long>(setting, parse,
                                        "use a whole number from " +
                                            std::to_string(least) + " to " +
                                            std::to_string(most)));
  }

  // Returns the value for the name in the setting, in any case.
  template <typename T>
  std::optional<T> Choice(
      const std::optional<Setting>& setting,
      std::initializer_list<std::pair<const char*, T>> names,
      const std::string& allowed) {
    const auto parse = [&names](const std::string& text) -> std::optional<T> {
      const std::string lower = Lowercase(text);
      for (const auto& [name, value] : names) {
        if (lower == name) {
          return value;
        }
      }
      return std::nullopt;
    };
    return Value<T>(FirstValid<T>(setting, parse, "use " + allowed));
  }

  void Fail(Status status) {
    if (status_.ok()) {
      status_ = std::move(status);
    }
  }

 private:
  // Returns the first valid value, and ignores the invalid ones before it.
  template <typename T, typename Parse>
  std::optional<Valid<T>> FirstValid(const std::optional<Setting>& setting,
                                     const Parse& parse,
                                     const std::string& cure) {
    if (!setting.has_value()) {
      return std::nullopt;
    }
    std::vector<Setting> candidates = {*setting};
    candidates.insert(candidates.end(), setting->next.begin(),
                      setting->next.end());
    for (const Setting& candidate : candidates) {
      std::optional<T> value = parse(std::string(Trimmed(candidate.text)));
      if (value.has_value()) {
        return Valid<T>{*value, candidate.source};
      }
      remarks_.push_back(candidate.source + " is set to \"" +
                         OneLine(candidate.text) +
                         "\", which is ignored: " + cure);
    }
    return std::nullopt;
  }

  template <typename T>
  static std::optional<T> Value(const std::optional<Valid<T>>& valid) {
    if (!valid.has_value()) {
      return std::nullopt;
    }
    return valid->value;
  }

  const GetenvFn& getenv_fn_;
  const ProfileFn& profile_fn_;
  std::string profile_ = "default";
  Status status_;
  std::vector<std::string> remarks_;
};

void ReadLogLevel(Reader& env, Options& options) {
  options.log_level =
      env.Choice<LogLevel>(env.Find({"AWS_LOG_LEVEL"}),
                           {{"off", LogLevel::kOff},
                            {"none", LogLevel::kOff},
                            {"fatal", LogLevel::kFatal},
                            {"error", LogLevel::kError},
                            {"warn", LogLevel::kWarn},
                            {"warning", LogLevel::kWarn},
                            {"info", LogLevel::kInfo},
                            {"debug", LogLevel::kDebug},
                            {"trace", LogLevel::kTrace}},
                           "off, fatal, error, warn, info, debug or trace")
          .value_or(options.log_level);
}

void ReadRetries(Reader& env, Options& options) {
  options.retry_mode =
      env.Choice<RetryMode>(env.Find({"AWS_RETRY_MODE"}, "retry_mode"),
                            {{"legacy", RetryMode::kLegacy},
                             {"standard", RetryMode::kStandard},
                             {"adaptive", RetryMode::kAdaptive}},
                            "legacy, standard or adaptive")
          .value_or(options.retry_mode);
  if (options.retry_mode == RetryMode::kStandard ||
      options.retry_mode == RetryMode::kAdaptive) {
    options.max_attempts = 3;
  }
  const auto attempts =
      env.Integer(env.Find({"AWS_MAX_ATTEMPTS"}, "max_attempts"), 1, 100);
  if (attempts.has_value()) {
    options.max_attempts = static_cast<int>(*attempts);
  }
}

void ReadChecksums(Reader& env, Options& options) {
  const auto when = [&env](const char* variable, const char* property) {
    return env.Choice<bool>(
        env.Find({variable}, property),
        {{"when_supported", true}, {"when_required", false}},
        "when_supported or when_required");
  };
  options.checksum_of_responses =
      when("AWS_RESPONSE_CHECKSUM_VALIDATION", "response_checksum_validation")
          .value_or(options.checksum_of_responses);
  options.checksum_of_requests =
      when("AWS_REQUEST_CHECKSUM_CALCULATION", "request_checksum_calculation")
          .value_or(options.checksum_of_requests);
}

std::optional<Setting> FindEndpoint(Reader& env) {
  if (const auto endpoint = env.Find({"S3_ENDPOINT"})) {
    return endpoint;
  }
  if (env.Boolean(env.Find({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"},
                           "ignore_configured_endpoint_urls"))
          .value_or(false)) {
    return std::nullopt;
  }
  if (const auto endpoint =
          env.Find({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"},
                   "services/s3.endpoint_url")) {
    return endpoint;
  }
  return env.Find({}, "endpoint_url");
}

void ReadEndpoint(Reader& env, Options& options) {
  options.use_https = env.Boolean(env.Find({"S3_USE_HTTPS"}));
  if (const auto endpoint = FindEndpoint(env)) {
    options.endpoint = endpoint->text;
    options.endpoint_source = endpoint->source;
  }
  options.accelerate_source = env.SourceIfTrue(
      env.Find({"S3_USE_ACCELERATE"}, "s3.use_accelerate_endpoint"));
  options.dual_stack_source = env.SourceIfTrue(
      env.Find({"AWS_USE_DUALSTACK_ENDPOINT"}, "use_dualstack_endpoint"));
  // If it were ignored, requests would go to endpoints without FIPS.
  const auto fips = env.Find({"AWS_USE_FIPS_ENDPOINT"}, "use_fips_endpoint");
  if (env.RequiredBoolean(fips).value_or(false)) {
    options.fips_source = fips->source;
  }
  options.virtual_host_addressing =
      env.Boolean(env.Find({"S3_USER_VIRTUAL_BUCKET"}));
  if (options.virtual_host_addressing.has_value()) {
    return;
  }
  const auto style = env.Choice<std::optional<bool>>(
      env.Find({}, "s3.addressing_style"),
      {{"path", false}, {"virtual", true}, {"auto", std::nullopt}},
      "auto, path or virtual");
  if (style.has_value()) {
    options.virtual_host_addressing = *style;
  }
}

void ReadRegion(Reader& env, Options& options) {
  if (const auto region =
          env.Find({"AWS_REGION", "AWS_DEFAULT_REGION"}, "region")) {
    options.region = region->text;
    options.region_source = region->source;
  } else if (Url url; ParseUrl(options.endpoint, url).empty() &&
                      !PublicS3Region(url.host).value_or("").empty()) {
    options.region = *PublicS3Region(url.host);
    options.region_source = options.endpoint_source;
  }
}

void ReadTls(Reader& env, Options& options) {
  if (const auto verify = env.Boolean(env.Find({"S3_VERIFY_SSL"}))) {
    options.verify_tls = *verify;
  }
  if (const auto file =
          env.Find({"S3_CA_FILE", "AWS_CA_BUNDLE"}, "ca_bundle")) {
    options.ca_file = file->text;
  }
  if (const auto path = env.Find({"S3_CA_PATH"})) {
    options.ca_path = path->text;
  }
}

bool IsKmsKeyId(const std::string& text) {
  for (const char c : text) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == ':' || c == '/' ||
                         c == '-' || c == '_' || c == '.';
    if (!allowed) {
      return false;
    }
  }
  return true;
}

// An invalid setting is an error: otherwise objects would be stored with the
// wrong encryption.
void ReadEncryption(Reader& env, Encryption& encryption) {
  const auto algorithm = env.Find({"AWS_SERVER_SIDE_ENCRYPTION"});
  if (algorithm.has_value()) {
    for (const char* name : {"AES256", "aws:kms", "aws:kms:dsse"}) {
      if (Lowercase(algorithm->text) == Lowercase(name)) {
        encryption.algorithm = name;
      }
    }
    if (encryption.algorithm.empty()) {
      env.Fail(Unusable(*algorithm,
                        "use AES256, aws:kms or aws:kms:dsse (keys in each "
                        "request, SSE-C, are not supported)"));
      return;
    }
  }
  const bool by_kms = encryption.algorithm.compare(0, 7, "aws:kms") == 0;
  const std::string asked =
      algorithm.has_value()
          ? "AWS_SERVER_SIDE_ENCRYPTION is " + encryption.algorithm
          : "AWS_SERVER_SIDE_ENCRYPTION is not set";
  if (const auto key = env.Find({"AWS_SSE_KMS_KEY_ID"})) {
    if (!IsKmsKeyId(key->text)) {
      env.Fail(Unusable(*key, "use the ID, the ARN or the alias of a KMS key"));
    } else if (!by_kms) {
      env.Fail({TF_INVALID_ARGUMENT,
                key->source + " names a KMS key, and " + asked +
                    ": set AWS_SERVER_SIDE_ENCRYPTION to aws:kms or "
                    "aws:kms:dsse, or unset " +
                    key->source});
    }
    encryption.kms_key_id = key->text;
  }
  const auto bucket_key = env.Find({"AWS_SSE_BUCKET_KEY_ENABLED"});
  const std::optional<bool> enabled = env.RequiredBoolean(bucket_key);
  if (encryption.algorithm == "aws:kms") {
    encryption.bucket_key = enabled;
  } else if (enabled.value_or(false)) {
    env.Fail({TF_INVALID_ARGUMENT,
              bucket_key->source + " asks for a bucket key, and " + asked +
                  ": only aws:kms has bucket keys; set "
                  "AWS_SERVER_SIDE_ENCRYPTION to aws:kms, or unset " +
                  bucket_key->source});
  }
}

// GDAL uses "requester", object_store a boolean.
void ReadRequestPayer(Reader& env, Options& options) {
  const auto payer = env.Find({"AWS_REQUEST_PAYER"});
  if (!payer.has_value()) {
    return;
  }
  if (Lowercase(payer->text) == "requester") {
    options.requester_pays = true;
    return;
  }
  const std::optional<bool> requester = ParseYesNo(payer->text);
  if (!requester.has_value()) {
    env.Fail(Unusable(*payer, "use requester, or leave it unset"));
    return;
  }
  options.requester_pays = *requester;
}

void ReadProxies(Reader& env, ProxyOptions& proxies) {
  if (const auto proxy = env.Find({"http_proxy", "HTTP_PROXY"})) {
    proxies.http_proxy = proxy->text;
    proxies.http_proxy_source = proxy->source;
  }
  if (const auto proxy = env.Find({"https_proxy", "HTTPS_PROXY"})) {
    proxies.https_proxy = proxy->text;
    proxies.https_proxy_source = proxy->source;
  }
  if (const auto hosts = env.Find({"no_proxy", "NO_PROXY"})) {
    proxies.no_proxy = hosts->text;
  }
}

// Only reports invalid values; host_credentials.h uses the settings.
void ReadMetadataService(Reader& env) {
  env.Boolean(env.Find({"AWS_EC2_METADATA_DISABLED"}));
  env.Choice<int>(env.Find({"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"}),
                  {{"ipv4", 4}, {"ipv6", 6}}, "IPv4 or IPv6");
}

}  // namespace

Result<Options> OptionsFromEnvironment(const GetenvFn& getenv_fn,
                                       const ProfileFn& profile_fn) {
  Reader env(getenv_fn, profile_fn);
  Options options;
  options.profile = env.profile();
  options.profile_is_named = env.Find({"AWS_PROFILE"}).has_value();
  ReadEndpoint(env, options);
  ReadRegion(env, options);
  ReadLogLevel(env, options);
  ReadRetries(env, options);
  ReadChecksums(env, options);
  ReadTls(env, options);
  ReadEncryption(env, options.encryption);
  ReadRequestPayer(env, options);
  options.disable_express_sessions =
      env.Boolean(env.Find({"AWS_S3_DISABLE_EXPRESS_SESSION_AUTH"},
                           "s3_disable_express_session_auth"))
          .value_or(false);
  ReadProxies(env, options.proxies);

  for (const char* name : {"AWS_NO_SIGN_REQUEST", "awsAnonymousCredential"}) {
    const std::string source = env.SourceIfTrue(env.Find({name}));
    if (source.empty() || options.anonymous) {
      continue;
    }
    options.anonymous = true;
    options.anonymous_source = source;
  }

  constexpr long kHourMs = 3600 * 1000;
  if (const auto ms =
          env.Integer(env.Find({"S3_CONNECT_TIMEOUT_MSEC"}), 1, kHourMs)) {
    options.connect_timeout = std::chrono::milliseconds(*ms);
  }
  if (const auto ms =
          env.Integer(env.Find({"S3_REQUEST_TIMEOUT_MSEC"}), 1, kHourMs)) {
    options.request_timeout = std::chrono::milliseconds(*ms);
  }
  constexpr long kTiBInMiB = 1 << 20;
  if (const auto mib =
          env.Integer(env.Find({"S3_READ_AHEAD_MIB"}), 0, kTiBInMiB)) {
    options.read_ahead_bytes = static_cast<uint64_t>(*mib) << 20;
  }
  ReadMetadataService(env);
  if (!env.status().ok()) {
    return env.status();
  }
  options.remarks = env.remarks();
  return options;
}

std::optional<std::string> ProcessGetenv(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) {
    return std::nullopt;
  }
  return value;
}

}  // namespace s3
}  // namespace tfs3
