// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses one page of a ListObjectsV2 response.
//
//   Result<Listing> page = ParseListing(body);
//   Listing listing = ConformToRequest(*std::move(page), "half/",
//   /*delimit=*/true); for (const ListedObject& object : listing.objects)
//   Use(object.key);
//
// Decodes URL-encoded keys (the client requests this encoding, because XML does
// not support all characters). Accepts elements in any order, and responses
// without the elements that S3 calls optional. Pure, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_LIST_PARSER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_LIST_PARSER_H_

#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"

namespace tfs3 {
namespace s3 {

struct ListedObject {
  std::string key;
  ObjectInfo info;
  bool has_size = false;  // False: `info.size` is unknown.
};

struct Listing {
  std::vector<ListedObject> objects;
  // The common prefixes of the keys that contain the delimiter, including the
  // delimiter. Empty without a delimiter.
  std::vector<std::string> common_prefixes;
  // There are more pages. If the response does not state it: true if the
  // response has a token or a marker, or as many entries as its maximum.
  bool truncated = false;
  // The token of the next page, or "".
  std::string continuation_token;
  // The marker of the next page, or "". Stores that support only ListObjects,
  // the older operation, send it instead of a token.
  std::string next_marker;
  // The greatest key or common prefix of the page, or "".
  std::string last_entry;
};

// INTERNAL: `xml` is not a list of objects. The message has the reason.
Result<Listing> ParseListing(const std::string& xml);

// Corrects the listing of a store that ignores the prefix or the delimiter "/":
// removes keys that do not begin with `prefix` and, with `delimit`, replaces
// keys with a slash after the prefix by common prefixes.
Listing ConformToRequest(Listing listing, const std::string& prefix,
                         bool delimit);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_LIST_PARSER_H_
