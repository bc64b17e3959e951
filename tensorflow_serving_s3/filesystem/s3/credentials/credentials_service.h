// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Sends requests to the services that issue credentials: STS, SSO, the agent of
// a container, the metadata service of an instance.
//
//   CredentialsService service(options, bootstrap);
//   ServiceRequest request;
//   request.url = "http://169.254.170.2/creds";
//   Result<HttpResponse> response = service.Send(request);
//
// Repeats attempts that failed for a temporary reason: three attempts within
// five seconds. Does not log. Thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIALS_SERVICE_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIALS_SERVICE_H_

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/credentials/credentials.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http.h"

struct aws_client_bootstrap;

namespace tfs3 {
namespace s3 {

struct ServiceRequest {
  std::string method = "GET";
  std::string url;         // With scheme, path and query.
  std::string url_source;  // The setting: "AWS_ENDPOINT_URL_STS"; may be "".
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // Sign the request for this service and region; "" for no signature.
  std::string signing_service;
  std::string signing_region;
  Credentials credentials;
  std::chrono::milliseconds timeout{5000};
  int max_attempts = 3;
};

class CredentialsService {
 public:
  // `bootstrap` must outlive it.
  CredentialsService(const Options& options, aws_client_bootstrap* bootstrap);

  // Returns a complete response of any status. UNAVAILABLE, with the URL and
  // the cause: there is none. Uses no proxy for loopback and link-local
  // addresses.
  Result<HttpResponse> Send(const ServiceRequest& request);

 private:
  HttpClient http_;
  HttpClient direct_http_;  // Without a proxy.
};

// Returns "http://127.0.0.1:80 answered 403: AccessDenied: ...", with the error
// in the response's text, XML or JSON.
std::string DescribeFailure(const ServiceRequest& request,
                            const HttpResponse& response);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CREDENTIALS_CREDENTIALS_SERVICE_H_
