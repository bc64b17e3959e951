// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// All pages of a list, one after the other.
//
//   Status status = ForEachPage(client, uri, ListRequest(),
//                               [](const Listing& page) -> Result<bool> {
//                                 Use(page);
//                                 return true;  // go on
//                               });
//
// A page without entries need not be the last. A store that says that there is
// more and gives no token for it is asked for what comes after the last entry.
// A store whose pages do not get on is an error: it answers a token or an entry
// that was there before, or a thousand pages without entries. So a list is
// never cut short without an error, and never without end. Not thread-safe.
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
  // Of the objects whose keys begin with `prefix.key`. `client` must outlive
  // the pages.
  ListPages(Client* client, const S3Uri& prefix, const ListRequest& request);

  // Whether there is another page. There is a first.
  bool more() const { return more_; }

  // The next page. Only while there is one.
  Result<Listing> Next();

 private:
  // Sets the request for the page after `page`, which is truncated.
  Status GoOnAfter(const Listing& page);
  Status Error(const std::string& what) const;

  Client* const client_;
  const S3Uri prefix_;
  ListRequest request_;
  bool more_ = true;
  int empty_pages_ = 0;
  std::set<std::string> tokens_;
};

// Calls `use` with each page of the objects whose keys begin with `prefix.key`,
// until it returns false or fails.
Status ForEachPage(Client& client, const S3Uri& prefix,
                   const ListRequest& request,
                   const std::function<Result<bool>(const Listing& page)>& use);

// For a `use` that takes all pages: true if `failed` is OK, else the error.
inline Result<bool> GoOnUnless(const Status& failed) {
  if (!failed.ok()) return failed;
  return true;
}

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_TREE_LIST_PAGES_H_
