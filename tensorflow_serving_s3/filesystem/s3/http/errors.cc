// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/errors.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "aws/common/error.h"
#include "aws/http/http.h"
#include "aws/io/io.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/json.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/xml.h"
#include "tensorflow_serving_s3/filesystem/s3/http/error_cures.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr size_t kQuotedBodyBytes = 200;

// "s3://models/half: 403 AccessDenied for GetObject: Access Denied"
std::string Headline(const RequestContext& context, const HttpError& error) {
  std::string line = context.uri.ToString() + ": " +
                     std::to_string(error.status) +
                     (error.code.empty() ? "" : " " + error.code) + " for " +
                     context.operation;
  std::string said = error.message;
  while (!said.empty() && (said.back() == '.' || said.back() == ' ')) {
    said.pop_back();
  }
  if (!said.empty()) line += ": " + said;
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

// What servers answer that expected a TLS handshake and got a request.
bool SaysThatItSpeaksTls(const HttpError& error) {
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
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return Headline(context, error) + "That is not how an S3 store answers" +
         (text.empty() ? "" : " (\"" + text + "\")") +
         "; is this the endpoint of one? It is " + DescribeEndpoint(context);
}

bool IsTlsFailure(int crt_error) {
  switch (crt_error) {
    case AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE:
    case AWS_IO_TLS_ERROR_NOT_NEGOTIATED:
    case AWS_IO_TLS_CTX_ERROR:
    case AWS_IO_TLS_UNKNOWN_ROOT_CERTIFICATE:
    case AWS_IO_TLS_NO_ROOT_CERTIFICATE_FOUND:
    case AWS_IO_TLS_CERTIFICATE_EXPIRED:
    case AWS_IO_TLS_CERTIFICATE_NOT_YET_VALID:
    case AWS_IO_TLS_BAD_CERTIFICATE:
    case AWS_IO_TLS_PEER_CERTIFICATE_EXPIRED:
    case AWS_IO_TLS_BAD_PEER_CERTIFICATE:
    case AWS_IO_TLS_PEER_CERTIFICATE_REVOKED:
    case AWS_IO_TLS_PEER_CERTIFICATE_UNKNOWN:
    case AWS_IO_TLS_INVALID_CERTIFICATE_CHAIN:
    case AWS_IO_TLS_HOST_NAME_MISMATCH:
    case AWS_IO_TLS_ERROR_DEFAULT_TRUST_STORE_NOT_FOUND:
      return true;
    default:
      return false;
  }
}

bool IsClosed(int crt_error) {
  return crt_error == AWS_ERROR_HTTP_CONNECTION_CLOSED ||
         crt_error == AWS_ERROR_HTTP_SERVER_CLOSED ||
         crt_error == AWS_IO_SOCKET_CLOSED || crt_error == AWS_IO_BROKEN_PIPE;
}

bool IsDnsFailure(int crt_error) {
  return crt_error == AWS_IO_DNS_QUERY_FAILED ||
         crt_error == AWS_IO_DNS_INVALID_NAME ||
         crt_error == AWS_IO_DNS_NO_ADDRESS_FOR_HOST ||
         crt_error == AWS_IO_DNS_QUERY_AGAIN;
}

// Where the wire carried bytes that are no HTTP answer, or broke off.
std::string TransportCause(const RequestContext& context, int crt_error) {
  if (IsDnsFailure(crt_error)) {
    return "the host name " + context.endpoint.host + " cannot be resolved";
  }
  if (IsTlsFailure(crt_error)) {
    return std::string("the TLS handshake failed (") +
           aws_error_str(crt_error) +
           "). If the store speaks plain http, write http:// before the "
           "endpoint or set S3_USE_HTTPS=0; if its certificate is signed by an "
           "authority of your own, set AWS_CA_BUNDLE or S3_CA_FILE to that "
           "authority's certificate";
  }
  if (IsClosed(crt_error)) {
    return context.endpoint.https
               ? "the connection was closed before the answer was complete. "
                 "If the store speaks plain http, write http:// before the "
                 "endpoint or set S3_USE_HTTPS=0"
               : "the connection was closed before the answer was complete";
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
      return "no answer to the TLS handshake";
    case AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT:
      return "no answer in time (S3_REQUEST_TIMEOUT_MSEC)";
    case AWS_ERROR_HTTP_PROTOCOL_ERROR:
      return context.endpoint.https
                 ? "the answer is not HTTP"
                 : "the answer is not HTTP. If the store speaks https, write "
                   "https:// before the endpoint or set S3_USE_HTTPS=1";
    default:
      return std::string(aws_error_str(crt_error)) + " (" +
             aws_error_name(crt_error) + ")";
  }
}

// Reads what an <Error> tells, in any order.
bool ReadError(XmlNode& node, HttpError& error) {
  return node.Children([&](XmlNode& child) {
    const std::string& name = child.name();
    if (name == "Code") {
      if (!child.Text(error.code)) return false;
      error.code = Trimmed(error.code);
      return true;
    }
    if (name == "Message") return child.Text(error.message);
    if (name == "Region") return child.Text(error.bucket_region);
    if (name == "Endpoint") return child.Text(error.endpoint);
    if (name == "RequestId") return child.Text(error.request_id);
    if (name == "RequestTime") return child.Text(error.request_time);
    if (name == "ServerTime") return child.Text(error.server_time);
    if (name == "StorageClass") return child.Text(error.storage_class);
    return true;
  });
}

// Some stores put the <Error> into one of these.
bool IsAroundErrors(const std::string& name) {
  return name == "ErrorResponse" || name == "Errors" || name == "Response";
}

bool ReadErrorInside(XmlNode& node, HttpError& error) {
  return node.Children([&](XmlNode& child) {
    if (child.name() == "Error") return ReadError(child, error);
    return !IsAroundErrors(child.name()) || ReadErrorInside(child, error);
  });
}

// Reads an error in JSON, as gateways write one: {"Code": ..., "Message": ...},
// in letters of either case, directly or inside of an "error".
HttpError ParseJsonError(const std::string& body) {
  HttpError error;
  const std::optional<FlatJson> json = FlattenJson(body);
  if (!json.has_value()) return error;
  for (const auto& [name, value] : *json) {
    const std::string field = Lowercase(name);
    const std::string key =
        field.compare(0, 6, "error.") == 0 ? field.substr(6) : field;
    // A number is the status once more.
    if (key == "code" && !ParseUnsigned(value).has_value()) error.code = value;
    if (key == "message") error.message = value;
  }
  return error.code.empty() ? HttpError() : error;
}

}  // namespace

