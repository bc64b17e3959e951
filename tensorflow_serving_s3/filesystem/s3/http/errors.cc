// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/errors.h"

#include <cstddef>
#include <string>

#include "aws/common/error.h"
#include "aws/http/http.h"
#include "aws/io/io.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/http/error_classes.h"
#include "tensorflow_serving_s3/filesystem/s3/http/error_cures.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr size_t kQuotedBodyBytes = 200;

// Returns "s3://models/half: 403 AccessDenied for GetObject: Access Denied. ".
std::string Headline(const RequestContext& context, const HttpError& error) {
  std::string line = context.uri.ToString() + ": " +
                     std::to_string(error.status) +
                     (error.code.empty() ? "" : " " + error.code) + " for " +
                     context.operation;
  std::string said = error.message;
  while (!said.empty() && (said.back() == '.' || said.back() == ' ')) {
    said.pop_back();
  }
  if (!said.empty()) {
    line += ": " + said;
  }
  return line + ". ";
}

std::string RegionCure(const RequestContext& context, const HttpError& error) {
  if (error.bucket_region.empty()) {
    return "The bucket is served by another endpoint than " +
           DescribeEndpoint(context) + ": check the region (" + context.region +
           ", set by " + context.region_source + ")";
  }
  return "The bucket \"" + context.uri.bucket + "\" is in the region " +
         error.bucket_region + ", and the request went to " + context.region +
         ", set by " + context.region_source + ": set AWS_REGION to " +
         error.bucket_region;
}

// Recognises the responses of https servers to a plain HTTP request.
bool IsFromHttpsServer(const HttpError& error) {
  return error.text.find("HTTP request to an HTTPS server") !=
             std::string::npos ||
         error.text.find("plain HTTP request was sent to HTTPS port") !=
             std::string::npos ||
         error.text.find("speaking plain HTTP to an SSL-enabled server port") !=
             std::string::npos;
}

std::string NotS3(const RequestContext& context, const HttpError& error) {
  std::string text = error.text.substr(0, kQuotedBodyBytes);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') {
      c = ' ';
    }
  }
  return Headline(context, error) + "This is not the response of an S3 store" +
         (text.empty() ? "" : " (\"" + text + "\")") +
         ": check the endpoint, " + DescribeEndpoint(context);
}

std::string TransportCause(const RequestContext& context, int crt_error) {
  if (IsDnsFailure(crt_error)) {
    return "the host name " + context.endpoint.host + " cannot be resolved";
  }
  if (IsTlsFailure(crt_error)) {
    return std::string("the TLS handshake failed (") +
           aws_error_str(crt_error) +
           "). If the store speaks plain http, write http:// before the "
           "endpoint or set S3_USE_HTTPS=0; if a private authority signed its "
           "certificate, set AWS_CA_BUNDLE or S3_CA_FILE to the certificate of "
           "that authority";
  }
  if (IsClosed(crt_error)) {
    return context.endpoint.https
               ? "the connection was closed before the response was complete. "
                 "If the store speaks plain http, write http:// before the "
                 "endpoint or set S3_USE_HTTPS=0"
               : "the connection was closed before the response was complete";
  }
  switch (crt_error) {
    case AWS_IO_SOCKET_CONNECTION_REFUSED:
      return "connection refused: nothing listens there";
    case AWS_IO_SOCKET_TIMEOUT:
      return "no connection in time (S3_CONNECT_TIMEOUT_MSEC)";
    case AWS_IO_SOCKET_NO_ROUTE_TO_HOST:
    case AWS_IO_SOCKET_NETWORK_DOWN:
      return "no route to the host";
    case AWS_IO_TLS_NEGOTIATION_TIMEOUT:
      return "no response to the TLS handshake";
    case AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT:
      return "no response in time (S3_REQUEST_TIMEOUT_MSEC)";
    case AWS_ERROR_HTTP_PROTOCOL_ERROR:
      return context.endpoint.https
                 ? "the response is not HTTP"
                 : "the response is not HTTP. If the store speaks https, write "
                   "https:// before the endpoint or set S3_USE_HTTPS=1";
    default:
      return std::string(aws_error_str(crt_error)) + " (" +
             aws_error_name(crt_error) + ")";
  }
}

}  // namespace

