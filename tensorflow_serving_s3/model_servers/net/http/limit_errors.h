// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_LIMIT_ERRORS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_LIMIT_ERRORS_H_

#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_error.h"

// The errors of requests that exceed a limit of HttpServer::Options. They name
// the limit and its flag.
namespace tfs3::net {

// The headers, or the request line and the headers, are too large.
HttpError HeadTooLargeError(const HttpServer::Options& options);
HttpError BodyTooLargeError(const HttpServer::Options& options);
// The headers or the body did not arrive in time.
HttpError TooSlowError();
// Too many connections are open.
HttpError NoConnectionError(const HttpServer::Options& options);
// The connection was closed while the request arrived, to accept another one.
HttpError EvictedError();

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_LIMIT_ERRORS_H_
