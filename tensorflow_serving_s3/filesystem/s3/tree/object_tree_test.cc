// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/base/url.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Parses the query of a request: "prefix" -> "a%20b".
std::map<std::string, std::string> Query(const std::string& path) {
  std::map<std::string, std::string> query;
  size_t begin = path.find('?') + 1;
  while (begin < path.size()) {
    size_t end = std::min(path.find('&', begin), path.size());
    const std::string pair = path.substr(begin, end - begin);
    const size_t equals = pair.find('=');
    query[pair.substr(0, equals)] = pair.substr(equals + 1);
    begin = end + 1;
  }
  return query;
}

// A bucket of keys with the listings of S3: sorted by bytes,
// with common prefixes, in pages.
class ObjectTreeTest : public ::testing::Test {
 protected:
  ObjectTreeTest()
      : server_([this](const FakeRequest& request, FakeConnection& out) {
          out.Send(request.method == "HEAD" ? Head(request) : List(request));
        }) {
    Options options;
    options.endpoint = server_.url();
    options.endpoint_source = "S3_ENDPOINT";
    options.anonymous = true;
    client_ = *Client::New(
        options, [](const char*) { return std::optional<std::string>(); });
  }

  std::string Head(const FakeRequest& request) {
    if (head_is_broken_) {
      return "HTTP/1.1 500 Fake\r\n\r\n";
    }
    const std::string key = request.path.substr(sizeof("/models/") - 1);
    if (keys_.count(key) == 0) {
      return "HTTP/1.1 403 Fake\r\n\r\n";
    }
    return "HTTP/1.1 200 Fake\r\nContent-Length: " +
           std::to_string(key.size()) + "\r\n\r\n";
  }

  std::string List(const FakeRequest& request) {
    if (deny_listing_) {
      return FakeResponse(403, "<Error><Code>AccessDenied</Code></Error>");
    }
    auto query = Query(request.path);
    const bool delimit = query.count("delimiter") > 0;
    // The sorted entries: keys, and common prefixes with their slash.
    std::vector<std::pair<std::string, bool>> entries;
    for (const std::string& key : keys_) {
      // Prefix, token and keys are URL-encoded.
      const std::string encoded = UriEncode(key, false);
      const std::string& prefix = query["prefix"];
      if (encoded.compare(0, prefix.size(), prefix) != 0) {
        continue;
      }
      const size_t slash = encoded.find("%2F", prefix.size());
      if (delimit && slash != std::string::npos) {
        const std::string common = encoded.substr(0, slash + 3);
        if (entries.empty() || entries.back().first != common) {
          entries.emplace_back(common, true);
        }
      } else {
        entries.emplace_back(encoded, false);
      }
    }
    size_t first = 0;
    if (query.count("continuation-token") > 0) {
      first = std::stoul(query["continuation-token"]);
    }
    const size_t end =
        std::min(entries.size(), first + std::stoul(query["max-keys"]));
    std::string body =
        "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>" +
        std::string(end < entries.size() ? "true" : "false") +
        "</IsTruncated><NextContinuationToken>" + std::to_string(end) +
        "</NextContinuationToken>";
    for (size_t i = first; i < end; ++i) {
      body += entries[i].second
                  ? "<CommonPrefixes><Prefix>" + entries[i].first +
                        "</Prefix></CommonPrefixes>"
                  : "<Contents><Key>" + entries[i].first +
                        "</Key><Size>7</Size></Contents>";
    }
    return FakeResponse(200, body + "</ListBucketResult>");
  }

  // Returns "file", "directory" or the code, and the number of requests.
  std::string Stat(const std::string& url, size_t requests) {
    const size_t before = server_.requests().size();
    Result<PathInfo> info = StatPath(*client_, *ParseUri(url));
    EXPECT_EQ(server_.requests().size() - before, requests) << url;
    if (!info.ok()) {
      EXPECT_THAT(info.status().message, HasSubstr(url));
      return std::to_string(info.status().code);
    }
    return info->is_directory ? "directory" : "file";
  }

  std::vector<std::string> Children(const std::string& url) {
    Result<std::vector<std::string>> names =
        ListChildren(*client_, *ParseUri(url));
    EXPECT_TRUE(names.ok()) << names.status().message;
    return names.ok() ? *names : std::vector<std::string>();
  }

  const std::string kNotFound = std::to_string(TF_NOT_FOUND);

  std::set<std::string> keys_;
  bool deny_listing_ = false;
  bool head_is_broken_ = false;
  FakeHttpServer server_;
  std::unique_ptr<Client> client_;
};

