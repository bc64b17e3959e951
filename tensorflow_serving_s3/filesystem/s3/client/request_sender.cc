// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Why the requests are made on the CRT's HTTP connections and signer
// (aws-c-http, aws-c-auth) and not through its S3 client (aws-c-s3), which sits
// on the same two: what this filesystem has to promise is decided per attempt
// and per byte. aws-c-s3 reports a part when it is complete, so a stalled body
// looks like a slow one until its own monitor, which counts whole seconds,
// closes the connection; a part that breaks is fetched again from its
// beginning; a request that is cancelled while it connects reports back when
// the connection attempt is over; answers that are not split are buffered and
// then copied; and its pool of part buffers is a second memory budget beside
// the read-ahead's. Here a request ends at its deadline whatever the CRT is
// doing, a broken range goes on from the byte where it broke under If-Match,
// and the only memory is the caller's. Splitting a large read into parallel
// ranges is the reader's business, which alone knows its budget.
#include "tensorflow_serving_s3/filesystem/s3/client/request_sender.h"

#include <chrono>
#include <cstdint>
#include <optional>

#include "aws/common/error.h"
#include "aws/http/http.h"
#include "tensorflow_serving_s3/filesystem/s3/address/access_point.h"
#include "tensorflow_serving_s3/filesystem/s3/address/directory_bucket.h"
#include "tensorflow_serving_s3/filesystem/s3/address/endpoint.h"
#include "tensorflow_serving_s3/filesystem/s3/address/proxy.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_hosts.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/signer.h"
#include "tensorflow_serving_s3/filesystem/s3/http/error_answer.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_message.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kUserAgent[] = "tf-serving-s3";

// A line on which many parts go out beside each other may be slow, and the
// system tells of what has gone only now and then.
constexpr int kSendingPatience = 10;

// Whether what was answered, or that nothing was, passes with time only.
bool IsOverloadedOrAway(const HttpResponse& response, int attempts) {
  switch (response.status) {
    case 429:
    case 502:
    case 503:
    case 504:
      return true;
    case 0:
      return IsUnreachable(response.crt_error, attempts);
    default:
      return false;
  }
}

// Gives an answer that is an error the status that such an error has where S3
// knows of it in time.
void RevealLateFailure(HttpResponse& response) {
  if (response.crt_error != 0 || response.status != 200) return;
  const std::string code = ParseErrorBody(response.body).code;
  if (code.empty()) return;
  constexpr std::pair<const char*, int> kStatuses[] = {
      {"AccessDenied", 403},       {"InternalError", 500},
      {"NoSuchKey", 404},          {"NoSuchUpload", 404},
      {"OperationAborted", 409},   {"PreconditionFailed", 412},
      {"ServiceUnavailable", 503}, {"SlowDown", 503}};
  response.status = 400;
  for (const auto& [name, status] : kStatuses) {
    if (code == name) response.status = status;
  }
}

// AWS wants these signed by the credentials themselves.
bool TakesSession(Operation operation) {
  return operation != Operation::kCopyObject &&
         operation != Operation::kUploadPartCopy;
}

// Whether a store that is not AWS's takes CreateSession for something else, or
// the service of its signature for a wrong one.
bool KnowsNoSessions(const HttpError& error) {
  switch (error.status) {
    case 400:
      return !IsStaleToken(error);
    case 403:
      return error.code == "SignatureDoesNotMatch";
    case 404:
      return error.code != "NoSuchBucket";
    case 405:
    case 501:
      return true;
    default:
      return false;
  }
}

}  // namespace

RequestSender::RequestSender(const Options& options, const GetenvFn& getenv_fn,
                             aws_client_bootstrap* bootstrap)
    : options_(options),
      credentials_(options, getenv_fn, bootstrap),
      http_(options, bootstrap) {}

