// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials_service.h"

#include <cstddef>
#include <optional>

#include "aws/common/error.h"
#include "tensorflow_serving_s3/filesystem/s3/address/endpoint.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/json.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"
#include "tensorflow_serving_s3/filesystem/s3/base/xml.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/signer.h"
#include "tensorflow_serving_s3/filesystem/s3/http/error_classes.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_message.h"
#include "tensorflow_serving_s3/filesystem/s3/http/retry.h"

namespace tfs3 {
namespace s3 {
namespace {

bool BeginsWith(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

// Returns true for loopback and link-local addresses, which a proxy cannot
// reach.
bool IsLocal(const std::string& host) {
  return host == "localhost" || BeginsWith(host, "127.") || host == "::1" ||
         BeginsWith(host, "169.254.") || BeginsWith(host, "fd00:ec2:");
}

std::string UrlForMessages(const Url& url) {
  const bool ipv6 = url.host.find(':') != std::string::npos;
  return url.scheme + "://" + (ipv6 ? "[" + url.host + "]" : url.host) +
         (url.port == 0 ? "" : ":" + std::to_string(url.port));
}

Options WithoutProxy(Options options) {
  options.proxies = ProxyOptions();
  return options;
}

Options RetryOptions(const ServiceRequest& request) {
  Options options;
  options.max_attempts = request.max_attempts;
  // The budget of Retry is 1.5 request timeouts.
  options.request_timeout = request.timeout * 2 / 3;
  return options;
}

bool IsTemporary(const HttpResponse& response) {
  if (response.crt_error != 0) {
    return IsRetryableTransportError(response.crt_error);
  }
  return response.status == 429 || response.status >= 500;
}

HttpMessagePtr MakeMessage(const ServiceRequest& request, const Url& url,
                           const Endpoint& endpoint) {
  HttpMessagePtr message =
      NewMessage(request.method, url.path.empty() ? "/" : url.path);
  AddHeader(message.get(), "Host", endpoint.Authority());
  AddHeader(message.get(), "User-Agent", "tf-serving-s3");
  for (const auto& [name, value] : request.headers) {
    AddHeader(message.get(), name, value);
  }
  if (!request.body.empty() || request.method != "GET") {
    AddHeader(message.get(), "Content-Length",
              std::to_string(request.body.size()));
  }
  return message;
}

// <ErrorResponse><Error><Code/><Message/></Error></ErrorResponse>
std::optional<std::string> XmlError(const std::string& body) {
  std::string code, message;
  const XmlVisitor read_error = [&](XmlNode& node) {
    if (node.name() == "Code") {
      return node.Text(code);
    }
    if (node.name() == "Message") {
      return node.Text(message);
    }
    return true;
  };
  ParseXml(body, [&](XmlNode& root) {
    if (root.name() != "ErrorResponse") {
      return true;
    }
    return root.Children([&](XmlNode& child) {
      return child.name() != "Error" || child.Children(read_error);
    });
  });
  if (code.empty()) {
    return std::nullopt;
  }
  return code + ": " + message;
}

std::optional<std::string> JsonError(const std::string& body) {
  const std::optional<FlatJson> json = FlattenJson(body);
  if (!json.has_value()) {
    return std::nullopt;
  }
  std::string said;
  for (const char* name :
       {"__type", "code", "Code", "error", "message", "Message"}) {
    const auto it = json->find(name);
    if (it == json->end()) {
      continue;
    }
    said += (said.empty() ? "" : ": ") + it->second;
  }
  if (said.empty()) {
    return std::nullopt;
  }
  return said;
}

}  // namespace

CredentialsService::CredentialsService(const Options& options,
                                       aws_client_bootstrap* bootstrap)
    : http_(options, bootstrap),
      direct_http_(WithoutProxy(options), bootstrap) {}

Result<HttpResponse> CredentialsService::Send(const ServiceRequest& request) {
  Url url;
  const std::string wrong = ParseUrl(request.url, url);
  if (!wrong.empty() || (url.scheme != "http" && url.scheme != "https")) {
    return Status{TF_INVALID_ARGUMENT,
                  request.url_source + " is set to \"" + request.url +
                      "\", which is not an http or https URL" +
                      (wrong.empty() ? "" : ": " + wrong)};
  }
  Endpoint endpoint;
  endpoint.https = url.scheme == "https";
  endpoint.host = url.host;
  endpoint.port = url.port != 0 ? url.port : endpoint.https ? 443 : 80;
  HttpClient& http = IsLocal(url.host) ? direct_http_ : http_;
  Retry retry(RetryOptions(request));
  // Not RequestSender's loop of attempts: these services have no regions, no
  // sessions and other temporary errors, and RequestSender is in a folder
  // above.
  while (true) {
    const HttpMessagePtr message = MakeMessage(request, url, endpoint);
    if (!request.signing_service.empty()) {
      const Status status = SignRequest(message.get(), request.credentials,
                                        request.signing_region, request.body,
                                        request.signing_service);
      if (!status.ok()) {
        return status;
      }
    }
    Result<HttpResponse> response = http.Send(
        endpoint, message.get(), HttpSink(),
        {retry.AttemptTimeout(), retry.AttemptTimeout()}, request.body);
    if (!response.ok()) {
      return response;
    }
    const bool answered = response->crt_error == 0;
    const bool unreadable =
        answered && response->body_lost && response->status / 100 == 2;
    if (answered && !unreadable && !IsTemporary(*response)) {
      return response;
    }
    if (IsTemporary(*response) && retry.WaitForNextAttempt()) {
      continue;
    }
    if (unreadable) {
      return Status{TF_UNAVAILABLE,
                    "the response of " + UrlForMessages(url) +
                        " cannot be read: it has no Content-Length and is not "
                        "chunked"};
    }
    if (answered) {
      return response;
    }
    return Status{
        TF_UNAVAILABLE,
        "no response from " + UrlForMessages(url) +
            (request.url_source.empty() ? ""
                                        : ", set by " + request.url_source) +
            ", in " + std::to_string(retry.attempts()) +
            (retry.attempts() == 1 ? " attempt over " : " attempts over ") +
            std::to_string(retry.elapsed().count()) +
            " ms: " + aws_error_str(response->crt_error)};
  }
}

std::string DescribeFailure(const ServiceRequest& request,
                            const HttpResponse& response) {
  Url url;
  ParseUrl(request.url, url);
  std::string said;
  if (const auto xml = XmlError(response.body)) {
    said = *xml;
  } else if (const auto json = JsonError(response.body)) {
    said = *json;
  } else {
    said = response.body;
  }
  return UrlForMessages(url) +
         (request.url_source.empty() ? "" : ", set by " + request.url_source) +
         ", answered " + std::to_string(response.status) +
         (said.empty() ? "" : ": " + OneLine(said));
}

}  // namespace s3
}  // namespace tfs3
