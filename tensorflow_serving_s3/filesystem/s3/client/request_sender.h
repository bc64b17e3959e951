// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Signs requests to S3, sends them and repeats failed attempts.
//
//   Result<RequestContext> context =
//       sender.MakeContext(uri, Operation::kHeadObject, "s3:GetObject");
//   Request request;
//   request.path = context->endpoint.path_prefix + "/" + UriEncode(key, true);
//   Result<HttpResponse> response =
//       sender.SendWithRetries(*context, request);
//
//   - Follows a bucket to its region, and remembers the region.
//   - Fetches new credentials once if the store rejects the token.
//   - Makes longer pauses (retry.h) if the store is overloaded, or if it has
//     responded before and is unreachable now.
//   - Signs requests to a directory bucket with a session (express_sessions.h).
//     If the session fails, its error is the error of the request.
//   - Counts every attempt in stats.h.
//
// client.h has the operations. Thread-safe; each call uses its own connection.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_REQUEST_SENDER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_REQUEST_SENDER_H_

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/address/bucket_regions.h"
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/stats.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/adaptive_rate_limiter.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials_chain.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/express_sessions.h"
#include "tensorflow_serving_s3/filesystem/s3/http/errors.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http.h"
#include "tensorflow_serving_s3/filesystem/s3/http/retry.h"

struct aws_client_bootstrap;

namespace tfs3 {
namespace s3 {

struct Request {
  Operation operation = Operation::kGetObject;
  std::string method = "GET";
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers;
  HttpSink sink;
  std::string_view body;  // Must outlive the request.
  // Multiply S3_REQUEST_TIMEOUT_MSEC until the response begins, and for silence
  // within the response.
  int response_timeout_multiplier = 1;
  int silence_timeout_multiplier = 1;
  // S3 may send status 200 before it has finished, and then an error in the
  // body.
  bool may_fail_after_success_status = false;
  // The request contains the headers of Options::encryption.
  bool stores_object = false;
  // The request concerns the bucket itself: a requester cannot pay for it.
  bool targets_bucket = false;
  // Called with an error response. Returns true after it has changed this
  // request into one that the store may accept; the sender then sends it.
  std::function<bool(const HttpError&)> amend;
  // Called with a successful response. Returns the reason why it is malformed,
  // or "". The sender repeats a request with a malformed response.
  std::function<std::string(const HttpResponse&)> find_error;
  // Ends the request with AWS_ERROR_HTTP_STREAM_CANCELLED; may be null.
  Cancellation* cancellation = nullptr;
};

class RequestSender {
 public:
  // `bootstrap` must outlive the sender.
  RequestSender(const Options& options, const GetenvFn& getenv_fn,
                aws_client_bootstrap* bootstrap);

  // Resolves the endpoint, the region and the proxy of a request. `action` is
  // the action that a policy must allow.
  Result<RequestContext> MakeContext(const S3Uri& uri, Operation operation,
                                     const char* action) const;

  // True if a setting names the endpoint; false for the endpoint of AWS.
  bool has_custom_endpoint() const { return !options_.endpoint.empty(); }

  const Options& options() const { return options_; }

  // Returns the attempts of a new request.
  Retry NewRetry(int timeout_multiplier = 1) const {
    return Retry(options_, timeout_multiplier);
  }

  // Makes one attempt, in the bucket's region and with valid credentials;
  // writes both into `context`. Returns an error if another attempt cannot
  // succeed.
  Result<HttpResponse> SendOnce(RequestContext& context, const Request& request,
                                Retry& retry);

  // Makes attempts until one succeeds or another cannot succeed. Returns the
  // response of a success.
  Result<HttpResponse> SendWithRetries(RequestContext& context,
                                       const Request& request);

 private:
  // The credentials or session that sign a request.
  struct Signature {
    Credentials credentials;
    bool express_session = false;
    // The session could not be made: the result of the request.
    std::optional<Result<HttpResponse>> failure = std::nullopt;
  };

  // Makes a session if the request needs one.
  Signature SignatureFor(RequestContext& context, const Request& request,
                         const Retry& retry, const Credentials& credentials);

  // Returns the headers that settings add to the request.
  std::vector<std::pair<std::string, std::string>> HeadersFromOptions(
      const RequestContext& context, const Request& request) const;

  // Signs, sends and counts one request.
  Result<HttpResponse> Exchange(const RequestContext& context,
                                const Request& request, const Retry& retry,
                                const Signature& signature);

  ExpressSession CreateSession(const RequestContext& context,
                               const Retry& retry,
                               const Credentials& credentials);

  // Adjusts the next pause and the rate of requests to the load of the store.
  void AdaptToLoad(const HttpResponse& response, Retry& retry);

  // Changes `context` to the region that the error response names. Returns
  // false if the response names no other region.
  bool FollowRegionRedirect(RequestContext& context, const Request& request,
                            const Retry& retry, const Credentials& credentials,
                            const HttpResponse& response);

  const Options options_;
  CredentialsChain credentials_;
  ExpressSessions sessions_;
  HttpClient http_;
  BucketRegions regions_;
  AdaptiveRateLimiter rate_limiter_;
  // The endpoint has responded at least once: it is not a wrong one.
  std::atomic<bool> has_responded_{false};
};

// Waits for the next attempt and counts it. Returns false if there is none.
bool StartNextAttempt(Retry& retry, Cancellation* cancellation = nullptr);

// Converts the last response of a failed request to a status; CANCELLED if the
// request was cancelled.
Status FromFailedResponse(const RequestContext& context,
                          const HttpResponse& response, const Retry& retry);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_REQUEST_SENDER_H_
