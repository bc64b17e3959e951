// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/host_credentials.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/aws/json.h"
#include "tensorflow_serving_s3/filesystem/s3/base/small_file.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::milliseconds;

// A metadata service responds within milliseconds.
constexpr milliseconds kInstanceTimeout(1000);

std::string Text(const GetenvFn& getenv_fn, const char* name) {
  return getenv_fn(name).value_or("");
}

std::string Trimmed(const std::string& text) {
  return text.substr(0, text.find_last_not_of("\r\n ") + 1);
}

// The keys of an instance's role require a session token. A container's agent
// may issue the keys of a user, which have none.
Result<Credentials> ParseJson(const ServiceRequest& request,
                              const HttpResponse& response,
                              const std::string& source, bool needs_token) {
  const std::optional<FlatJson> json = FlattenJson(response.body);
  const auto find = [&](const char* name) {
    const auto it = json->find(name);
    return it == json->end() ? std::string() : it->second;
  };
  CredentialParts parts;
  if (json.has_value()) {
    parts.access_key_id = find("AccessKeyId");
    parts.secret_access_key = find("SecretAccessKey");
    parts.session_token = find("Token");
    parts.expiration = find("Expiration");
  }
  if (parts.access_key_id.empty() || parts.secret_access_key.empty() ||
      (needs_token && parts.session_token.empty())) {
    // Do not quote the body: it may contain secrets.
    return Status{TF_UNAVAILABLE,
                  request.url + " answered without AccessKeyId, " +
                      (needs_token ? "SecretAccessKey and Token"
                                   : "or without SecretAccessKey")};
  }
  return NewCredentials(parts, source);
}

// Returns the value of the header Authorization; "" for no header.
Result<std::string> ContainerToken(const GetenvFn& getenv_fn) {
  const std::string file_name =
      Text(getenv_fn, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  std::string token = Text(getenv_fn, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
  std::string source = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
  if (!file_name.empty()) {
    source = file_name + ", named by AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE,";
    const Result<std::string> text = ReadSmallFile(file_name);
    if (!text.ok() || text->empty()) {
      return Status{TF_UNAUTHENTICATED,
                    text.ok()
                        ? source + " is empty"
                        : text.status().message +
                              " (AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)"};
    }
    token = *text;
  }
  token = Trimmed(token);
  if (token.find_first_of("\r\n") != std::string::npos) {
    return Status{TF_UNAUTHENTICATED,
                  source + " has more than one line; a token has one"};
  }
  return token;
}

// Returns true for the hosts that may send credentials over plain http.
bool AllowsPlainHttp(const std::string& host) {
  return host == "localhost" || host.compare(0, 4, "127.") == 0 ||
         host == "::1" || host == "169.254.170.2" || host == "169.254.170.23" ||
         host == "fd00:ec2::23";
}

std::string InstanceUrl(const GetenvFn& getenv_fn) {
  std::string url = Text(getenv_fn, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  while (!url.empty() && url.back() == '/') {
    url.pop_back();
  }
  if (!url.empty()) {
    return url;
  }
  const std::string mode = Lowercase(
      Trimmed(Text(getenv_fn, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")));
  return mode == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
}

}  // namespace

Result<Credentials> FetchContainerCredentials(CredentialsService& service,
                                              const GetenvFn& getenv_fn) {
  const std::string relative =
      Text(getenv_fn, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const std::string full =
      Text(getenv_fn, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (relative.empty() && full.empty()) {
    return Status{TF_NOT_FOUND,
                  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are "
                  "not set"};
  }
  ServiceRequest request;
  request.url = relative.empty() ? full : "http://169.254.170.2" + relative;
  request.url_source = relative.empty()
                           ? "AWS_CONTAINER_CREDENTIALS_FULL_URI"
                           : "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
  Url url;
  if (ParseUrl(request.url, url).empty() && url.scheme == "http" &&
      !AllowsPlainHttp(url.host)) {
    return Status{
        TF_INVALID_ARGUMENT,
        request.url_source + " is http and names the host " + url.host +
            ": plain http is allowed only for this host, "
            "169.254.170.2, 169.254.170.23 and fd00:ec2::23; use https"};
  }
  const Result<std::string> token = ContainerToken(getenv_fn);
  if (!token.ok()) {
    return token.status();
  }
  if (!token->empty()) {
    request.headers = {{"Authorization", *token}};
  }
  const Result<HttpResponse> response = service.Send(request);
  if (!response.ok()) {
    return response.status();
  }
  if (response->status != 200) {
    return Status{TF_UNAUTHENTICATED, DescribeFailure(request, *response)};
  }
  return ParseJson(request, *response, kContainerSource, /*needs_token=*/false);
}

Result<Credentials> FetchInstanceCredentials(CredentialsService& service,
                                             const GetenvFn& getenv_fn) {
  if (ParseYesNo(Trimmed(Text(getenv_fn, "AWS_EC2_METADATA_DISABLED")))
          .value_or(false)) {
    return Status{TF_NOT_FOUND, "AWS_EC2_METADATA_DISABLED is set"};
  }
  const auto deadline = std::chrono::steady_clock::now() + kInstanceTimeout;
  const auto left = [&] {
    return std::max(milliseconds(1),
                    std::chrono::ceil<milliseconds>(
                        deadline - std::chrono::steady_clock::now()));
  };
  const std::string url = InstanceUrl(getenv_fn);
  const std::string roles = "/latest/meta-data/iam/security-credentials/";
  ServiceRequest request;
  request.url_source =
      Text(getenv_fn, "AWS_EC2_METADATA_SERVICE_ENDPOINT").empty()
          ? ""
          : "AWS_EC2_METADATA_SERVICE_ENDPOINT";
  request.method = "PUT";
  request.url = url + "/latest/api/token";
  request.headers = {{"x-aws-ec2-metadata-token-ttl-seconds", "21600"}};
  request.timeout = left();
  request.max_attempts = 1;
  const Result<HttpResponse> token = service.Send(request);
  if (!token.ok()) {
    const bool usable = token.status().code == TF_UNAVAILABLE;
    return Status{usable ? TF_NOT_FOUND : token.status().code,
                  token.status().message +
                      " (this is not an EC2 instance, or it is a container on "
                      "an instance with a metadata hop limit of 1)"};
  }
  if (token->status != 200) {
    return Status{TF_NOT_FOUND, DescribeFailure(request, *token)};
  }
  request.method = "GET";
  request.url = url + roles;
  request.headers = {{"x-aws-ec2-metadata-token", Trimmed(token->body)}};
  request.timeout = left();
  const Result<HttpResponse> role = service.Send(request);
  if (!role.ok()) {
    return Status{TF_NOT_FOUND, role.status().message};
  }
  const std::string role_name = role->body.substr(0, role->body.find('\n'));
  if (role->status != 200 || role_name.empty()) {
    return Status{TF_NOT_FOUND, role->status == 404 || role->status == 200
                                    ? "the instance has no IAM role"
                                    : DescribeFailure(request, *role)};
  }
  request.url = url + roles + role_name;
  request.timeout = left();
  request.max_attempts = 2;
  const Result<HttpResponse> response = service.Send(request);
  if (!response.ok()) {
    return response.status();
  }
  if (response->status != 200) {
    return Status{TF_UNAUTHENTICATED, DescribeFailure(request, *response)};
  }
  return ParseJson(request, *response, kInstanceSource, /*needs_token=*/true);
}

}  // namespace s3
}  // namespace tfs3