HttpError ParseErrorBody(const std::string& body) {
  HttpError error;
  bool is_other = false;
  const bool well_formed = ParseXml(body, [&](XmlNode& root) {
    if (root.name() == "Error") return ReadError(root, error);
    is_other = !IsAroundErrors(root.name());
    return !is_other && ReadErrorInside(root, error);
  });
  if (error.code.empty()) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    std::string_view start = body;
    if (start.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      start.remove_prefix(kByteOrderMark.size());
    }
    start = Trimmed(start);
    if (start.substr(0, 1) == "{") error = ParseJsonError(std::string(start));
    if (!error.code.empty()) return error;
    error = HttpError();
    error.text = body;
    error.is_cut =
        !well_formed && !is_other &&
        (start.substr(0, 5) == "<?xml" || start.substr(0, 6) == "<Error");
  }
  return error;
}

bool IsRetryable(const HttpError& error) {
  for (const char* code :
       {"RequestTimeout", "SlowDown", "InternalError", "OperationAborted",
        "ConditionalRequestConflict", "KMS.ThrottlingException"}) {
    if (error.code == code) return true;
  }
  return error.status == 408 || error.status == 429 ||
         (error.status >= 500 && error.status != 501) || error.is_cut;
}

bool IsStaleToken(const HttpError& error) {
  return error.code == "ExpiredToken" || error.code == "InvalidToken" ||
         error.code == "TokenRefreshRequired";
}

bool NamesAnotherRegion(const RequestContext& context, const HttpError& error) {
  if (error.code == "PermanentRedirect" || error.code == "TemporaryRedirect" ||
      error.code == "AuthorizationHeaderMalformed" ||
      error.code == "IllegalLocationConstraintException") {
    return true;
  }
  // A HEAD has no body to say so in.
  return (error.status == 301 || error.status == 307 || error.status == 400) &&
         !error.bucket_region.empty() && error.bucket_region != context.region;
}

