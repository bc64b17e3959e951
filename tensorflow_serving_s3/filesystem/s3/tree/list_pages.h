// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads all pages of a list.
//
//   Status status = ForEachPage(client, uri, ListRequest(),
//                               [](const Listing& page) -> Result<bool> {
//                                 Use(page);
//                                 return true;  // continue
//                               });
//
//   - A page without entries may not be the last one.
//   - If a truncated page has no token, the next request starts after its last
//     entry.
//   - A repeated token or entry, or a thousand pages without entries, is an
//     error: a list is neither truncated silently nor endless.
//
// Not thread-safe.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_LIST_PAGES_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_LIST_PAGES_H_

#include <functional>
#include <set>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/client/list_parser.h"

namespace tfs3 {
namespace s3 {

class ListPages {
 public:
  // Lists the objects whose keys begin with `prefix.key`. `client` must outlive
  // the pages.
  ListPages(Client* client, const S3Uri& prefix, const ListRequest& request);

  // Returns true if there is another page. There is always a first page.
  bool more() const { return more_; }

  // Returns the next page. Requires more().
  Result<Listing> Next();

 private:
  // Prepares the request for the page after the truncated `page`.
  Status ContinueAfter(const Listing& page);
  Status Error(const std::string& what) const;

  Client* const client_;
  const S3Uri prefix_;
  ListRequest request_;
  bool more_ = true;
  int empty_pages_ = 0;
  std::set<std::string> tokens_;
};

// Calls `use` with each page of the objects whose keys begin with `prefix.key`,
// until `use` returns false or an error.
Status ForEachPage(Client& client, const S3Uri& prefix,
                   const ListRequest& request,
                   const std::function<Result<bool>(const Listing& page)>& use);

// For a `use` that reads all pages: returns true if `failed` is OK, otherwise
// the error.
inline Result<bool> ContinueIfOk(const Status& failed) {
  if (!failed.ok()) {
    return failed;
  }
  return true;
}

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_LIST_PAGES_H_