Status FromHttpError(const RequestContext& context, const HttpError& error) {
  std::string headline = Headline(context, error);
  const auto with_headline = [&headline](Status status) {
    status.message = headline + status.message;
    return status;
  };
  if (IsFromHttpsServer(error)) {
    return {TF_UNAVAILABLE,
            headline +
                "The endpoint speaks https, and the request was plain http: "
                "write https:// before the endpoint or set S3_USE_HTTPS=1. The "
                "endpoint is " +
                DescribeEndpoint(context)};
  }
  if (NamesAnotherRegion(error, context.region)) {
    return {TF_FAILED_PRECONDITION, headline + RegionCure(context, error)};
  }
  if (error.status == 401 || IsStaleToken(error)) {
    return {TF_UNAUTHENTICATED,
            headline + DescribeCredentials(context) +
                "; their session token is expired or invalid: renew the "
                "credentials"};
  }
  const bool head = context.operation.compare(0, 4, "Head") == 0;
  if (error.code.empty() && !head && !error.body_lost && error.status < 500 &&
      error.status != 403 && error.status != 412 && error.status != 416 &&
      error.status != 429) {
    return {TF_UNAVAILABLE, NotS3(context, error)};
  }
  if (error.message.empty() && !error.text.empty()) {
    // The text of a gateway or a proxy.
    HttpError quoted = error;
    quoted.message = '"' + OneLine(error.text) + '"';
    headline = Headline(context, quoted);
  }
  switch (error.status) {
    case 400:
      return with_headline(BadRequest(context, error));
    case 403:
      return with_headline(Forbidden(context, error));
    case 404:
      if (error.code == "NoSuchBucket") {
        return {TF_NOT_FOUND, headline + "Check the name of the bucket \"" +
                                  context.uri.bucket + "\" and the endpoint, " +
                                  DescribeEndpoint(context)};
      }
      if (error.code == "NoSuchUpload") {
        return {TF_ABORTED,
                headline +
                    "Another program or a lifecycle rule of the bucket ended "
                    "the upload: write the file again"};
      }
      return {TF_NOT_FOUND, headline + "The object does not exist"};
    case 409:
      return with_headline(Conflict(context, error));
    case 412:
      return with_headline(PreconditionFailed(context, error));
    case 416:
      return {TF_OUT_OF_RANGE,
              headline + "The range begins after the end of the object"};
    case 501:
      return with_headline(NotImplemented(context, error));
    default:
      break;
  }
  if (IsRetryable(error)) {
    return {
        TF_UNAVAILABLE,
        headline + "The store is overloaded or failing; the request went to " +
            DescribeEndpoint(context) +
            (error.retry_after.empty()
                 ? ""
                 : "; it asks for a pause of " + error.retry_after +
                       " s (Retry-After)") +
            (error.request_id.empty() ? ""
                                      : "; request id " + error.request_id)};
  }
  return {TF_UNKNOWN,
          headline + "The request went to " + DescribeEndpoint(context)};
}

Status FromTransportError(const RequestContext& context, int crt_error,
                          int attempts, std::chrono::milliseconds elapsed) {
  const std::string tries =
      attempts == 1 ? "1 attempt" : std::to_string(attempts) + " attempts";
  return {TF_UNAVAILABLE, context.uri.ToString() + ": " + context.operation +
                              " got no response from " +
                              DescribeEndpoint(context) + ", in " + tries +
                              " over " + std::to_string(elapsed.count()) +
                              " ms: " + TransportCause(context, crt_error)};
}

Status FromWrongChecksum(const RequestContext& context,
                         const std::string& checksum) {
  return {TF_DATA_LOSS,
          context.uri.ToString() + ": the bytes of " + context.operation +
              " do not match the store's " + checksum +
              " checksum, in two attempts: the object is damaged in the store "
              "or on the way from " +
              DescribeEndpoint(context) +
              ". Upload the object again; if that does not help, look for a "
              "proxy that changes bytes"};
}

Status FromMalformedResponse(const RequestContext& context,
                             const std::string& problem) {
  return {TF_UNAVAILABLE, context.uri.ToString() + ": " + context.operation +
                              ": " + problem +
                              "; check that the endpoint is an S3 store: " +
                              DescribeEndpoint(context)};
}

Status FromLostBody(const RequestContext& context) {
  return {TF_UNAVAILABLE,
          context.uri.ToString() + ": " + context.operation +
              ": the body of the response cannot be read: the response has no "
              "Content-Length and is not chunked (HTTP/1.0 servers and proxies "
              "answer like this). Configure the store, or the proxy in front "
              "of it, to send a Content-Length. The request went to " +
              DescribeEndpoint(context)};
}

}  // namespace s3
}  // namespace tfs3
