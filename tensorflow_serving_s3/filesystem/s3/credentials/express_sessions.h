// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Caches the sessions of directory buckets (S3 Express One Zone). CreateSession
// issues credentials for one bucket, which expire after five minutes:
//
//   ExpressSessions sessions;
//   ExpressSession session =
//       sessions.Get("models--usw2-az1--x-s3", [&] { return Create(); });
//   if (session.credentials.has_value()) Sign(*session.credentials);
//
// The first request to a bucket creates a session; other requests wait for it.
// A minute before the session expires, one request creates a new one; the
// others use the old one. Thread-safe.
//
// Does not use the provider in aws-c-s3, whose client supports neither our
// proxies nor our timeouts, and does not return the text of an error.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_EXPRESS_SESSIONS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_EXPRESS_SESSIONS_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http.h"

namespace tfs3 {
namespace s3 {

// Exactly one of the members is set.
struct ExpressSession {
  // Without an expiry, they are valid only for this request.
  std::optional<Credentials> credentials;
  // The response to CreateSession, or the reason why it was not sent.
  std::optional<Result<HttpResponse>> failure;
  // The store does not support sessions: sign requests with the credentials.
  bool not_offered = false;
};

// Parses the response to CreateSession. INTERNAL: it has no credentials.
// `source` is for messages.
Result<Credentials> ParseExpressSession(const HttpResponse& response,
                                        const std::string& source);

class ExpressSessions {
 public:
  using Clock = std::chrono::system_clock;

  explicit ExpressSessions(std::function<Clock::time_point()> now = Clock::now);

  // Returns a session. `create` creates one; it may block.
  ExpressSession Get(const std::string& bucket,
                     const std::function<ExpressSession()>& create);

  // Discards a session that the store rejects.
  void Forget(const std::string& bucket, const Credentials& session);

  ExpressSessions(const ExpressSessions&) = delete;
  ExpressSessions& operator=(const ExpressSessions&) = delete;

 private:
  struct Bucket {
    // Held during the creation of the first session.
    std::mutex creation;
    // The members below are guarded by `mutex_`.
    ExpressSession last;     // The result of the last creation.
    uint64_t creations = 0;  // The number of finished creations.
    bool refreshing = false;
    Clock::time_point refresh_at;
  };

  // Both functions require `mutex_`.
  bool IsUsable(const Bucket& bucket) const;
  void Store(Bucket& bucket, const ExpressSession& session);

  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Bucket>> buckets_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_EXPRESS_SESSIONS_H_
