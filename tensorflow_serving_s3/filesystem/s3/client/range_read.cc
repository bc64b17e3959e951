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
    const RangeQuestion question = NextQuestion();
    Result<HttpResponse> response =
        sender_->SendOnce(context_, NextRequest(question), retry_);
    if (!response.ok()) {
      return response.status();
    }
    const Result<RangeAnswer> answer = Judge(question, *response);
    if (!answer.ok()) {
      return answer.status();
    }
    Outcome outcome = Take(*answer, *response);
    if (outcome.has_value()) {
      return *std::move(outcome);
    }
  }
}

RangeQuestion RangeRead::NextQuestion() const {
  RangeQuestion question;
  question.first = target_.offset + got_.bytes;
  question.size = target_.size - got_.bytes;
  question.resumed = got_.bytes > 0;
  question.etag = etag_;
  question.checksum_mode = asks_for_checksum_;
  return question;
}

Request RangeRead::NextRequest(const RangeQuestion& question) const {
  Request request;
  request.operation = Operation::kGetObject;
  request.path = path_;
  request.headers = {
      {"Range", "bytes=" + std::to_string(question.first) + "-" +
                    std::to_string(question.first + question.size - 1)}};
  if (question.checksum_mode) {
    request.headers.emplace_back("x-amz-checksum-mode", "ENABLED");
  }
  if (!question.etag.empty()) {
    request.headers.emplace_back("If-Match", question.etag);
  }
  request.sink.data = target_.buffer + got_.bytes;
  request.sink.size = question.size;
  request.sink.counters = WatchesOf(target_.uri);
  request.cancellation = target_.cancellation;
  return request;
}

Result<RangeAnswer> RangeRead::Judge(const RangeQuestion& question,
                                     const HttpResponse& response) const {
  RangeAnswer answer = JudgeRangeAnswer(question, response);
  if (answer.verdict != RangeVerdict::kAskHead) {
    return answer;
  }
  const Result<ObjectInfo> head = head_();
  if (!head.ok() && !answer.head_is_optional) {
    return head.status();
  }
  return JudgeRangeAnswer(question, response, &head);
}

RangeRead::Outcome RangeRead::Take(const RangeAnswer& answer,
                                   HttpResponse& response) {
  switch (answer.verdict) {
    case RangeVerdict::kBytes:
      if (checksum_mode_refused_) {
        limits_->NoteNoChecksumMode();
      }
      return TakeBytes(answer, response);
    case RangeVerdict::kReplaced:
      if (checksum_mode_refused_) {
        limits_->NoteNoChecksumMode();
      }
      return Replaced(answer.object);
    case RangeVerdict::kEnd:
      got_.object = answer.object;
      return got_;
    case RangeVerdict::kSendWithoutChecksumMode:
      asks_for_checksum_ = false;
      checksum_mode_refused_ = true;
      CountRetry();
      return std::nullopt;
    case RangeVerdict::kWrong:
    case RangeVerdict::kLostBody:
      return TakeWrong(answer, response);
    case RangeVerdict::kAskHead:  // Judge has sent the HEAD.
    case RangeVerdict::kFailed:
      break;
  }
  if (answer.retryable && Again()) {
    return std::nullopt;
  }
  return FailureOf(response);
}

RangeRead::Outcome RangeRead::TakeBytes(const RangeAnswer& answer,
                                        HttpResponse& response) {
  got_.object = answer.object;
  if (target_.offset + got_.bytes == 0) {
    const bool whole = answer.expected == answer.object.size &&
                       sender_->options().checksum_of_responses;
    checksum_ = whole ? ObjectChecksum::From([&response](const char* name) {
      return response.Header(name);
    })
                      : ObjectChecksum();
  }
  got_.bytes += response.sink_bytes;
  if (response.sink_bytes == answer.expected) {
    return Complete();
  }
  if (response.crt_error == 0) {
    response.crt_error = AWS_ERROR_HTTP_CONNECTION_CLOSED;
  }
  if (!got_.object.etag.empty()) {
    retry_.Progress(response.sink_bytes);
  }
  if (!IsRetryableAnswer(response) || !Again()) {
    return FailureOf(response);
  }
  // The rest must belong to the same object. Without an ETag, start again.
  etag_ = got_.object.etag;
  if (etag_.empty()) {
    got_.bytes = 0;
  }
  return std::nullopt;
}

RangeRead::Outcome RangeRead::Complete() {
  if (!checksum_.Mismatch({target_.buffer, got_.bytes})) {
    return got_;
  }
  if (++mismatches_ == 2 || !Again()) {
    return FromWrongChecksum(context_, checksum_.name());
  }
  etag_ = target_.if_match;
  got_ = ObjectRange();
  return std::nullopt;
}

RangeRead::Outcome RangeRead::TakeWrong(const RangeAnswer& answer,
                                        HttpResponse& response) {
  if (Again()) {
    return std::nullopt;
  }
  const bool ended_early =
      response.crt_error != 0 && response.crt_error != AWS_ERROR_SHORT_BUFFER;
  if (ended_early || cancelled()) {
    return FailureOf(response);
  }
  if (answer.verdict == RangeVerdict::kLostBody) {
    return FromLostBody(context_);
  }
  return FromMalformedAnswer(context_, answer.wrong);
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
  return Failure(context_, response, retry_);
}

}  // namespace s3
}  // namespace tfs3
