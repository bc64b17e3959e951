// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "aws/common/error.h"
#include "aws/http/http.h"
#include "tensorflow_serving_s3/filesystem/s3/address/directory_bucket.h"
#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"
#include "tensorflow_serving_s3/filesystem/s3/client/object_checksum.h"
#include "tensorflow_serving_s3/filesystem/s3/client/request_sender.h"

namespace tfs3 {
namespace s3 {
namespace {

// "bytes 0-99/1000", "bytes 0-99/*" or, of a range beyond the end,
// "bytes */1000".
struct ContentRange {
  bool satisfied = false;
  uint64_t first = 0;
  uint64_t last = 0;
  std::optional<uint64_t> total;  // Nothing for "*".
};

std::optional<ContentRange> ParseContentRange(const std::string& text) {
  const std::string unit = "bytes ";
  const size_t slash = text.find('/');
  if (text.compare(0, unit.size(), unit) != 0 || slash == std::string::npos) {
    return std::nullopt;
  }
  ContentRange range;
  const std::string total = text.substr(slash + 1);
  range.total = ParseUnsigned(total);
  if (!range.total.has_value() && total != "*") return std::nullopt;
  const std::string span = text.substr(unit.size(), slash - unit.size());
  if (span == "*") return range;
  const size_t hyphen = span.find('-');
  if (hyphen == std::string::npos) return std::nullopt;
  const std::optional<uint64_t> first = ParseUnsigned(span.substr(0, hyphen));
  const std::optional<uint64_t> last = ParseUnsigned(span.substr(hyphen + 1));
  if (!first.has_value() || !last.has_value() || *first > *last ||
      (range.total.has_value() && *last >= *range.total)) {
    return std::nullopt;
  }
  range.satisfied = true;
  range.first = *first;
  range.last = *last;
  return range;
}

ObjectInfo InfoFrom(const HttpResponse& response, uint64_t size) {
  ObjectInfo info;
  info.size = size;
  info.etag = response.Header("ETag");
  info.mtime_nsec = ParseTime(response.Header("Last-Modified"));
  return info;
}

bool StaysWithACopy(const std::string& header) {
  static const char* const kNames[] = {
      "cache-control",    "content-disposition", "content-encoding",
      "content-language", "content-type",        "expires"};
  const std::string name = Lowercase(header);
  return name.compare(0, 11, "x-amz-meta-") == 0 ||
         std::find(std::begin(kNames), std::end(kNames), name) !=
             std::end(kNames);
}

// The prefix to ask for, where one that does not end in a slash is refused.
std::string ListablePrefix(const S3Uri& prefix) {
  if (!IsDirectoryBucket(prefix.bucket)) return prefix.key;
  // npos + 1 is 0.
  return prefix.key.substr(0, prefix.key.rfind('/') + 1);
}

// Counts a failure, unless it is an answer to whether there is something, or
// nobody wanted one any more.
template <typename T>
Result<T> Counted(Operation operation, Result<T> result) {
  if (!result.ok() && result.status().code != TF_NOT_FOUND &&
      result.status().code != TF_CANCELLED) {
    CountError(operation);
  }
  return result;
}

}  // namespace

Result<std::unique_ptr<Client>> Client::New(const Options& options,
                                            const GetenvFn& getenv_fn) {
  const Result<const AwsRuntime*> runtime = AwsRuntime::Get();
  if (!runtime.ok()) return runtime.status();
  (*runtime)->SetLogLevel(options.log_level);
  return std::unique_ptr<Client>(
      new Client(options, getenv_fn, (*runtime)->client_bootstrap()));
}

Client::Client(const Options& options, const GetenvFn& getenv_fn,
               aws_client_bootstrap* bootstrap)
    : sender_(options, getenv_fn, bootstrap) {}

Result<ObjectInfo> Client::HeadObject(const S3Uri& uri) {
  return Counted(Operation::kHeadObject, Head(uri));
}

Result<Metadata> Client::GetMetadata(const S3Uri& uri) {
  Metadata metadata;
  const Status status =
      Counted(Operation::kHeadObject, Head(uri, &metadata)).status();
  if (!status.ok()) return status;
  return metadata;
}

Result<ObjectRange> Client::GetObject(const S3Uri& uri, uint64_t offset,
                                      char* buffer, size_t size,
                                      const std::string& if_match,
                                      Cancellation* cancellation) {
  return Counted(Operation::kGetObject,
                 Get(uri, offset, buffer, size, if_match, cancellation));
}

Result<Listing> Client::ListObjects(const S3Uri& prefix,
                                    const ListRequest& list) {
  return Counted(Operation::kListObjectsV2, List(prefix, list));
}

Result<HttpResponse> Client::SendHead(const S3Uri& uri) {
  Result<RequestContext> context =
      sender_.MakeContext(uri, Operation::kHeadObject, "s3:GetObject");
  if (!context.ok()) return context.status();
  Request request;
  request.operation = Operation::kHeadObject;
  request.method = "HEAD";
  request.path = context->endpoint.path_prefix + "/" + UriEncode(uri.key, true);
  return sender_.SendUntilAnswered(*context, request);
}

Result<ObjectInfo> Client::Head(const S3Uri& uri, Metadata* metadata) {
  Result<HttpResponse> response = SendHead(uri);
  if (!response.ok()) return response.status();
  if (metadata != nullptr) {
    for (const auto& header : response->headers) {
      if (StaysWithACopy(header.first)) metadata->push_back(header);
    }
  }
  const std::optional<uint64_t> size =
      ParseUnsigned(response->Header("Content-Length"));
  if (size.has_value()) return InfoFrom(*response, *size);
  // The answer to a range names the size of the whole object.
  char byte = 0;
  Result<ObjectRange> range =
      Get(uri, 0, &byte, 1, response->Header("ETag"), nullptr);
  if (!range.ok()) return range.status();
  return InfoFrom(*response, range->object.size);
}

Result<ObjectInfo> Client::HeadWithLength(const S3Uri& uri) {
  Result<HttpResponse> response = SendHead(uri);
  if (!response.ok()) return response.status();
  const std::optional<uint64_t> size =
      ParseUnsigned(response->Header("Content-Length"));
  if (size.has_value()) return InfoFrom(*response, *size);
  const Result<RequestContext> context =
      sender_.MakeContext(uri, Operation::kHeadObject, "s3:GetObject");
  if (!context.ok()) return context.status();
  return FromMalformedAnswer(*context, "the answer has no Content-Length");
}

Result<ObjectRange> Client::Get(const S3Uri& uri, uint64_t offset, char* buffer,
                                size_t size, const std::string& if_match,
                                Cancellation* cancellation) {
  Result<RequestContext> context =
      sender_.MakeContext(uri, Operation::kGetObject, "s3:GetObject");
  if (!context.ok()) return context.status();
  Request request;
  request.operation = Operation::kGetObject;
  request.sink.counters = WatchesOf(uri);
  request.cancellation = cancellation;
  request.path = context->endpoint.path_prefix + "/" + UriEncode(uri.key, true);
  std::string etag = if_match;
  ObjectRange got;
  // Of the whole object, where the range that is asked for is that.
  ObjectChecksum checksum;
  int mismatches = 0;
  bool asks_for_checksum = sender_.options().checksum_of_responses &&
                           !limits_.refuses_checksum_mode();
  bool checksum_mode_refused = false;
  Retry retry = sender_.NewRetry();
  const auto failure = [&](HttpResponse& response) {
    if (cancellation != nullptr && cancellation->cancelled()) {
      response.crt_error = AWS_ERROR_HTTP_STREAM_CANCELLED;
    }
    return Failure(*context, response, retry);
  };
  while (true) {
    const uint64_t first = offset + got.bytes;
    request.headers = {{"Range", "bytes=" + std::to_string(first) + "-" +
                                     std::to_string(offset + size - 1)}};
    if (asks_for_checksum) {
      request.headers.emplace_back("x-amz-checksum-mode", "ENABLED");
    }
    if (!etag.empty()) request.headers.emplace_back("If-Match", etag);
    request.sink.data = buffer + got.bytes;
    request.sink.size = size - got.bytes;
    Result<HttpResponse> response = sender_.SendOnce(*context, request, retry);
    if (!response.ok()) return response.status();

    std::optional<ContentRange> range =
        ParseContentRange(response->Header("Content-Range"));
    if (response->crt_error == 0 && response->status == 416 && got.bytes == 0) {
      if (!range.has_value() || range->satisfied || !range->total.has_value()) {
        // rclone does not say how long the object is.
        Result<ObjectInfo> whole = HeadWithLength(uri);
        if (!whole.ok()) return whole.status();
        range.emplace().total = whole->size;
      }
      if (*range->total > first) return failure(*response);
      got.object.size = *range->total;
      return got;
    }
    const bool success = response->status == 200 || response->status == 206;
    const bool lost = success && response->body_lost;
    if (lost && response->status == 200 && got.bytes == 0) {
      // There is nothing to lose in an empty object.
      Result<ObjectInfo> whole = HeadWithLength(uri);
      if (whole.ok() && whole->size == 0 &&
          (etag.empty() || whole->etag == etag)) {
        got.object = *whole;
        return got;
      }
    }
    if (success && !lost && range.has_value() && range->satisfied &&
        !range->total.has_value()) {
      const Result<ObjectInfo> whole = HeadWithLength(uri);
      if (!whole.ok()) return whole.status();
      // Of the same object, as far as can be told.
      if (whole->etag == response->Header("ETag") &&
          whole->size > range->last) {
        range->total = whole->size;
      }
    }
    uint64_t expected = 0;  // Bytes of this answer.
    ObjectInfo object;
    const char* wrong = nullptr;  // What makes it no answer to the question.
    // rclone answers with 200 also where the answer is a range.
    if (lost) {
      wrong = "the answer does not say how long it is";
    } else if (response->status == 206 ||
               (response->status == 200 && range.has_value())) {
      if (!range.has_value() || !range->satisfied || range->first != first) {
        wrong =
            "the answer holds another range than the one that was asked for";
      } else if (!range->total.has_value()) {
        wrong = "the answer does not say how long the object is";
      } else {
        expected = std::min<uint64_t>(size - got.bytes, *range->total - first);
        object = InfoFrom(*response, *range->total);
      }
    } else if (response->status == 200 &&
               (first != 0 || response->crt_error == AWS_ERROR_SHORT_BUFFER)) {
      // SeaweedFS has been seen to do so once in a while.
      wrong =
          "the answer holds the whole object where a range of it was asked for";
    } else if (response->status == 200) {
      const std::optional<uint64_t> length =
          ParseUnsigned(response->Header("Content-Length"));
      if (length.has_value()) {
        expected = *length;
      } else {
        // How long it is, is known when it has come whole.
        if (response->crt_error != 0) {
          if (IsRetryableAnswer(*response) && TryAgain(retry, cancellation)) {
            continue;
          }
          return failure(*response);
        }
        expected = response->sink_bytes;
      }
      object = InfoFrom(*response, expected);
      // Without a Content-Range there is no other sign that this is an object,
      // and not the page of a proxy.
      if (object.etag.empty()) wrong = "the answer has no ETag";
    } else {
      if (asks_for_checksum && MayRefuseHeader(*response)) {
        asks_for_checksum = false;
        checksum_mode_refused = true;
        CountRetry();
        continue;
      }
      if (IsRetryableAnswer(*response) && TryAgain(retry, cancellation)) {
        continue;
      }
      return failure(*response);
    }
    const bool overlong = response->crt_error == AWS_ERROR_SHORT_BUFFER;
    if (wrong == nullptr && (overlong || response->sink_bytes > expected)) {
      // None of its bytes: they need not be the first of the range.
      wrong = "the answer holds more bytes than its range";
    }
    if (wrong != nullptr) {
      if (TryAgain(retry, cancellation)) continue;
      const bool ended_early =
          (response->crt_error != 0 && !overlong) ||
          (cancellation != nullptr && cancellation->cancelled());
      if (ended_early) return failure(*response);
      return lost ? FromLostBody(*context)
                  : FromMalformedAnswer(*context, wrong);
    }
    if (checksum_mode_refused) limits_.NoteNoChecksumMode();
    got.object = object;
    // There are stores that take no notice of If-Match.
    if (!etag.empty() && !got.object.etag.empty() && got.object.etag != etag) {
      HttpError replaced;
      replaced.status = 412;
      replaced.message = "the ETag was " + etag + ", and is " + got.object.etag;
      return FromHttpError(*context, replaced);
    }
    if (first == 0) {
      checksum =
          expected == got.object.size && sender_.options().checksum_of_responses
              ? ObjectChecksum::From([&response](const char* name) {
                  return response->Header(name);
                })
              : ObjectChecksum();
    }
    got.bytes += response->sink_bytes;
    if (response->sink_bytes == expected) {
      if (!checksum.Mismatch({buffer, got.bytes})) return got;
      if (++mismatches == 2 || !TryAgain(retry, cancellation)) {
        return FromWrongChecksum(*context, checksum.name());
      }
      etag = if_match;
      got = ObjectRange();
      continue;
    }
    if (response->crt_error == 0) {
      response->crt_error = AWS_ERROR_HTTP_CONNECTION_CLOSED;
    }
    if (!got.object.etag.empty()) retry.Progress(response->sink_bytes);
    if (!IsRetryableAnswer(*response) || !TryAgain(retry, cancellation)) {
      return failure(*response);
    }
    // The rest must be of the same object; where that cannot be told, start
    // anew.
    etag = got.object.etag;
    if (etag.empty()) got.bytes = 0;
  }
}

Result<Listing> Client::List(const S3Uri& prefix, const ListRequest& list) {
  Result<RequestContext> context =
      sender_.MakeContext(prefix, Operation::kListObjectsV2, "s3:ListBucket");
  if (!context.ok()) return context.status();
  Request request;
  request.operation = Operation::kListObjectsV2;
  request.path = context->endpoint.path_prefix.empty()
                     ? "/"
                     : context->endpoint.path_prefix;
  const std::string asked = ListablePrefix(prefix);
  request.path += "?list-type=2&encoding-type=url&max-keys=" +
                  std::to_string(list.max_keys) +
                  "&prefix=" + UriEncode(asked, false);
  if (list.delimit) request.path += "&delimiter=%2F";
  if (!list.continuation_token.empty()) {
    request.path +=
        "&continuation-token=" + UriEncode(list.continuation_token, false);
  }
  if (!list.start_after.empty()) {
    const std::string after = UriEncode(list.start_after, false);
    request.path += "&start-after=" + after + "&marker=" + after;
  }
  Retry retry = sender_.NewRetry();
  while (true) {
    Result<HttpResponse> response =
        sender_.SendUntilAnswered(*context, request, retry);
    if (!response.ok()) return response.status();
    Result<Listing> listing = ParseListing(response->body);
    if (listing.ok()) {
      return Conformed(*std::move(listing), prefix.key, list.delimit);
    }
    if (!TryAgain(retry)) {
      return FromMalformedAnswer(*context, listing.status().message);
    }
  }
}

}  // namespace s3
}  // namespace tfs3
