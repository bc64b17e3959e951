// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_REQUEST_HEAD_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_REQUEST_HEAD_H_

#include <boost/beast/http/message.hpp>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/net/http_message.h"

namespace tfs3::net {

inline std::string_view View(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// Returns why the head of a request is refused; empty if it is not. Checks what
// RFC 9112 requires and Boost.Beast's parser accepts. Other programs may read
// such a head with another end of the request or another host.
std::string_view FramingError(std::string_view raw_head,
                              const boost::beast::http::request_header<>& head);

// Sets target, path and query of `request`. The path of a target in absolute
// form has no scheme and host.
void SplitTarget(std::string_view target, HttpRequest* request);

// Returns true for GET, HEAD and OPTIONS. The server answers them on separate
// threads and on reserved connections: probes and metrics use them.
bool IsReadMethod(std::string_view method);

}  // namespace tfs3::net

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP_REQUEST_HEAD_H_
