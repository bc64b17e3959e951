// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The sessions of directory buckets (S3 Express One Zone). CreateSession gives
// credentials for one bucket that end after five minutes:
//
//   ExpressSessions sessions;
//   ExpressSession session =
//       sessions.Get("models--usw2-az1--x-s3", [&] { return Create(); });
//   if (session.credentials.has_value()) Sign(*session.credentials);
//
// A session is made by the first request to the bucket, while the other
// requests wait for it, and again a minute before it ends, by one request,
// while the others use the old one. Thread-safe.
//
// The provider for these in aws-c-s3 is not used: it sends CreateSession
// through that library's client, with neither our proxies and time limits nor
// the text of a refusal.
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

// One of these is set, or `not_offered`.
struct ExpressSession {
  // With their end; without one, they are used for this request only.
  std::optional<Credentials> credentials;
  // Why there is no session: the answer to CreateSession, or why nothing was
  // sent.
  std::optional<Result<HttpResponse>> failure;
  // The store has no sessions: its requests are signed as any other store's.
  bool not_offered = false;
};

// Reads the answer to CreateSession. INTERNAL, saying what is missing, when
// there are no credentials in it. `source` is for messages.
Result<Credentials> ParseExpressSession(const HttpResponse& response,
                                        const std::string& source);

class ExpressSessions {
 public:
  using Clock = std::chrono::system_clock;

  explicit ExpressSessions(std::function<Clock::time_point()> now = Clock::now);

  // `create` makes a session; it may block.
  ExpressSession Get(const std::string& bucket,
                     const std::function<ExpressSession()>& create);

  // The store does not accept this session any more.
  void Forget(const std::string& bucket, const Credentials& session);

  ExpressSessions(const ExpressSessions&) = delete;
  ExpressSessions& operator=(const ExpressSessions&) = delete;

 private:
  struct Bucket {
    // Held while the first session is made.
    std::mutex creation;
    // These require `mutex_`.
    ExpressSession last;     // The result of the last creation.
    uint64_t creations = 0;  // How many have ended.
    bool refreshing = false;
    Clock::time_point refresh_at;
  };

  // These require `mutex_`.
  bool IsUsable(const Bucket& bucket) const;
  void Keep(Bucket& bucket, const ExpressSession& session);

  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Bucket>> buckets_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_EXPRESS_SESSIONS_H_
