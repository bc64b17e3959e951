// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The CRT has a default chain of its own with these sources in this order. It
// is taken apart here because it does not tell which source answered, and waits
// for the EC2 metadata service as long as that takes.
#include "tensorflow_serving_s3/filesystem/s3/credentials.h"

#include <algorithm>
#include <condition_variable>
#include <string>
#include <utility>

#include "aws/auth/credentials.h"
#include "aws/common/byte_buf.h"
#include "aws/common/error.h"
#include "tensorflow_serving_s3/filesystem/s3/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/tls.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A metadata service that is there answers within milliseconds.
constexpr milliseconds kInstancePatience(1000);
constexpr milliseconds kNetworkPatience(4000);
constexpr milliseconds kFailureLifetime(3000);
// How long credentials without an expiry of their own are kept.
constexpr uint64_t kRefreshMs = 15 * 60 * 1000;

aws_byte_cursor Cursor(const std::string& text) {
  return aws_byte_cursor_from_array(text.data(), text.size());
}

// The answer of a provider, awaited by one thread and given by another, which
// may come too late for the first.
struct Answer {
  std::mutex mutex;
  std::condition_variable given;
  bool done = false;
  int error = AWS_ERROR_SUCCESS;
  std::shared_ptr<const aws_credentials> credentials;
};

void OnCredentials(aws_credentials* credentials, int error, void* user_data) {
  std::unique_ptr<std::shared_ptr<Answer>> holder(
      static_cast<std::shared_ptr<Answer>*>(user_data));
  Answer& answer = **holder;
  std::lock_guard<std::mutex> lock(answer.mutex);
  answer.done = true;
  answer.error = error;
  if (credentials != nullptr) {
    aws_credentials_acquire(credentials);
    answer.credentials.reset(credentials, aws_credentials_release);
  }
  answer.given.notify_one();
}

// Null, with the reason in `why`, when the provider has none in time.
std::shared_ptr<const aws_credentials> Ask(aws_credentials_provider* provider,
                                           steady_clock::time_point deadline,
                                           std::string& why) {
  auto answer = std::make_shared<Answer>();
  auto holder = std::make_unique<std::shared_ptr<Answer>>(answer);
  if (aws_credentials_provider_get_credentials(
          provider, OnCredentials, holder.get()) != AWS_OP_SUCCESS) {
    why = aws_error_str(aws_last_error());
    return nullptr;
  }
  holder.release();  // OnCredentials has it.
  std::unique_lock<std::mutex> lock(answer->mutex);
  if (!answer->given.wait_until(lock, deadline, [&] { return answer->done; })) {
    why = "no answer in time";
    return nullptr;
  }
  if (answer->credentials == nullptr) why = aws_error_str(answer->error);
  return answer->credentials;
}

// A provider that remembers what `source` says; takes over the reference.
aws_credentials_provider* Cached(aws_credentials_provider* source) {
  if (source == nullptr) return nullptr;
  aws_credentials_provider_cached_options options = {};
  options.source = source;
  options.refresh_time_in_milliseconds = kRefreshMs;
  aws_credentials_provider* cached =
      aws_credentials_provider_new_cached(AwsRuntime::allocator(), &options);
  aws_credentials_provider_release(source);
  return cached;
}

aws_client_bootstrap* Bootstrap() {
  const Result<const AwsRuntime*> runtime = AwsRuntime::Get();
  return runtime.ok() ? (*runtime)->client_bootstrap() : nullptr;
}

aws_credentials_provider* EnvironmentProvider(const std::string& access_key_id,
                                              const std::string& secret,
                                              const std::string& token) {
  aws_credentials_provider_static_options options = {};
  options.access_key_id = Cursor(access_key_id);
  options.secret_access_key = Cursor(secret);
  options.session_token = Cursor(token);
  return aws_credentials_provider_new_static(AwsRuntime::allocator(), &options);
}

aws_credentials_provider* ProfileProvider(const std::string& profile) {
  aws_credentials_provider_profile_options options = {};
  options.profile_name_override = Cursor(profile);
  options.bootstrap = Bootstrap();
  return Cached(
      aws_credentials_provider_new_profile(AwsRuntime::allocator(), &options));
}

aws_credentials_provider* WebIdentityProvider(const Options& settings) {
  const Result<TlsContextPtr> tls = NewTlsContext(settings);
  if (!tls.ok()) return nullptr;
  aws_credentials_provider_sts_web_identity_options options = {};
  options.bootstrap = Bootstrap();
  options.tls_ctx = tls->get();
  options.profile_name_override = Cursor(settings.profile);
  options.region = Cursor(settings.region);
  return Cached(aws_credentials_provider_new_sts_web_identity(
      AwsRuntime::allocator(), &options));
}

