// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http/request_head.h"

#include <boost/beast/http/field.hpp>
#include <cstddef>

#include "tensorflow_serving_s3/model_servers/net/request_target.h"

namespace tfs3::net {

namespace http = boost::beast::http;

std::string_view FramingError(std::string_view raw_head,
                              const http::request_header<>& head) {
  // Line folding is obsolete since RFC 7230.
  if (raw_head.find("\n ") != raw_head.npos ||
      raw_head.find("\n\t") != raw_head.npos) {
    return "a header is continued on the next line";
  }
  const size_t hosts = head.count(http::field::host);
  if (hosts > 1) {
    return "there are several Host headers";
  }
  if (hosts == 0 && head.version() >= 11) {
    return "there is no Host header";
  }
  const size_t encodings = head.count(http::field::transfer_encoding);
  if (encodings > 1 ||
      (encodings == 1 &&
       !EqualIgnoringCase(View(head[http::field::transfer_encoding]),
                          "chunked"))) {
    return "the only supported Transfer-Encoding is chunked";
  }
  if (encodings == 1 && head.version() < 11) {
    return "HTTP/1.0 has no Transfer-Encoding";
  }
  const std::string_view target = View(head.target());
  if (hosts == 0) {
    return TargetError(target, ParseRequestTarget(target).authority);
  }
  const std::string_view host = View(head[http::field::host]);
  if (!IsHost(host)) {
    return "the Host header is not the name or address of a host";
  }
  return TargetError(target, host);
}

void SplitTarget(std::string_view target, HttpRequest* request) {
  request->target = target;
  target = ParseRequestTarget(target).origin;
  const size_t question = target.find('?');
  request->path = target.substr(0, question);
  request->query = question == std::string_view::npos
                       ? std::string_view()
                       : target.substr(question + 1);
}

bool IsReadMethod(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

}  // namespace tfs3::net