Result<RequestContext> RequestSender::MakeContext(const S3Uri& uri,
                                                  Operation operation,
                                                  const char* action) const {
  const std::string learnt = regions_.Get(uri.bucket);
  Result<Endpoint> endpoint = ResolveEndpoint(options_, uri.bucket, learnt);
  if (!endpoint.ok()) {
    return Status{endpoint.status().code,
                  uri.ToString() + ": " + endpoint.status().message};
  }
  const Result<std::optional<Proxy>> proxy = ProxyFor(
      options_.proxies, endpoint->https, endpoint->host, endpoint->port);
  if (!proxy.ok()) return proxy.status();
  RequestContext context;
  if (proxy->has_value()) context.proxy = (*proxy)->description;
  context.uri = uri;
  context.directory_bucket = IsDirectoryBucket(uri.bucket);
  context.requester_pays = options_.requester_pays;
  context.operation = OperationName(operation);
  // The one action that policies know of requests to directory buckets.
  context.action =
      context.directory_bucket ? "s3express:CreateSession" : action;
  context.endpoint = *endpoint;
  context.endpoint_source = options_.endpoint_source;
  context.region = endpoint->region;
  context.region_source =
      IsArn(uri.bucket) ? "its ARN"
      : context.directory_bucket && endpoint->region != options_.region
          ? "the zone in its name"
      : learnt.empty() ? options_.region_source
                       : "the answers of the bucket";
  context.anonymous = options_.anonymous;
  return context;
}

Result<HttpResponse> RequestSender::SendOnce(RequestContext& context,
                                             const Request& request,
                                             Retry& retry) {
  bool followed = false;
  bool refreshed = false;
  while (true) {
    const Result<Credentials> credentials = credentials_.Get();
    if (!credentials.ok()) {
      return Status{
          credentials.status().code,
          context.uri.ToString() + ": " + credentials.status().message};
    }
    context.credentials_source = credentials->source;
    context.operation = OperationName(request.operation);
    context.encryption =
        request.stores_object ? options_.encryption.algorithm : "";
    Signature signature = {*credentials};
    std::optional<Result<HttpResponse>> no_session;
    if (context.directory_bucket && !options_.disable_express_sessions &&
        credentials->value != nullptr && TakesSession(request.operation)) {
      const ExpressSession session = sessions_.Get(context.uri.bucket, [&] {
        return CreateSession(context, retry, *credentials);
      });
      no_session = session.failure;
      if (session.credentials.has_value()) {
        signature = {*session.credentials, /*express_session=*/true};
      }
      if (session.not_offered) context.endpoint.service = "s3";
      if (no_session.has_value()) {
        context.operation = OperationName(Operation::kCreateSession);
      }
    }
    Result<HttpResponse> response =
        no_session.has_value() ? *no_session
                               : Exchange(context, request, retry, signature);
    if (!response.ok()) return response;
    if (IsOverloadedOrAway(*response, retry.attempts())) {
      if (response->status != 0 || has_answered_) retry.NeedsTime();
    } else if (response->crt_error == 0) {
      has_answered_ = true;
    }
    if (response->crt_error != 0 || response->status / 100 == 2) {
      return response;
    }
    const HttpError error = ErrorFrom(*response);
    if (!error.retry_after.empty()) {
      retry.AskedToWait(WaitAskedFor(error.retry_after));
    }
    if (options_.retry_mode == RetryMode::kAdaptive &&
        (error.status == 429 || error.status == 503)) {
      pace_.Throttled(Pace::Clock::now());
    }
    // To a HEAD, S3 says of a stale token no more than 400.
    const bool no_reason = request.method == "HEAD" && error.status == 400 &&
                           error.code.empty() && error.bucket_region.empty();
    if (!followed &&
        FollowToItsRegion(context, request, retry, *credentials, *response)) {
      followed = true;
    } else if (!refreshed && signature.express_session &&
               (IsStaleToken(error) || no_reason)) {
      sessions_.Forget(context.uri.bucket, signature.credentials);
      refreshed = true;
    } else if (!refreshed && (IsStaleToken(error) || no_reason) &&
               credentials_.Forget(*credentials)) {
      refreshed = true;
    } else {
      return response;
    }
    CountRetry();
  }
}