bool IsRetryableTransportError(int crt_error) {
  return !IsTlsFailure(crt_error) && crt_error != AWS_IO_DNS_INVALID_NAME &&
         crt_error != AWS_ERROR_HTTP_STREAM_CANCELLED;
}

bool IsUnreachable(int crt_error, int attempts) {
  return (IsClosed(crt_error) && attempts > 1) || IsDnsFailure(crt_error) ||
         crt_error == AWS_IO_SOCKET_CONNECTION_REFUSED ||
         crt_error == AWS_IO_SOCKET_TIMEOUT ||
         crt_error == AWS_IO_SOCKET_NO_ROUTE_TO_HOST ||
         crt_error == AWS_IO_SOCKET_NETWORK_DOWN;
}

Status FromHttpError(const RequestContext& context, const HttpError& error) {
  std::string headline = Headline(context, error);
  const auto with_headline = [&headline](Status status) {
    status.message = headline + status.message;
    return status;
  };
  if (SaysThatItSpeaksTls(error)) {
    return {TF_UNAVAILABLE,
            headline +
                "The endpoint speaks https and was spoken to in http: "
                "write https:// before it or set S3_USE_HTTPS=1. It is " +
                DescribeEndpoint(context)};
  }
  if (NamesAnotherRegion(context, error)) {
    return {TF_FAILED_PRECONDITION, headline + RegionCure(context, error)};
  }
  if (error.status == 401 || IsStaleToken(error)) {
    return {TF_UNAUTHENTICATED,
            headline + DescribeCredentials(context) +
                "; their session token is no longer or not valid: renew them"};
  }
  const bool head = context.operation.compare(0, 4, "Head") == 0;
  if (error.code.empty() && !head && !error.body_lost && error.status < 500 &&
      error.status != 403 && error.status != 412 && error.status != 416 &&
      error.status != 429) {
    return {TF_UNAVAILABLE, NotS3(context, error)};
  }
  if (error.message.empty() && !error.text.empty()) {
    // What a gateway or a proxy said in its own words.
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
                    "The upload was ended by somebody else, as a lifecycle "
                    "rule of the bucket does: write the file again"};
      }
      return {TF_NOT_FOUND, headline + "There is no such object"};
    case 409:
      return with_headline(Conflict(context, error));
    case 412:
      return with_headline(PreconditionFailed(context, error));
    case 416:
      return {TF_OUT_OF_RANGE, headline + "The object is shorter"};
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
                 : "; it asks to be left alone for " + error.retry_after +
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
                              " got no answer from " +
                              DescribeEndpoint(context) + ", in " + tries +
                              " over " + std::to_string(elapsed.count()) +
                              " ms: " + TransportCause(context, crt_error)};
}

Status FromWrongChecksum(const RequestContext& context,
                         const std::string& checksum) {
  return {TF_DATA_LOSS,
          context.uri.ToString() + ": what " + context.operation +
              " brought is not what the store's " + checksum +
              " checksum says, twice: the object is damaged in the store, or "
              "on its way from " +
              DescribeEndpoint(context) +
              ". Upload it anew; if that does not help, look for what changes "
              "bytes in between"};
}

Status FromMalformedAnswer(const RequestContext& context,
                           const std::string& what) {
  return {TF_UNAVAILABLE, context.uri.ToString() + ": " + context.operation +
                              ": " + what +
                              "; is the endpoint that of an S3 store? It is " +
                              DescribeEndpoint(context)};
}

Status FromLostBody(const RequestContext& context) {
  return {TF_UNAVAILABLE,
          context.uri.ToString() + ": " + context.operation +
              ": the body of the answer cannot be read, as the answer does not "
              "say how long it is: it has no Content-Length and is not "
              "chunked, as HTTP/1.0 servers and proxies answer. Let the store, "
              "or the proxy in front of it, answer with a Content-Length; the "
              "request went to " +
              DescribeEndpoint(context)};
}

}  // namespace s3
}  // namespace tfs3
