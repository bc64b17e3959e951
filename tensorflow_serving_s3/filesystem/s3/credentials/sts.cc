// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/sts.h"

#include <optional>

#include "tensorflow_serving_s3/filesystem/s3/aws/aws_hosts.h"
#include "tensorflow_serving_s3/filesystem/s3/base/small_file.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"
#include "tensorflow_serving_s3/filesystem/s3/base/xml.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kSessionName[] = "tf-serving-s3";

std::string Upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') {
      c -= 'a' - 'A';
    }
  }
  return text;
}

// Builds the body of an HTML form.
class Form {
 public:
  Form& Add(const std::string& name, const std::string& value) {
    if (value.empty()) {
      return *this;
    }
    body_ += (body_.empty() ? "" : "&") + name + "=" + UriEncode(value, false);
    return *this;
  }
  const std::string& body() const { return body_; }

 private:
  std::string body_;
};

// Parses <AssumeRole...Response><AssumeRole...Result><Credentials>. Returns
// nullopt if a part is absent: the keys of a role require their session token.
std::optional<CredentialParts> ParseResponse(const std::string& body) {
  CredentialParts parts;
  const XmlVisitor read_parts = [&](XmlNode& node) {
    if (node.name() == "AccessKeyId") {
      return node.Text(parts.access_key_id);
    }
    if (node.name() == "SecretAccessKey") {
      return node.Text(parts.secret_access_key);
    }
    if (node.name() == "SessionToken") {
      return node.Text(parts.session_token);
    }
    if (node.name() == "Expiration") {
      return node.Text(parts.expiration);
    }
    return true;
  };
  const bool well_formed = ParseXml(body, [&](XmlNode& root) {
    return root.Children([&](XmlNode& result) {
      return result.Children([&](XmlNode& child) {
        return child.name() != "Credentials" || child.Children(read_parts);
      });
    });
  });
  if (!well_formed || parts.access_key_id.empty() ||
      parts.secret_access_key.empty() || parts.session_token.empty()) {
    return std::nullopt;
  }
  return parts;
}

Result<Credentials> SendRequest(CredentialsService& service,
                                ServiceRequest request,
                                const ServiceEndpoint& endpoint,
                                const RoleRequest& role,
                                const std::string& source) {
  request.method = "POST";
  request.url = endpoint.url;
  request.url_source = endpoint.source;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  const Result<HttpResponse> response = service.Send(request);
  const std::string who = "the role " + role.arn + " cannot be assumed: ";
  if (!response.ok()) {
    return Status{response.status().code, who + response.status().message};
  }
  if (response->status != 200) {
    return Status{TF_UNAUTHENTICATED,
                  who + DescribeFailure(request, *response)};
  }
  const std::optional<CredentialParts> parts = ParseResponse(response->body);
  if (!parts.has_value()) {
    return Status{TF_UNAVAILABLE,
                  who + request.url +
                      " is not STS: its response lacks AccessKeyId, "
                      "SecretAccessKey or SessionToken"};
  }
  return NewCredentials(*parts, source);
}

}  // namespace

ServiceEndpoint FindServiceEndpoint(const GetenvFn& getenv_fn,
                                    const ProfileFn& profile_fn,
                                    const Options& options,
                                    const std::string& service,
                                    const std::string& settings_name,
                                    const std::string& region) {
  const auto found = [&](const std::string& url, const std::string& source) {
    return ServiceEndpoint{url, source, region};
  };
  if (!ParseYesNo(getenv_fn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").value_or(""))
           .value_or(false)) {
    const std::string own = "AWS_ENDPOINT_URL_" + Upper(settings_name);
    for (const std::string& name : {own, std::string("AWS_ENDPOINT_URL")}) {
      const std::optional<std::string> url = getenv_fn(name.c_str());
      if (url.has_value() && !url->empty()) {
        return found(*url, name);
      }
    }
    const std::string of_profile =
        " of the profile \"" + options.profile + "\"";
    const std::string in_services =
        "services/" + settings_name + ".endpoint_url";
    for (const std::string& property :
         {in_services, std::string("endpoint_url")}) {
      const std::optional<std::string> url =
          profile_fn(options.profile, property.c_str());
      if (!url.has_value() || url->empty()) {
        continue;
      }
      return found(*url, property.substr(property.find('/') + 1) + of_profile);
    }
  }
  const AwsHostVariant variant = {!options.dual_stack_source.empty(),
                                  !options.fips_source.empty()};
  return found("https://" + AwsHost(service, region, variant), "");
}

ServiceEndpoint StsEndpoint(const GetenvFn& getenv_fn,
                            const ProfileFn& profile_fn,
                            const Options& options) {
  ServiceEndpoint endpoint = FindServiceEndpoint(getenv_fn, profile_fn, options,
                                                 "sts", "sts", options.region);
  if (!endpoint.source.empty()) {
    return endpoint;
  }
  // A region of another store, for example "RegionOne".
  const bool no_region = !IsRegionName(options.region);
  if (no_region) {
    endpoint.region = "us-east-1";
  }
  if (no_region ||
      (options.region_source == "the default" &&
       options.dual_stack_source.empty() && options.fips_source.empty())) {
    endpoint.url = "https://sts.amazonaws.com";
  }
  return endpoint;
}

Result<Credentials> AssumeRole(CredentialsService& service,
                               const ServiceEndpoint& endpoint,
                               const RoleRequest& role, const Credentials& base,
                               const std::string& source) {
  ServiceRequest request;
  request.body =
      Form()
          .Add("Action", "AssumeRole")
          .Add("Version", "2011-06-15")
          .Add("RoleArn", role.arn)
          .Add("RoleSessionName",
               role.session_name.empty() ? kSessionName : role.session_name)
          .Add("ExternalId", role.external_id)
          .Add("DurationSeconds", role.duration_seconds)
          .body();
  request.signing_service = "sts";
  request.signing_region = endpoint.region;
  request.credentials = base;
  Result<Credentials> credentials =
      SendRequest(service, request, endpoint, role, source);
  if (credentials.ok()) {
    return credentials;
  }
  return Status{credentials.status().code,
                credentials.status().message +
                    " (request with the credentials of " + base.source + ")"};
}

Result<Credentials> AssumeRoleWithWebIdentity(CredentialsService& service,
                                              const ServiceEndpoint& endpoint,
                                              const RoleRequest& role,
                                              const std::string& token_file,
                                              const std::string& source) {
  const Result<std::string> token = ReadSmallFile(token_file);
  if (!token.ok() || token->empty()) {
    return Status{
        TF_UNAUTHENTICATED,
        "the web identity token file " +
            (token.ok() ? token_file + " is empty" : token.status().message)};
  }
  ServiceRequest request;
  request.body =
      Form()
          .Add("Action", "AssumeRoleWithWebIdentity")
          .Add("Version", "2011-06-15")
          .Add("RoleArn", role.arn)
          .Add("RoleSessionName",
               role.session_name.empty() ? kSessionName : role.session_name)
          .Add("DurationSeconds", role.duration_seconds)
          .Add("WebIdentityToken",
               token->substr(0, token->find_last_not_of("\r\n ") + 1))
          .body();
  return SendRequest(service, request, endpoint, role, source);
}

}  // namespace s3
}  // namespace tfs3
