// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// One page of a ListObjectsV2 answer.
//
//   Result<Listing> page = ParseListing(body);
//   Listing listing = Conformed(*std::move(page), "half/", /*delimit=*/true);
//   for (const ListedObject& object : listing.objects) Use(object.key);
//
// Keys come out as they are in the store: where the answer says that it is
// URL-encoded (the client always asks for that, because XML cannot carry every
// key), they are decoded. Elements may come in any order, and those that S3
// calls optional may be absent. Pure, thread-safe.
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
  // Without it, `info.size` is 0 and says nothing.
  bool has_size = false;
};

struct Listing {
  std::vector<ListedObject> objects;
  // Only with a delimiter: what the keys that contain it have in common, the
  // delimiter included.
  std::vector<std::string> common_prefixes;
  // There is more. Where the answer does not say so, it is taken to be if there
  // is a token or a marker, or as many entries as the answer says it may have.
  bool truncated = false;
  // Asks for what there is more. "" when the answer has none.
  std::string continuation_token;
  // The same in the answers of stores that know ListObjects only, the version
  // before. "" when the answer has none.
  std::string next_marker;
  // The last of all entries of the answer in the order of keys: a key or a
  // common prefix. "" when there is none.
  std::string last_entry;
};

// INTERNAL, saying what is wrong, when `xml` is not a list of objects.
Result<Listing> ParseListing(const std::string& xml);

// What a store should have answered that takes no notice of the prefix, or of
// the delimiter "/": without the keys that do not begin with `prefix` and, with
// `delimit`, with common prefixes in place of the keys that go on behind a
// slash.
Listing Conformed(Listing listing, const std::string& prefix, bool delimit);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_CLIENT_LIST_PARSER_H_
