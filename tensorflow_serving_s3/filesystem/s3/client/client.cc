// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/address/directory_bucket.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"
#include "tensorflow_serving_s3/filesystem/s3/client/range_read.h"
#include "tensorflow_serving_s3/filesystem/s3/client/range_response.h"
#include "tensorflow_serving_s3/filesystem/s3/client/request_sender.h"

namespace tfs3 {
namespace s3 {
namespace {

bool IsCopiedHeader(const std::string& header) {
  static const char* const kNames[] = {
      "cache-control",    "content-disposition", "content-encoding",
      "content-language", "content-type",        "expires"};
  const std::string name = Lowercase(header);
  return name.compare(0, 11, "x-amz-meta-") == 0 ||
         std::find(std::begin(kNames), std::end(kNames), name) !=
             std::end(kNames);
}

// Returns the prefix for the request. Directory buckets reject a prefix that
// does not end in a slash.
std::string ListablePrefix(const S3Uri& prefix) {
  if (!IsDirectoryBucket(prefix.bucket)) {
    return prefix.key;
  }
  // npos + 1 is 0.
  return prefix.key.substr(0, prefix.key.rfind('/') + 1);
}

// Counts a failure. NOT_FOUND and CANCELLED are not failures.
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
  if (!runtime.ok()) {
    return runtime.status();
  }
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
  if (!status.ok()) {
    return status;
  }
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
  if (!context.ok()) {
    return context.status();
  }
  Request request;
  request.operation = Operation::kHeadObject;
  request.method = "HEAD";
  request.path = context->endpoint.path_prefix + "/" + UriEncode(uri.key, true);
  return sender_.SendWithRetries(*context, request);
}

Result<ObjectInfo> Client::Head(const S3Uri& uri, Metadata* metadata) {
  Result<HttpResponse> response = SendHead(uri);
  if (!response.ok()) {
    return response.status();
  }
  if (metadata != nullptr) {
    for (const auto& header : response->headers) {
      if (IsCopiedHeader(header.first)) {
        metadata->push_back(header);
      }
    }
  }
  const std::optional<uint64_t> size =
      ParseUnsigned(response->Header("Content-Length"));
  if (size.has_value()) {
    return InfoFrom(*response, *size);
  }
  // The response to a range request has the size of the whole object.
  char byte = 0;
  Result<ObjectRange> range =
      Get(uri, 0, &byte, 1, response->Header("ETag"), nullptr);
  if (!range.ok()) {
    return range.status();
  }
  return InfoFrom(*response, range->object.size);
}

Result<ObjectInfo> Client::HeadWithLength(const S3Uri& uri) {
  Result<HttpResponse> response = SendHead(uri);
  if (!response.ok()) {
    return response.status();
  }
  const std::optional<uint64_t> size =
      ParseUnsigned(response->Header("Content-Length"));
  if (size.has_value()) {
    return InfoFrom(*response, *size);
  }
  const Result<RequestContext> context =
      sender_.MakeContext(uri, Operation::kHeadObject, "s3:GetObject");
  if (!context.ok()) {
    return context.status();
  }
  return FromMalformedResponse(*context, "the response has no Content-Length");
}

Result<ObjectRange> Client::Get(const S3Uri& uri, uint64_t offset, char* buffer,
                                size_t size, const std::string& if_match,
                                Cancellation* cancellation) {
  return RangeRead(&sender_, &limits_,
                   {uri, offset, buffer, size, if_match, cancellation},
                   [this, &uri] { return HeadWithLength(uri); })
      .Run();
}

Result<Listing> Client::List(const S3Uri& prefix, const ListRequest& list) {
  Result<RequestContext> context =
      sender_.MakeContext(prefix, Operation::kListObjectsV2, "s3:ListBucket");
  if (!context.ok()) {
    return context.status();
  }
  Request request;
  request.operation = Operation::kListObjectsV2;
  request.path = context->endpoint.path_prefix.empty()
                     ? "/"
                     : context->endpoint.path_prefix;
  const std::string asked = ListablePrefix(prefix);
  request.path += "?list-type=2&encoding-type=url&max-keys=" +
                  std::to_string(list.max_keys) +
                  "&prefix=" + UriEncode(asked, false);
  if (list.delimit) {
    request.path += "&delimiter=%2F";
  }
  if (!list.continuation_token.empty()) {
    request.path +=
        "&continuation-token=" + UriEncode(list.continuation_token, false);
  }
  if (!list.start_after.empty()) {
    const std::string after = UriEncode(list.start_after, false);
    request.path += "&start-after=" + after + "&marker=" + after;
  }
  Listing listing;
  request.find_error = [&listing](const HttpResponse& response) {
    Result<Listing> parsed = ParseListing(response.body);
    if (!parsed.ok()) {
      return parsed.status().message;
    }
    listing = *std::move(parsed);
    return std::string();
  };
  const Status status = sender_.SendWithRetries(*context, request).status();
  if (!status.ok()) {
    return status;
  }
  return ConformToRequest(std::move(listing), prefix.key, list.delimit);
}

}  // namespace s3
}  // namespace tfs3