ExpressSession RequestSender::CreateSession(const RequestContext& context,
                                            const Retry& retry,
                                            const Credentials& credentials) {
  Request request;
  request.operation = Operation::kCreateSession;
  request.path =
      (context.endpoint.path_prefix.empty() ? "/"
                                            : context.endpoint.path_prefix) +
      "?session";
  request.asks_bucket = true;
  ExpressSession session;
  Result<HttpResponse> response =
      Exchange(context, request, retry, {credentials});
  if (!response.ok() || response->crt_error != 0) {
    session.failure = response;
    return session;
  }
  const bool aws = !has_custom_endpoint() || IsAwsHost(context.endpoint.host);
  if (response->status / 100 != 2) {
    session.not_offered = !aws && KnowsNoSessions(ErrorFrom(*response));
    if (!session.not_offered) session.failure = response;
    return session;
  }
  const Result<Credentials> made =
      ParseExpressSession(*response, credentials.source);
  if (made.ok()) {
    session.credentials = *made;
  } else if (aws) {
    RequestContext asked = context;
    asked.operation = OperationName(Operation::kCreateSession);
    session.failure = FromMalformedAnswer(asked, made.status().message);
  } else {
    session.not_offered = true;
  }
  return session;
}

std::vector<std::pair<std::string, std::string>>
RequestSender::HeadersOfSettings(const RequestContext& context,
                                 const Request& request) const {
  std::vector<std::pair<std::string, std::string>> headers;
  if (options_.requester_pays && !request.asks_bucket &&
      !context.directory_bucket) {
    headers.emplace_back("x-amz-request-payer", "requester");
  }
  const Encryption& encryption = options_.encryption;
  if (!request.stores_object || encryption.algorithm.empty()) return headers;
  const std::string name = "x-amz-server-side-encryption";
  headers.emplace_back(name, encryption.algorithm);
  if (!encryption.kms_key_id.empty()) {
    headers.emplace_back(name + "-aws-kms-key-id", encryption.kms_key_id);
  }
  // Directory buckets always have one.
  if (encryption.bucket_key.has_value() && !context.directory_bucket) {
    headers.emplace_back(name + "-bucket-key-enabled",
                         *encryption.bucket_key ? "true" : "false");
  }
  return headers;
}

Result<HttpResponse> RequestSender::Exchange(const RequestContext& context,
                                             const Request& request,
                                             const Retry& retry,
                                             const Signature& signature) {
  HttpMessagePtr message = NewMessage(request.method, request.path);
  AddHeader(message.get(), "Host", context.endpoint.Authority());
  AddHeader(message.get(), "User-Agent", kUserAgent);
  for (const auto& [name, value] : request.headers) {
    AddHeader(message.get(), name, value);
  }
  for (const auto& [name, value] : HeadersOfSettings(context, request)) {
    AddHeader(message.get(), name, value);
  }
  if (!request.body.empty() || request.method == "PUT" ||
      request.method == "POST") {
    AddHeader(message.get(), "Content-Length",
              std::to_string(request.body.size()));
  }
  const Status status = SignRequest(
      message.get(), signature.credentials, context.endpoint.region,
      request.body, context.endpoint.service, signature.express_session);
  if (!status.ok()) {
    return Status{status.code, context.uri.ToString() + ": " + status.message};
  }
  if (options_.retry_mode == RetryMode::kAdaptive) {
    SleepUnlessCancelled(pace_.Delay(Pace::Clock::now()), request.cancellation);
  }
  const auto began = std::chrono::steady_clock::now();
  Result<HttpResponse> response = http_.Send(
      context.endpoint, message.get(), request.sink,
      {retry.Patience(), options_.request_timeout * request.silence_patience,
       request.cancellation, options_.request_timeout * kSendingPatience},
      request.body);
  if (response.ok()) {
    // One that was not wanted to its end has not failed.
    const bool answered =
        response->crt_error == 0 ||
        response->crt_error == AWS_ERROR_HTTP_STREAM_CANCELLED;
    CountRequest(request.operation, answered ? response->status : 0,
                 std::chrono::steady_clock::now() - began);
  }
  return response;
}

