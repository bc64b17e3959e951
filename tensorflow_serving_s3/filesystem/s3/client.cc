// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "aws/common/error.h"
#include "aws/http/http.h"
#include "tensorflow_serving_s3/filesystem/s3/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/object_checksum.h"
#include "tensorflow_serving_s3/filesystem/s3/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/request_sender.h"
#include "tensorflow_serving_s3/filesystem/s3/signer.h"
#include "tensorflow_serving_s3/filesystem/s3/text.h"

namespace tfs3 {
namespace s3 {
namespace {

struct ContentRange {
  bool satisfied = false;
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t total = 0;
};

// "bytes 0-99/1000" or, of a range beyond the end, "bytes */1000".
bool ParseContentRange(const std::string& text, ContentRange& range) {
  const std::string unit = "bytes ";
  const size_t slash = text.find('/');
  if (text.compare(0, unit.size(), unit) != 0 || slash == std::string::npos) {
    return false;
  }
  const std::optional<uint64_t> total = ParseUnsigned(text.substr(slash + 1));
  if (!total.has_value()) return false;
  range.total = *total;
  const std::string span = text.substr(unit.size(), slash - unit.size());
  if (span == "*") return true;
  const size_t hyphen = span.find('-');
  if (hyphen == std::string::npos) return false;
  const std::optional<uint64_t> first = ParseUnsigned(span.substr(0, hyphen));
  const std::optional<uint64_t> last = ParseUnsigned(span.substr(hyphen + 1));
  if (!first.has_value() || !last.has_value()) return false;
  range.satisfied = true;
  range.first = *first;
  range.last = *last;
  return range.first <= range.last && range.last < range.total;
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

Result<ObjectInfo> Client::Head(const S3Uri& uri, Metadata* metadata) {
  Result<RequestContext> context =
      sender_.MakeContext(uri, Operation::kHeadObject, "s3:GetObject");
  if (!context.ok()) return context.status();
  Request request;
  request.operation = Operation::kHeadObject;
  request.method = "HEAD";
  request.path = context->endpoint.path_prefix + "/" + UriEncode(uri.key, true);
  Result<HttpResponse> response = sender_.SendUntilAnswered(*context, request);
  if (!response.ok()) return response.status();
  const std::optional<uint64_t> size =
      ParseUnsigned(response->Header("Content-Length"));
  if (!size.has_value()) {
    return FromMalformedAnswer(*context, "the answer has no Content-Length");
  }
  if (metadata != nullptr) {
    for (const auto& header : response->headers) {
      if (StaysWithACopy(header.first)) metadata->push_back(header);
    }
  }
  return InfoFrom(*response, *size);
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

    ContentRange range;
    const bool ranged =
        ParseContentRange(response->Header("Content-Range"), range);
    if (response->crt_error == 0 && response->status == 416 && got.bytes == 0) {
      if (!ranged || range.satisfied) {
        // rclone does not say how long the object is.
        Result<ObjectInfo> whole = Head(uri);
        if (!whole.ok()) return whole.status();
        if (whole->size > first) return failure(*response);
        range.total = whole->size;
      }
      got.object.size = range.total;
      return got;
    }
    uint64_t expected = 0;  // Bytes of this answer.
    ObjectInfo object;
    const char* wrong = nullptr;  // What makes it no answer to the question.
    // rclone answers with 200 also where the answer is a range.
    if (response->status == 206 || (response->status == 200 && ranged)) {
      if (ranged && range.satisfied && range.first == first) {
        expected = std::min<uint64_t>(size - got.bytes, range.total - first);
        object = InfoFrom(*response, range.total);
      } else {
        wrong =
            "the answer holds another range than the one that was asked for";
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
      return ended_early ? failure(*response)
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
  request.path += "?list-type=2&encoding-type=url&max-keys=" +
                  std::to_string(list.max_keys) +
                  "&prefix=" + UriEncode(prefix.key, false);
  if (list.delimit) request.path += "&delimiter=%2F";
  if (!list.continuation_token.empty()) {
    request.path +=
        "&continuation-token=" + UriEncode(list.continuation_token, false);
  }
  Retry retry = sender_.NewRetry();
  while (true) {
    Result<HttpResponse> response =
        sender_.SendUntilAnswered(*context, request, retry);
    if (!response.ok()) return response.status();
    Result<Listing> listing = ParseListing(response->body);
    if (listing.ok()) return listing;
    if (!TryAgain(retry)) {
      return FromMalformedAnswer(*context, listing.status().message);
    }
  }
}

}  // namespace s3
}  // namespace tfs3