aws_credentials_provider* ContainerProvider(const Options& settings) {
  const Result<TlsContextPtr> tls = NewTlsContext(settings);
  if (!tls.ok()) return nullptr;
  aws_credentials_provider_ecs_environment_options options = {};
  options.bootstrap = Bootstrap();
  options.tls_ctx = tls->get();
  return Cached(aws_credentials_provider_new_ecs_from_environment(
      AwsRuntime::allocator(), &options));
}

aws_credentials_provider* InstanceProvider() {
  aws_credentials_provider_imds_options options = {};
  options.bootstrap = Bootstrap();
  return Cached(
      aws_credentials_provider_new_imds(AwsRuntime::allocator(), &options));
}

std::string Text(const GetenvFn& getenv_fn, const char* name) {
  return getenv_fn(name).value_or("");
}

}  // namespace

CredentialsChain::CredentialsChain(const Options& options,
                                   const GetenvFn& getenv_fn)
    : anonymous_(options.anonymous),
      anonymous_source_(options.anonymous_source) {
  if (!anonymous_) AddSources(options, getenv_fn);
}

CredentialsChain::~CredentialsChain() = default;

void CredentialsChain::AddSources(const Options& options,
                                  const GetenvFn& getenv_fn) {
  const std::string access_key_id = Text(getenv_fn, "AWS_ACCESS_KEY_ID");
  const std::string secret = Text(getenv_fn, "AWS_SECRET_ACCESS_KEY");
  const std::string token = Text(getenv_fn, "AWS_SESSION_TOKEN");
  if (access_key_id.empty() != secret.empty()) {
    failure_ = {TF_UNAUTHENTICATED,
                access_key_id.empty()
                    ? "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is "
                      "not: set both or none"
                    : "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is "
                      "not: set both or none"};
    return;  // Without sources this failure is for good.
  }
  if (!access_key_id.empty()) {
    sources_.push_back(
        {"the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)",
         [=] { return EnvironmentProvider(access_key_id, secret, token); },
         kNetworkPatience});
    return;  // They are there; nobody else will be asked.
  }
  sources_.push_back({"the profile \"" + options.profile + "\"",
                      [=] { return ProfileProvider(options.profile); },
                      kNetworkPatience});
  if (!Text(getenv_fn, "AWS_WEB_IDENTITY_TOKEN_FILE").empty()) {
    sources_.push_back(
        {"the web identity (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN)",
         [=] { return WebIdentityProvider(options); }, kNetworkPatience});
  }
  if (!Text(getenv_fn, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
      !Text(getenv_fn, "AWS_CONTAINER_CREDENTIALS_FULL_URI").empty()) {
    sources_.push_back({"the container (AWS_CONTAINER_CREDENTIALS_*)",
                        [=] { return ContainerProvider(options); },
                        kNetworkPatience});
    return;
  }
  const std::string disabled = Text(getenv_fn, "AWS_EC2_METADATA_DISABLED");
  if (disabled != "true" && disabled != "TRUE" && disabled != "1") {
    sources_.push_back(
        {"the EC2 instance metadata", InstanceProvider, kInstancePatience});
  }
}

Result<Credentials> CredentialsChain::Get(milliseconds patience) {
  if (anonymous_) return Credentials{nullptr, anonymous_source_};
  std::lock_guard<std::mutex> lock(mutex_);
  if (sources_.empty()) return failure_;
  const Clock::time_point deadline = Clock::now() + patience;
  if (provider_ != nullptr) {
    std::string why;
    auto value = Ask(provider_.get(), deadline, why);
    if (value != nullptr) return Credentials{value, provider_source_};
    provider_ = nullptr;
  }
  if (!failure_.ok() && Clock::now() < failed_at_ + kFailureLifetime) {
    return failure_;
  }
  Result<Credentials> credentials = AskAllSources(deadline);
  failure_ = credentials.status();
  failed_at_ = Clock::now();
  return credentials;
}

Result<Credentials> CredentialsChain::AskAllSources(
    Clock::time_point deadline) {
  std::string asked;
  for (const Source& source : sources_) {
    std::string why;
    ProviderPtr provider(source.make_provider(),
                         aws_credentials_provider_release);
    if (provider == nullptr) {
      why = aws_error_str(aws_last_error());
    } else {
      auto value = Ask(provider.get(),
                       std::min(deadline, Clock::now() + source.patience), why);
      if (value != nullptr) {
        provider_ = std::move(provider);
        provider_source_ = source.description;
        return Credentials{value, source.description};
      }
    }
    asked += (asked.empty() ? "" : "; ") + source.description + ": " + why;
  }
  return Status{TF_UNAUTHENTICATED,
                "no credentials for S3: AWS_ACCESS_KEY_ID is not set; " +
                    asked +
                    ". Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or "
                    "AWS_PROFILE, or AWS_NO_SIGN_REQUEST=1 for a bucket that "
                    "is open to everyone"};
}

}  // namespace s3
}  // namespace tfs3
