// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// This file uses the CRT's HTTP connections and signer (aws-c-http, aws-c-auth)
// and not its S3 client (aws-c-s3), because aws-c-s3
//   - reports a part when it is complete: a stalled body looks like a slow one
//     until its monitor, which counts whole seconds, closes the connection;
//   - fetches a broken part again from its beginning;
//   - reports a request that was cancelled during the connect only after the
//     connect;
//   - buffers and copies responses that it does not split;
//   - has its own pool of part buffers, a second memory budget beside the one
//     for read-ahead.
// Here, a request ends at its deadline, a broken range continues at the byte
// where it broke, under If-Match, and the caller owns all memory. The reader,
// which knows its budget, splits large reads into parallel ranges.
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
#include "tensorflow_serving_s3/filesystem/s3/http/error_classes.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_error.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_message.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kUserAgent[] = "tf-serving-s3";

// Many parallel uploads may share a slow connection, and the kernel rarely
// reports their progress.
constexpr int kSendingTimeoutMultiplier = 10;

// Returns true for failures that only pass with time.
bool IsOverloadedOrUnreachable(const HttpResponse& response, int attempts) {
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

// Changes status 200 with an error in the body to the status that S3 uses for
// this error.
void ApplyErrorInBody(HttpResponse& response) {
  if (response.crt_error != 0 || response.status != 200) {
    return;
  }
  const std::string code = ParseErrorBody(response.body).code;
  if (code.empty()) {
    return;
  }
  constexpr std::pair<const char*, int> kStatuses[] = {
      {"AccessDenied", 403},       {"InternalError", 500},
      {"NoSuchKey", 404},          {"NoSuchUpload", 404},
      {"OperationAborted", 409},   {"PreconditionFailed", 412},
      {"ServiceUnavailable", 503}, {"SlowDown", 503}};
  response.status = 400;
  for (const auto& [name, status] : kStatuses) {
    if (code == name) {
      response.status = status;
    }
  }
}

// AWS accepts sessions for all operations except copies.
bool SupportsSessions(Operation operation) {
  return operation != Operation::kCopyObject &&
         operation != Operation::kUploadPartCopy;
}

// Returns true if the error means that a store other than AWS does not support
// sessions: it rejects CreateSession, or the service name in its signature.
bool MeansNoSessionSupport(const HttpError& error) {
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
  const std::string known_region = regions_.Get(uri.bucket);
  Result<Endpoint> endpoint =
      ResolveEndpoint(options_, uri.bucket, known_region);
  if (!endpoint.ok()) {
    return Status{endpoint.status().code,
                  uri.ToString() + ": " + endpoint.status().message};
  }
  const Result<std::optional<Proxy>> proxy = ProxyFor(
      options_.proxies, endpoint->https, endpoint->host, endpoint->port);
  if (!proxy.ok()) {
    return proxy.status();
  }
  RequestContext context;
  if (proxy->has_value()) {
    context.proxy = (*proxy)->description;
  }
  context.uri = uri;
  context.directory_bucket = IsDirectoryBucket(uri.bucket);
  context.requester_pays = options_.requester_pays;
  context.operation = OperationName(operation);
  // The only action in policies for requests to directory buckets.
  context.action =
      context.directory_bucket ? "s3express:CreateSession" : action;
  context.endpoint = *endpoint;
  context.endpoint_source = options_.endpoint_source;
  context.region = endpoint->region;
  context.region_source =
      IsArn(uri.bucket) ? "its ARN"
      : context.directory_bucket && endpoint->region != options_.region
          ? "the zone in its name"
      : known_region.empty() ? options_.region_source
                             : "the responses of the bucket";
  context.anonymous = options_.anonymous;
  return context;
}

RequestSender::Signature RequestSender::SignatureFor(
    RequestContext& context, const Request& request, const Retry& retry,
    const Credentials& credentials) {
  Signature signature = {credentials};
  if (!context.directory_bucket || options_.disable_express_sessions ||
      credentials.value == nullptr || !SupportsSessions(request.operation)) {
    return signature;
  }
  const ExpressSession session = sessions_.Get(context.uri.bucket, [&] {
    return CreateSession(context, retry, credentials);
  });
  signature.failure = session.failure;
  if (session.credentials.has_value()) {
    signature.credentials = *session.credentials;
    signature.express_session = true;
  }
  if (session.not_offered) {
    context.endpoint.service = "s3";
  }
  return signature;
}

void RequestSender::AdaptToLoad(const HttpResponse& response, Retry& retry) {
  if (IsOverloadedOrUnreachable(response, retry.attempts())) {
    if (response.status != 0 || has_responded_) {
      retry.UseLongPause();
    }
  } else if (response.crt_error == 0) {
    has_responded_ = true;
  }
  if (response.crt_error != 0 || response.status / 100 == 2) {
    return;
  }
  const std::string retry_after = response.Header("Retry-After");
  if (!retry_after.empty()) {
    retry.SetRetryAfter(ParseRetryAfter(retry_after));
  }
  if (options_.retry_mode == RetryMode::kAdaptive &&
      (response.status == 429 || response.status == 503)) {
    rate_limiter_.OnThrottled(AdaptiveRateLimiter::Clock::now());
  }
}

Result<HttpResponse> RequestSender::SendOnce(RequestContext& context,
                                             const Request& request,
                                             Retry& retry) {
  bool followed = false;
  bool refreshed = false;
  // Not attempts: at most one request for each of the corrections below,
  // without a pause.
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
    const Signature signature =
        SignatureFor(context, request, retry, *credentials);
    if (signature.failure.has_value()) {
      context.operation = OperationName(Operation::kCreateSession);
    }
    Result<HttpResponse> response =
        signature.failure.has_value()
            ? *signature.failure
            : Exchange(context, request, retry, signature);
    if (!response.ok()) {
      return response;
    }
    AdaptToLoad(*response, retry);
    if (response->crt_error != 0 || response->status / 100 == 2) {
      return response;
    }
    const HttpError error = ErrorFrom(*response);
    // To a HEAD with a stale token, S3 answers 400 without a reason.
    const bool no_reason = request.method == "HEAD" && error.status == 400 &&
                           error.code.empty() && error.bucket_region.empty();
    if (!followed && FollowRegionRedirect(context, request, retry, *credentials,
                                          *response)) {
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
  request.targets_bucket = true;
  ExpressSession session;
  Result<HttpResponse> response =
      Exchange(context, request, retry, {credentials});
  if (!response.ok() || response->crt_error != 0) {
    session.failure = response;
    return session;
  }
  const bool aws = !has_custom_endpoint() || IsAwsHost(context.endpoint.host);
  if (response->status / 100 != 2) {
    session.not_offered = !aws && MeansNoSessionSupport(ErrorFrom(*response));
    if (!session.not_offered) {
      session.failure = response;
    }
    return session;
  }
  const Result<Credentials> made =
      ParseExpressSession(*response, credentials.source);
  if (made.ok()) {
    session.credentials = *made;
  } else if (aws) {
    RequestContext asked = context;
    asked.operation = OperationName(Operation::kCreateSession);
    session.failure = FromMalformedResponse(asked, made.status().message);
  } else {
    session.not_offered = true;
  }
  return session;
}

std::vector<std::pair<std::string, std::string>>
RequestSender::HeadersFromOptions(const RequestContext& context,
                                  const Request& request) const {
  std::vector<std::pair<std::string, std::string>> headers;
  if (options_.requester_pays && !request.targets_bucket &&
      !context.directory_bucket) {
    headers.emplace_back("x-amz-request-payer", "requester");
  }
  const Encryption& encryption = options_.encryption;
  if (!request.stores_object || encryption.algorithm.empty()) {
    return headers;
  }
  const std::string name = "x-amz-server-side-encryption";
  headers.emplace_back(name, encryption.algorithm);
  if (!encryption.kms_key_id.empty()) {
    headers.emplace_back(name + "-aws-kms-key-id", encryption.kms_key_id);
  }
  // Directory buckets always have a bucket key.
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
  for (const auto& [name, value] : HeadersFromOptions(context, request)) {
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
    SleepUnlessCancelled(rate_limiter_.Delay(AdaptiveRateLimiter::Clock::now()),
                         request.cancellation);
  }
  const auto began = std::chrono::steady_clock::now();
  Result<HttpResponse> response =
      http_.Send(context.endpoint, message.get(), request.sink,
                 {retry.AttemptTimeout(),
                  options_.request_timeout * request.silence_timeout_multiplier,
                  request.cancellation,
                  options_.request_timeout * kSendingTimeoutMultiplier},
                 request.body);
  if (response.ok()) {
    // A cancelled request has not failed.
    const bool answered =
        response->crt_error == 0 ||
        response->crt_error == AWS_ERROR_HTTP_STREAM_CANCELLED;
    CountRequest(request.operation, answered ? response->status : 0,
                 std::chrono::steady_clock::now() - began);
  }
  return response;
}

bool RequestSender::FollowRegionRedirect(RequestContext& context,
                                         const Request& request,
                                         const Retry& retry,
                                         const Credentials& credentials,
                                         const HttpResponse& response) {
  if (IsArn(context.uri.bucket) || context.directory_bucket) {
    return false;
  }
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
    // The response to a HEAD of the bucket names the region.
    Request head;
    head.operation = request.operation;
    head.method = "HEAD";
    head.path = context.endpoint.path_prefix + "/";
    head.targets_bucket = true;
    head.cancellation = request.cancellation;
    const Result<HttpResponse> redirect =
        Exchange(context, head, retry, {credentials});
    if (redirect.ok()) {
      error.bucket_region = ErrorFrom(*redirect).bucket_region;
    }
  }
  if (!NamesAnotherRegion(error, context.region) ||
      error.bucket_region.empty()) {
    return false;
  }
  // The request was sent to this region already. The store may respond
  // differently to a second attempt.
  if (error.bucket_region == context.region) {
    return true;
  }
  const Result<Endpoint> endpoint =
      ResolveEndpoint(options_, context.uri.bucket, error.bucket_region);
  if (!endpoint.ok()) {
    return false;
  }
  regions_.SetRegion(context.uri.bucket, error.bucket_region);
  context.endpoint = *endpoint;
  context.region = error.bucket_region;
  context.region_source = "the responses of the bucket";
  return true;
}

Result<HttpResponse> RequestSender::SendWithRetries(RequestContext& context,
                                                    const Request& request) {
  Retry retry = NewRetry(request.response_timeout_multiplier);
  while (true) {
    Result<HttpResponse> response = SendOnce(context, request, retry);
    if (!response.ok()) {
      return response;
    }
    retry.RecordSent(response->body_sent);
    if (request.may_fail_after_success_status) {
      ApplyErrorInBody(*response);
    }
    const bool success =
        response->crt_error == 0 && response->status / 100 == 2;
    const bool needs_body = request.method == "GET" ||
                            request.method == "POST" ||
                            request.may_fail_after_success_status;
    const bool unreadable = success && needs_body && response->body_lost;
    const std::string error = success && !unreadable && request.find_error
                                  ? request.find_error(*response)
                                  : "";
    if (success && !unreadable && error.empty()) {
      return response;
    }
    if (response->crt_error == 0 && response->status >= 400 && request.amend &&
        request.amend(ErrorFrom(*response))) {
      CountRetry();
      continue;
    }
    if ((success || IsRetryableResponse(*response)) &&
        StartNextAttempt(retry, request.cancellation)) {
      continue;
    }
    if (unreadable) {
      return FromLostBody(context);
    }
    if (success) {
      return FromMalformedResponse(context, error);
    }
    return FromFailedResponse(context, *response, retry);
  }
}

bool StartNextAttempt(Retry& retry, Cancellation* cancellation) {
  if (!retry.WaitForNextAttempt(cancellation)) {
    return false;
  }
  CountRetry();
  return true;
}

Status FromFailedResponse(const RequestContext& context,
                          const HttpResponse& response, const Retry& retry) {
  if (response.crt_error == AWS_ERROR_HTTP_STREAM_CANCELLED) {
    return {TF_CANCELLED, context.uri.ToString() + ": " + context.operation +
                              " was cancelled"};
  }
  if (response.crt_error == AWS_ERROR_SHORT_BUFFER) {
    return FromMalformedResponse(context,
                                 "the response has more bytes than requested");
  }
  if (response.crt_error != 0) {
    return FromTransportError(context, response.crt_error, retry.attempts(),
                              retry.elapsed());
  }
  return FromHttpError(context, ErrorFrom(response));
}

}  // namespace s3
}  // namespace tfs3
