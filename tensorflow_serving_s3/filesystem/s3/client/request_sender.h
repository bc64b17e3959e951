// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Signs a request to S3, sends it and, where that can help, sends it again.
//
//   Result<RequestContext> context =
//       sender.MakeContext(uri, Operation::kHeadObject, "s3:GetObject");
//   Request request;
//   request.path = context->endpoint.path_prefix + "/" + UriEncode(key, true);
//   Result<HttpResponse> response =
//       sender.SendUntilAnswered(*context, request);
//
// A bucket that turns out to be in another region is asked there, and from then
// on at once; credentials that the store calls stale are fetched anew, once. A
// store that has too much to do, or that has answered before and cannot be
// reached now, is given time (retry.h); an endpoint that never answered is not.
// Requests to a directory bucket are signed by a session, which is made first
// (express_sessions.h); where there is none, its answer is that to the request.
// What an operation is, and what its answer means, is the client's to know
// (client.h). Every attempt is counted in stats.h. Thread-safe; calls run in
// parallel, each on a connection of its own.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_REQUEST_SENDER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_REQUEST_SENDER_H_

#include <atomic>
#include <functional>
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
#include "tensorflow_serving_s3/filesystem/s3/client/pace.h"
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
  std::string_view body;  // Must stay until the request has returned.
  // How many times S3_REQUEST_TIMEOUT_MSEC the store may take before it
  // answers, and be silent in an answer.
  int answer_patience = 1;
  int silence_patience = 1;
  // S3 may begin its answer with status 200, work on, and then say in the body
  // that it has failed.
  bool may_fail_late = false;
  // Whether the encryption of Options::encryption is asked for.
  bool stores_object = false;
  // Whether it is about the bucket as such: no requester can pay for it.
  bool asks_bucket = false;
  // Called with an answer that is an error. True: it has changed this request
  // into one that the store may take, which is then sent.
  std::function<bool(const HttpError&)> amend;
  // Ends it, with an answer of AWS_ERROR_HTTP_STREAM_CANCELLED; may be null.
  Cancellation* cancellation = nullptr;
};

class RequestSender {
 public:
  // `bootstrap` must outlive the sender.
  RequestSender(const Options& options, const GetenvFn& getenv_fn,
                aws_client_bootstrap* bootstrap);

  // Who and where, before anything is sent. `action` is what a policy must
  // allow.
  Result<RequestContext> MakeContext(const S3Uri& uri, Operation operation,
                                     const char* action) const;

  // Whether the endpoint was named, and is not the one that AWS has.
  bool has_custom_endpoint() const { return !options_.endpoint.empty(); }

  const Options& options() const { return options_; }

  // The count and the clock of a request's attempts.
  Retry NewRetry(int patience = 1) const { return Retry(options_, patience); }

  // One attempt, in the right region and with fresh credentials; `context` says
  // in the end which they were. Not OK when there is no sense in another.
  Result<HttpResponse> SendOnce(RequestContext& context, const Request& request,
                                Retry& retry);

  // Attempts until there is a complete answer that tells of success, or there
  // is no sense in another. With a `retry` the caller learns of the attempts.
  Result<HttpResponse> SendUntilAnswered(RequestContext& context,
                                         const Request& request);
  Result<HttpResponse> SendUntilAnswered(RequestContext& context,
                                         const Request& request, Retry& retry);

 private:
  // What a request is signed with.
  struct Signature {
    Credentials credentials;
    bool express_session = false;
  };

  // The headers that settings add to the request.
  std::vector<std::pair<std::string, std::string>> HeadersOfSettings(
      const RequestContext& context, const Request& request) const;

  // Signs it, sends it, counts it.
  Result<HttpResponse> Exchange(const RequestContext& context,
                                const Request& request, const Retry& retry,
                                const Signature& signature);

  // Makes a session of a directory bucket.
  ExpressSession CreateSession(const RequestContext& context,
                               const Retry& retry,
                               const Credentials& credentials);

  // Leads `context` to the region that the failed answer tells of. False when
  // it tells of none, or of the one that was asked.
  bool FollowToItsRegion(RequestContext& context, const Request& request,
                         const Retry& retry, const Credentials& credentials,
                         const HttpResponse& response);

  const Options options_;
  CredentialsChain credentials_;
  ExpressSessions sessions_;
  HttpClient http_;
  BucketRegions regions_;
  Pace pace_;
  // Whether the endpoint has ever answered, so that it is not a wrong one.
  std::atomic<bool> has_answered_{false};
};

// Waits for the time of another attempt and counts it, if there is one.
bool TryAgain(Retry& retry, Cancellation* cancellation = nullptr);

// What a failed answer, the last one, means to the caller. CANCELLED when it
// was.
Status Failure(const RequestContext& context, const HttpResponse& response,
               const Retry& retry);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_REQUEST_SENDER_H_