bool RequestSender::FollowToItsRegion(RequestContext& context,
                                      const Request& request,
                                      const Retry& retry,
                                      const Credentials& credentials,
                                      const HttpResponse& response) {
  if (IsArn(context.uri.bucket) || context.directory_bucket) return false;
  HttpError error = ErrorFrom(response);
  const std::string in_host = context.uri.bucket + ".";
  if (error.bucket_region.empty() &&
      error.endpoint.compare(0, in_host.size(), in_host) == 0) {
    error.bucket_region =
        PublicS3Region(error.endpoint.substr(in_host.size())).value_or("");
  }
  const bool silent_redirect =
      request.method == "HEAD" && error.bucket_region.empty() &&
      (error.status == 301 || error.status == 307 ||
       (error.status == 400 && IsAwsHost(context.endpoint.host)));
  if (silent_redirect) {
    // S3 tells the region in the answer to a HEAD of the bucket itself.
    Request head;
    head.operation = request.operation;
    head.method = "HEAD";
    head.path = context.endpoint.path_prefix + "/";
    head.asks_bucket = true;
    head.cancellation = request.cancellation;
    const Result<HttpResponse> answer =
        Exchange(context, head, retry, {credentials});
    if (answer.ok()) error.bucket_region = ErrorFrom(*answer).bucket_region;
  }
  if (!NamesAnotherRegion(context, error) || error.bucket_region.empty()) {
    return false;
  }
  // The request went there already. The store may answer differently on a
  // second attempt.
  if (error.bucket_region == context.region) return true;
  const Result<Endpoint> endpoint =
      ResolveEndpoint(options_, context.uri.bucket, error.bucket_region);
  if (!endpoint.ok()) return false;
  regions_.Learn(context.uri.bucket, error.bucket_region);
  context.endpoint = *endpoint;
  context.region = error.bucket_region;
  context.region_source = "the answers of the bucket";
  return true;
}

Result<HttpResponse> RequestSender::SendUntilAnswered(RequestContext& context,
                                                      const Request& request) {
  Retry retry = NewRetry(request.answer_patience);
  return SendUntilAnswered(context, request, retry);
}

Result<HttpResponse> RequestSender::SendUntilAnswered(RequestContext& context,
                                                      const Request& request,
                                                      Retry& retry) {
  while (true) {
    Result<HttpResponse> response = SendOnce(context, request, retry);
    if (!response.ok()) return response;
    retry.Sent(response->body_sent);
    if (request.may_fail_late) RevealLateFailure(*response);
    const bool success =
        response->crt_error == 0 && response->status / 100 == 2;
    const bool needs_body = request.method == "GET" ||
                            request.method == "POST" || request.may_fail_late;
    const bool unreadable = success && needs_body && response->body_lost;
    if (success && !unreadable) return response;
    if (response->crt_error == 0 && response->status >= 400 && request.amend &&
        request.amend(ErrorFrom(*response))) {
      CountRetry();
      continue;
    }
    if ((unreadable || IsRetryableAnswer(*response)) &&
        TryAgain(retry, request.cancellation)) {
      continue;
    }
    return unreadable ? FromLostBody(context)
                      : Failure(context, *response, retry);
  }
}

bool TryAgain(Retry& retry, Cancellation* cancellation) {
  if (!retry.Again(cancellation)) return false;
  CountRetry();
  return true;
}

Status Failure(const RequestContext& context, const HttpResponse& response,
               const Retry& retry) {
  if (response.crt_error == AWS_ERROR_HTTP_STREAM_CANCELLED) {
    return {TF_CANCELLED, context.uri.ToString() + ": " + context.operation +
                              " was cancelled: its answer is not wanted"};
  }
  if (response.crt_error == AWS_ERROR_SHORT_BUFFER) {
    return FromMalformedAnswer(context,
                               "the answer holds more bytes than were asked "
                               "for");
  }
  if (response.crt_error != 0) {
    return FromTransportError(context, response.crt_error, retry.attempts(),
                              retry.elapsed());
  }
  return FromHttpError(context, ErrorFrom(response));
}

}  // namespace s3
}  // namespace tfs3