TEST_F(ObjectTreeTest, StatNeedsOneRequest) {
  keys_ = {"half/1/saved_model.pb",
           "half-old/1/a",
           "half.txt",
           "half0",
           "marker/",
           "both",
           "both/1",
           "sp ace/\xc3\xbc+%"};
  EXPECT_EQ(Stat("s3://models/half", 1), "directory");
  EXPECT_EQ(Stat("s3://models/half/", 1), "directory");
  EXPECT_EQ(Stat("s3://models/half/1", 1), "directory");
  EXPECT_EQ(Stat("s3://models/half/1/saved_model.pb", 1), "file");
  EXPECT_EQ(Stat("s3://models/half.txt", 1), "file");
  EXPECT_EQ(Stat("s3://models/hal", 1), kNotFound);
  EXPECT_EQ(Stat("s3://models/half/2", 1), kNotFound);
  EXPECT_EQ(Stat("s3://models/half.txt/", 1), kNotFound);
  EXPECT_EQ(Stat("s3://models/marker", 1), "directory");
  EXPECT_EQ(Stat("s3://models/marker/", 1), "directory");
  EXPECT_EQ(Stat("s3://models/both", 1), "file");
  EXPECT_EQ(Stat("s3://models/both/", 1), "directory");
  EXPECT_EQ(Stat("s3://models/sp ace/\xc3\xbc+%", 1), "file");
  EXPECT_EQ(Stat("s3://models", 1), "directory");
}

TEST_F(ObjectTreeTest, AnEmptyBucketIsADirectory) {
  EXPECT_EQ(Stat("s3://models/", 1), "directory");
  EXPECT_THAT(Children("s3://models"), IsEmpty());
}

TEST_F(ObjectTreeTest, ManySiblingsNeedASecondRequest) {
  for (int i = 0; i < 100; ++i) {
    keys_.insert("half-" + std::to_string(i));
  }
  EXPECT_EQ(Stat("s3://models/half", 2), kNotFound);
  keys_.insert("half/1/a");
  EXPECT_EQ(Stat("s3://models/half", 2), "directory");
  keys_.insert("half");
  EXPECT_EQ(Stat("s3://models/half", 1), "file");
}

TEST_F(ObjectTreeTest, FindsAFileWithoutTheRightToList) {
  keys_ = {"half/1/a"};
  deny_listing_ = true;
  EXPECT_EQ(Stat("s3://models/half/1/a", 2), "file");
  EXPECT_EQ(Stat("s3://models/half/1", 2),
            std::to_string(TF_PERMISSION_DENIED));
}

TEST_F(ObjectTreeTest, AFailedListIsNotADeniedList) {
  keys_ = {"half/1/a"};
  deny_listing_ = true;
  head_is_broken_ = true;
  Result<PathInfo> info = StatPath(*client_, *ParseUri("s3://models/half/1/a"));
  ASSERT_FALSE(info.ok());
  EXPECT_EQ(info.status().code, TF_UNAVAILABLE);
}

TEST_F(ObjectTreeTest, ChildrenAreNames) {
  keys_ = {"m/",  "m/00000123/a", "m/123/b",   "m/both",  "m/both/x",
           "m/f", "m//odd",       "m/marker/", "m/a b+%", "mm/x"};
  const std::vector<std::string> names = {"00000123", "123", "a b+%",
                                          "both",     "f",   "marker"};
  EXPECT_EQ(Children("s3://models/m"), names);
  EXPECT_EQ(Children("s3://models/m/"), names);
  EXPECT_THAT(Children("s3://models"), ElementsAre("m", "mm"));
  EXPECT_THAT(Children("s3://models/m/marker"), IsEmpty());
}

TEST_F(ObjectTreeTest, ListChildrenReadsAllPages) {
  for (int i = 0; i < 2500; ++i) {
    keys_.insert("m/" + std::to_string(i) + "/a");
  }
  EXPECT_EQ(Children("s3://models/m").size(), 2500u);
  EXPECT_EQ(server_.requests().size(), 3u);
}

TEST_F(ObjectTreeTest, OtherPathsHaveNoChildren) {
  keys_ = {"file"};
  for (const std::string url : {"s3://models/nothing", "s3://models/nothing/",
                                "s3://models/file", "s3://models/file/"}) {
    const size_t before = server_.requests().size();
    Result<std::vector<std::string>> names =
        ListChildren(*client_, *ParseUri(url));
    ASSERT_FALSE(names.ok());
    EXPECT_EQ(names.status().code, TF_NOT_FOUND);
    EXPECT_THAT(names.status().message, HasSubstr(url));
    EXPECT_EQ(server_.requests().size() - before, 1u);
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
