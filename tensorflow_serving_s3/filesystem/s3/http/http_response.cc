// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/http_response.h"

#include <strings.h>

namespace tfs3 {
namespace s3 {

std::string HttpResponse::Header(const char* name) const {
  for (const auto& [key, value] : headers) {
    if (strcasecmp(key.c_str(), name) == 0) {
      return value;
    }
  }
  return "";
}

}  // namespace s3
}  // namespace tfs3
