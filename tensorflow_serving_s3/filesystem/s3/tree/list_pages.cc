// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/tree/list_pages.h"

#include <algorithm>

namespace tfs3 {
namespace s3 {
namespace {

constexpr int kMaxEmptyPages = 1000;
constexpr int kMaxKeysPerPage = 1000;
// The last character of Unicode: sorts after all keys with a common prefix.
constexpr char kLastCharacter[] = "\xf4\x8f\xbf\xbf";

}  // namespace

ListPages::ListPages(Client* client, const S3Uri& prefix,
                     const ListRequest& request)
    : client_(client), prefix_(prefix), request_(request) {}

Result<Listing> ListPages::Next() {
  Result<Listing> page = client_->ListObjects(prefix_, request_);
  more_ = page.ok() && page->truncated;
  if (more_) {
    const Status status = ContinueAfter(*page);
    if (!status.ok()) {
      more_ = false;
      return status;
    }
  }
  return page;
}

Status ListPages::ContinueAfter(const Listing& page) {
  empty_pages_ = page.last_entry.empty() ? empty_pages_ + 1 : 0;
  if (empty_pages_ == kMaxEmptyPages) {
    return Error(std::to_string(kMaxEmptyPages) +
                 " pages without an entry and with more pages");
  }
  // A store that ignores the prefix returns all keys: use large pages.
  if (page.objects.empty() && page.common_prefixes.empty()) {
    request_.max_keys = kMaxKeysPerPage;
  }
  if (!page.continuation_token.empty()) {
    if (!tokens_.insert(page.continuation_token).second) {
      return Error("the continuation token \"" + page.continuation_token +
                   "\" twice, so the list would not end");
    }
    request_.continuation_token = page.continuation_token;
    request_.start_after.clear();
    return {};
  }
  std::string after =
      page.next_marker.empty() ? page.last_entry : page.next_marker;
  if (after.empty()) {
    return Error(
        "a truncated page with neither a continuation token nor an entry");
  }
  // Skip the keys with the common prefix.
  if (std::count(page.common_prefixes.begin(), page.common_prefixes.end(),
                 after) > 0) {
    after += kLastCharacter;
  }
  if (after <= request_.start_after) {
    return Error(
        "the same entries twice, without a continuation token, after "
        "\"" +
        request_.start_after + "\"");
  }
  request_.continuation_token.clear();
  request_.start_after = after;
  return {};
}

Status ListPages::Error(const std::string& what) const {
  return {TF_UNAVAILABLE, prefix_.ToString() +
                              ": the store answers ListObjectsV2 with " + what +
                              "; it does not implement lists like S3"};
}

Status ForEachPage(
    Client& client, const S3Uri& prefix, const ListRequest& request,
    const std::function<Result<bool>(const Listing& page)>& use) {
  ListPages pages(&client, prefix, request);
  while (pages.more()) {
    const Result<Listing> page = pages.Next();
    if (!page.ok()) {
      return page.status();
    }
    const Result<bool> go_on = use(*page);
    if (!go_on.ok()) {
      return go_on.status();
    }
    if (!*go_on) {
      return {};
    }
  }
  return {};
}

}  // namespace s3
}  // namespace tfs3
