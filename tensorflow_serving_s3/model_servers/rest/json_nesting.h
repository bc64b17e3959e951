// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// A look at the brackets of a JSON text before it is parsed: simdjson first
// makes an index of four bytes for every token, and a text that is nothing but
// brackets should not get that far.
//
//   if (NestsDeeperThan(body.view(), 300)) return TooDeep();
//
// Thread-safe, does not allocate, reads several bytes a cycle and stops at the
// first bracket too many.
#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_NESTING_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_NESTING_H_

#include <cstdint>
#include <string_view>

namespace tfs3::rest {

// A tensor has at most 254 dimensions; around them stand the request, its list
// of examples and an example.
inline constexpr int64_t kDefaultMaxJsonNesting = 260;

// True when more than `limit` lists and objects are open at one place of
// `json`. Brackets in strings do not count. On text that is not JSON the answer
// is right up to the first fault.
bool NestsDeeperThan(std::string_view json, int64_t limit);

}  // namespace tfs3::rest

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_REST_JSON_NESTING_H_
