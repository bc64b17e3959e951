// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/sso.h"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <optional>

#include "aws/cal/hash.h"
#include "aws/common/byte_buf.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_hosts.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/json.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/small_file.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/sts.h"

namespace tfs3 {
namespace s3 {
namespace {

// Returns the name that the CLI gives to the file of a sign-in.
std::string Sha1InHex(const std::string& text) {
  std::array<uint8_t, AWS_SHA1_LEN> digest;
  aws_byte_buf out =
      aws_byte_buf_from_empty_array(digest.data(), digest.size());
  const aws_byte_cursor in =
      aws_byte_cursor_from_array(text.data(), text.size());
  aws_sha1_compute(AwsRuntime::allocator(), &in, &out, 0);
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (size_t i = 0; i < out.len; ++i) {
    hex += kHex[digest[i] >> 4];
    hex += kHex[digest[i] & 15];
  }
  return hex;
}

std::string Find(const FlatJson& json, const char* name) {
  const auto it = json.find(name);
  return it == json.end() ? "" : it->second;
}

Result<std::string> ReadToken(const std::string& file_name,
                              const std::string& cure) {
  const Result<std::string> text = ReadSmallFile(file_name);
  const std::optional<FlatJson> json = FlattenJson(text.ok() ? *text : "");
  const std::string token =
      json.has_value() ? Find(*json, "accessToken") : std::string();
  if (token.empty()) {
    return Status{
        TF_UNAUTHENTICATED,
        "there is no sign-in: " +
            (text.ok() ? file_name + " has no token" : text.status().message) +
            "; " + cure};
  }
  const std::string expiry = Find(*json, "expiresAt");
  const int64_t now = static_cast<int64_t>(std::time(nullptr)) * 1000000000;
  const int64_t end = ParseTime(expiry);
  if (end != 0 && end <= now) {
    return Status{TF_UNAUTHENTICATED,
                  "the sign-in expired at " + expiry + "; " + cure};
  }
  return token;
}

// Formats milliseconds since the epoch as "2026-01-31T12:00:00Z".
std::string AsTime(const std::string& milliseconds) {
  const std::time_t seconds = std::atoll(milliseconds.c_str()) / 1000;
  if (seconds <= 0) {
    return "";
  }
  std::tm parts = {};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

Result<Credentials> FetchSsoCredentials(CredentialsService& service,
                                        const GetenvFn& getenv_fn,
                                        const ProfileFiles& files,
                                        const Options& options,
                                        const std::string& profile,
                                        const std::string& source) {
  const std::string session = files.Get(profile, "sso_session").value_or("");
  const auto find = [&](const char* property) {
    return session.empty()
               ? files.Get(profile, property).value_or("")
               : files.GetOfSsoSession(session, property).value_or("");
  };
  const std::string region = find("sso_region");
  const std::string start_url = find("sso_start_url");
  const std::string account = files.Get(profile, "sso_account_id").value_or("");
  const std::string role = files.Get(profile, "sso_role_name").value_or("");
  if (account.empty() || role.empty() || start_url.empty() ||
      !IsRegionName(region)) {
    return Status{
        TF_FAILED_PRECONDITION,
        source + " needs sso_account_id and sso_role_name, and " +
            (session.empty() ? "with them" : "[sso-session " + session + "]") +
            " sso_region and sso_start_url"};
  }
  const Result<std::string> token =
      ReadToken(HomeFolder(getenv_fn) + "/.aws/sso/cache/" +
                    Sha1InHex(session.empty() ? start_url : session) + ".json",
                "run: aws sso login --profile " + profile);
  if (!token.ok()) {
    return Status{token.status().code, source + ": " + token.status().message};
  }
  const ServiceEndpoint endpoint = FindServiceEndpoint(
      getenv_fn,
      [&](const std::string& name, const char* property) {
        return files.Get(name, property);
      },
      options, "portal.sso", "sso", region);
  ServiceRequest request;
  request.url = endpoint.url +
                "/federation/credentials?role_name=" + UriEncode(role, false) +
                "&account_id=" + UriEncode(account, false);
  request.url_source = endpoint.source;
  request.headers = {{"x-amz-sso_bearer_token", *token}};
  const Result<HttpResponse> response = service.Send(request);
  if (!response.ok()) {
    return response.status();
  }
  if (response->status != 200) {
    return Status{TF_UNAUTHENTICATED,
                  source + ": " + DescribeFailure(request, *response) +
                      "; if the sign-in has expired, run: aws sso login "
                      "--profile " +
                      profile};
  }
  const std::optional<FlatJson> json = FlattenJson(response->body);
  CredentialParts parts;
  if (json.has_value()) {
    parts.access_key_id = Find(*json, "roleCredentials.accessKeyId");
    parts.secret_access_key = Find(*json, "roleCredentials.secretAccessKey");
    parts.session_token = Find(*json, "roleCredentials.sessionToken");
    parts.expiration = AsTime(Find(*json, "roleCredentials.expiration"));
  }
  if (parts.access_key_id.empty() || parts.secret_access_key.empty() ||
      parts.session_token.empty()) {
    return Status{TF_UNAVAILABLE,
                  source + ": " + endpoint.url +
                      " is not SSO: its response lacks accessKeyId, "
                      "secretAccessKey or sessionToken"};
  }
  return NewCredentials(parts, source);
}

}  // namespace s3
}  // namespace tfs3
