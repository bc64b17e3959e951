// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/range_read.h"

#include <utility>

#include "aws/common/error.h"
#include "aws/http/http.h"
#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/base/stats.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"
#include "tensorflow_serving_s3/filesystem/s3/http/error_classes.h"
#include "tensorflow_serving_s3/filesystem/s3/http/errors.h"

namespace tfs3 {
namespace s3 {

RangeRead::RangeRead(RequestSender* sender, StoreLimits* limits,
                     RangeTarget target, HeadFn head)
    : sender_(sender),
      limits_(limits),
      target_(std::move(target)),
      head_(std::move(head)),
      retry_(sender->NewRetry()),
      etag_(target_.if_match),
      asks_for_checksum_(sender->options().checksum_of_responses &&
                         !limits->refuses_checksum_mode()) {}

Result<ObjectRange> RangeRead::Run() {
  Result<RequestContext> context =
      sender_->MakeContext(target_.uri, Operation::kGetObject, "s3:GetObject");
  if (!context.ok()) {
    return context.status();
  }
  context_ = *std::move(context);
  path_ =
      context_.endpoint.path_prefix + "/" + UriEncode(target_.uri.key, true);
  while (true) {
    const RangeRequest range = NextRange();
    Result<HttpResponse> response =
        sender_->SendOnce(context_, MakeRequest(range), retry_);
    if (!response.ok()) {
      return response.status();
    }
    const Result<RangeResult> result = Interpret(range, *response);
    if (!result.ok()) {
      return result.status();
    }
    AttemptResult outcome = HandleResult(*result, *response);
    if (outcome.has_value()) {
      return *std::move(outcome);
    }
  }
}

RangeRequest RangeRead::NextRange() const {
  RangeRequest range;
  range.first = target_.offset + got_.bytes;
  range.size = target_.size - got_.bytes;
  range.resumed = got_.bytes > 0;
  range.etag = etag_;
  range.checksum_mode = asks_for_checksum_;
  return range;
}

Request RangeRead::MakeRequest(const RangeRequest& range) const {
  Request request;
  request.operation = Operation::kGetObject;
  request.path = path_;
  request.headers = {
      {"Range", "bytes=" + std::to_string(range.first) + "-" +
                    std::to_string(range.first + range.size - 1)}};
  if (range.checksum_mode) {
    request.headers.emplace_back("x-amz-checksum-mode", "ENABLED");
  }
  if (!range.etag.empty()) {
    request.headers.emplace_back("If-Match", range.etag);
  }
  request.sink.data = target_.buffer + got_.bytes;
  request.sink.size = range.size;
  request.sink.counters = WatchesOf(target_.uri);
  request.cancellation = target_.cancellation;
  return request;
}

Result<RangeResult> RangeRead::Interpret(const RangeRequest& range,
                                         const HttpResponse& response) const {
  RangeResult result = InterpretRangeResponse(range, response);
  if (result.outcome != RangeOutcome::kNeedsHead) {
    return result;
  }
  const Result<ObjectInfo> head = head_();
  if (!head.ok() && !result.head_is_optional) {
    return head.status();
  }
  return InterpretRangeResponse(range, response, &head);
}

RangeRead::AttemptResult RangeRead::HandleResult(const RangeResult& result,
                                                 HttpResponse& response) {
  switch (result.outcome) {
    case RangeOutcome::kBytes:
      if (checksum_mode_refused_) {
        limits_->set_refuses_checksum_mode();
      }
      return HandleBytes(result, response);
    case RangeOutcome::kObjectReplaced:
      if (checksum_mode_refused_) {
        limits_->set_refuses_checksum_mode();
      }
      return Replaced(result.object);
    case RangeOutcome::kPastEnd:
      got_.object = result.object;
      return got_;
    case RangeOutcome::kRetryWithoutChecksumMode:
      asks_for_checksum_ = false;
      checksum_mode_refused_ = true;
      CountRetry();
      return std::nullopt;
    case RangeOutcome::kInvalid:
    case RangeOutcome::kBodyLost:
      return HandleInvalid(result, response);
    case RangeOutcome::kNeedsHead:  // Interpret has sent the HEAD.
    case RangeOutcome::kError:
      break;
  }
  if (result.retryable && StartNextAttempt()) {
    return std::nullopt;
  }
  return FailureOf(response);
}

RangeRead::AttemptResult RangeRead::HandleBytes(const RangeResult& result,
                                                HttpResponse& response) {
  got_.object = result.object;
  if (target_.offset + got_.bytes == 0) {
    const bool whole = result.expected == result.object.size &&
                       sender_->options().checksum_of_responses;
    checksum_ = whole ? ObjectChecksum::From([&response](const char* name) {
      return response.Header(name);
    })
                      : ObjectChecksum();
  }
  got_.bytes += response.sink_bytes;
  if (response.sink_bytes == result.expected) {
    return Complete();
  }
  if (response.crt_error == 0) {
    response.crt_error = AWS_ERROR_HTTP_CONNECTION_CLOSED;
  }
  if (!got_.object.etag.empty()) {
    retry_.RecordReceived(response.sink_bytes);
  }
  if (!IsRetryableResponse(response) || !StartNextAttempt()) {
    return FailureOf(response);
  }
  // The rest must belong to the same object. Without an ETag, start again.
  etag_ = got_.object.etag;
  if (etag_.empty()) {
    got_.bytes = 0;
  }
  return std::nullopt;
}

RangeRead::AttemptResult RangeRead::Complete() {
  if (!checksum_.Mismatch({target_.buffer, got_.bytes})) {
    return got_;
  }
  if (++mismatches_ == 2 || !StartNextAttempt()) {
    return FromWrongChecksum(context_, checksum_.name());
  }
  etag_ = target_.if_match;
  got_ = ObjectRange();
  return std::nullopt;
}

RangeRead::AttemptResult RangeRead::HandleInvalid(const RangeResult& result,
                                                  HttpResponse& response) {
  if (StartNextAttempt()) {
    return std::nullopt;
  }
  const bool ended_early =
      response.crt_error != 0 && response.crt_error != AWS_ERROR_SHORT_BUFFER;
  if (ended_early || cancelled()) {
    return FailureOf(response);
  }
  if (result.outcome == RangeOutcome::kBodyLost) {
    return FromLostBody(context_);
  }
  return FromMalformedResponse(context_, result.error);
}

Status RangeRead::Replaced(const ObjectInfo& object) const {
  HttpError replaced;
  replaced.status = 412;
  replaced.message = "the ETag was " + etag_ + ", and is " + object.etag;
  return FromHttpError(context_, replaced);
}

bool RangeRead::cancelled() const {
  return target_.cancellation != nullptr && target_.cancellation->cancelled();
}

Status RangeRead::FailureOf(HttpResponse& response) const {
  if (cancelled()) {
    response.crt_error = AWS_ERROR_HTTP_STREAM_CANCELLED;
  }
  return FromFailedResponse(context_, response, retry_);
}

}  // namespace s3
}  // namespace tfs3
