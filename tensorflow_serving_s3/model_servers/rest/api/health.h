// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_HEALTH_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_HEALTH_H_

#include <optional>

#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"

namespace tfs3::rest {

// Answers health probes in the format of Kubernetes' own components:
//
//   GET /livez            200 "ok"
//   GET /readyz           200 "ok", or 503 with the reason; see
//                         ServerStatus::IsReady
//   GET /readyz?verbose   the same, with a line for each model
//
//   [+] half: available
//   [-] image: No versions of image found under s3://models/image; ...
//
// Handles HEAD like GET, and answers other methods with 405. Returns nothing
// for other paths.
std::optional<net::HttpResponse> HandleHealth(const ServerStatus& server,
                                              const net::HttpRequest& request);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_API_HEALTH_H_
