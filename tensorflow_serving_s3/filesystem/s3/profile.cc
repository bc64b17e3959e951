// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/profile.h"

#include <memory>

#include "aws/common/allocator.h"
#include "aws/common/string.h"
#include "aws/sdkutils/aws_profile.h"

namespace tfs3 {
namespace s3 {
namespace {

struct StringDeleter {
  void operator()(aws_string* string) const { aws_string_destroy(string); }
};
using StringPtr = std::unique_ptr<aws_string, StringDeleter>;

struct CollectionDeleter {
  void operator()(aws_profile_collection* collection) const {
    aws_profile_collection_release(collection);
  }
};
using CollectionPtr =
    std::unique_ptr<aws_profile_collection, CollectionDeleter>;

StringPtr MakeString(const std::string& text) {
  return StringPtr(aws_string_new_from_array(
      aws_default_allocator(), reinterpret_cast<const uint8_t*>(text.data()),
      text.size()));
}

CollectionPtr ReadFile(StringPtr path, aws_profile_source_type type) {
  if (path == nullptr) return nullptr;
  return CollectionPtr(aws_profile_collection_new_from_file(
      aws_default_allocator(), path.get(), type));
}

std::optional<std::string> Find(const CollectionPtr& collection,
                                const std::string& profile,
                                const char* property) {
  if (collection == nullptr) return std::nullopt;
  const aws_profile* found = aws_profile_collection_get_profile(
      collection.get(), MakeString(profile).get());
  if (found == nullptr) return std::nullopt;
  const aws_profile_property* value =
      aws_profile_get_property(found, MakeString(property).get());
  if (value == nullptr) return std::nullopt;
  const aws_string* text = aws_profile_property_get_value(value);
  return std::string(aws_string_c_str(text), text->len);
}

}  // namespace

std::optional<std::string> ProfileProperty(const std::string& profile,
                                           const char* property) {
  aws_allocator* allocator = aws_default_allocator();
  const CollectionPtr config = ReadFile(
      StringPtr(aws_get_config_file_path(allocator, nullptr)), AWS_PST_CONFIG);
  std::optional<std::string> value = Find(config, profile, property);
  if (value.has_value()) return value;
  const CollectionPtr credentials =
      ReadFile(StringPtr(aws_get_credentials_file_path(allocator, nullptr)),
               AWS_PST_CREDENTIALS);
  return Find(credentials, profile, property);
}

}  // namespace s3
}  // namespace tfs3
