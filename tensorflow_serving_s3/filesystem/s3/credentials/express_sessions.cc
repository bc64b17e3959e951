// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/express_sessions.h"

#include <algorithm>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/xml.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// A session with less time left may expire before the store reads the request.
constexpr seconds kMinTimeLeft(5);
constexpr seconds kRefreshMargin(60);
constexpr seconds kRefreshPause(10);
// For a response without an expiry.
constexpr minutes kLifetime(5);

}  // namespace

Result<Credentials> ParseExpressSession(const HttpResponse& response,
                                        const std::string& source) {
  CredentialParts parts;
  const auto read = [&](XmlNode& credentials) {
    return credentials.Children([&](XmlNode& child) {
      if (child.name() == "AccessKeyId") {
        return child.Text(parts.access_key_id);
      }
      if (child.name() == "SecretAccessKey") {
        return child.Text(parts.secret_access_key);
      }
      if (child.name() == "SessionToken") {
        return child.Text(parts.session_token);
      }
      if (child.name() == "Expiration") {
        return child.Text(parts.expiration);
      }
      return true;
    });
  };
  const bool well_formed = ParseXml(response.body, [&](XmlNode& root) {
    return root.name() == "CreateSessionResult" &&
           root.Children([&](XmlNode& child) {
             return child.name() != "Credentials" || read(child);
           });
  });
  if (!well_formed || parts.access_key_id.empty() ||
      parts.secret_access_key.empty() || parts.session_token.empty()) {
    return Status{TF_INTERNAL, "the response has no credentials of a session"};
  }
  Credentials credentials = NewCredentials(parts, source);
  const ExpressSessions::Clock::time_point now = ExpressSessions::Clock::now();
  const int64_t end = ParseTime(parts.expiration);
  const int64_t sent = ParseTime(response.Header("Date"));
  if (end == 0) {
    credentials.expires_at = now + kLifetime;
  } else if (sent != 0 && end > sent) {
    // Use the store's clock; this machine's may differ.
    credentials.expires_at =
        now + std::chrono::duration_cast<ExpressSessions::Clock::duration>(
                  nanoseconds(end - sent));
  }
  return credentials;
}

ExpressSessions::ExpressSessions(std::function<Clock::time_point()> now)
    : now_(std::move(now)) {}

bool ExpressSessions::IsUsable(const Bucket& bucket) const {
  if (bucket.last.not_offered) {
    return true;
  }
  return bucket.last.credentials.has_value() &&
         bucket.last.credentials->expires_at.has_value() &&
         *bucket.last.credentials->expires_at > now_() + kMinTimeLeft;
}

void ExpressSessions::Store(Bucket& bucket, const ExpressSession& session) {
  bucket.last = session;
  ++bucket.creations;
  if (session.credentials.has_value() &&
      session.credentials->expires_at.has_value()) {
    const Clock::time_point end = *session.credentials->expires_at;
    bucket.refresh_at =
        end - std::min<Clock::duration>(kRefreshMargin, (end - now_()) / 4);
  }
}

ExpressSession ExpressSessions::Get(
    const std::string& name, const std::function<ExpressSession()>& create) {
  std::unique_lock<std::mutex> lock(mutex_);
  std::shared_ptr<Bucket>& entry = buckets_[name];
  if (entry == nullptr) {
    entry = std::make_shared<Bucket>();
  }
  const std::shared_ptr<Bucket> bucket = entry;
  if (IsUsable(*bucket)) {
    const bool due = !bucket->last.not_offered && !bucket->refreshing &&
                     now_() >= bucket->refresh_at;
    if (!due) {
      return bucket->last;
    }
    bucket->refreshing = true;
    lock.unlock();
    const ExpressSession fresh = create();
    lock.lock();
    bucket->refreshing = false;
    if (fresh.credentials.has_value()) {
      Store(*bucket, fresh);
      return fresh;
    }
    bucket->refresh_at = now_() + kRefreshPause;
    return IsUsable(*bucket) ? bucket->last : fresh;
  }
  const uint64_t creations = bucket->creations;
  lock.unlock();
  std::lock_guard<std::mutex> creation(bucket->creation);
  lock.lock();
  // If another request has finished a creation in the meantime, use its result,
  // including a failure.
  if (bucket->creations != creations) {
    if (IsUsable(*bucket) || bucket->last.failure.has_value()) {
      return bucket->last;
    }
  }
  lock.unlock();
  const ExpressSession session = create();
  lock.lock();
  Store(*bucket, session);
  return session;
}

void ExpressSessions::Forget(const std::string& name,
                             const Credentials& session) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto it = buckets_.find(name);
  if (it == buckets_.end()) {
    return;
  }
  ExpressSession& last = it->second->last;
  if (last.credentials.has_value() &&
      last.credentials->value == session.value) {
    last = ExpressSession();
  }
}

}  // namespace s3
}  // namespace tfs3
