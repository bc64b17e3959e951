// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// One page of a ListObjectsV2 answer.
//
//   Result<Listing> page = ParseListing(body);
//   for (const ListedObject& object : page->objects) Use(object.key);
//
// Keys come out as they are in the store: where the answer says that it is
// URL-encoded (the client always asks for that, because XML cannot carry every
// key), they are decoded. Pure, thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_LIST_PARSER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_LIST_PARSER_H_

#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/status.h"

namespace tfs3 {
namespace s3 {

struct ListedObject {
  std::string key;
  ObjectInfo info;
};

struct Listing {
  std::vector<ListedObject> objects;
  // Only with a delimiter: what the keys that contain it have in common, the
  // delimiter included.
  std::vector<std::string> common_prefixes;
  // There is more; `continuation_token` asks for it.
  bool truncated = false;
  std::string continuation_token;
};

// INTERNAL, saying what is wrong, when `xml` is not a ListBucketResult.
Result<Listing> ParseListing(const std::string& xml);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_LIST_PARSER_H_
