// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Lists of stores that differ from S3 on later pages.
#include "tensorflow_serving_s3/filesystem/s3/tree/list_pages.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Contents(const std::string& key) {
  return "<Contents><Key>" + key + "</Key><Size>1</Size></Contents>";
}

std::string Common(const std::string& prefix) {
  return "<CommonPrefixes><Prefix>" + prefix + "</Prefix></CommonPrefixes>";
}

std::string Truncated(const std::string& token) {
  return "<IsTruncated>true</IsTruncated><NextContinuationToken>" + token +
         "</NextContinuationToken>";
}

std::string Listed(const std::string& inside) {
  return "<ListBucketResult>" + inside + "</ListBucketResult>";
}

// A store that sends the pages in their order, and then repeats the last one.
class ListPagesTest : public ::testing::Test {
 protected:
  ListPagesTest()
      : server_([this](const FakeRequest&, FakeConnection& out) {
          const size_t page =
              std::min(server_.requests().size(), bodies_.size()) - 1;
          out.Send(FakeResponse(200, bodies_[page]));
        }) {
    Options options;
    options.endpoint = server_.url();
    options.endpoint_source = "S3_ENDPOINT";
    options.anonymous = true;
    client_ = *Client::New(
        options, [](const char*) { return std::optional<std::string>(); });
  }

  // Returns the children of s3://models/m, from pages with these bodies.
  Result<std::vector<std::string>> Children(std::vector<std::string> bodies) {
    bodies_ = std::move(bodies);
    return ListChildren(*client_, *ParseUri("s3://models/m"));
  }

  std::string Request(size_t i) const { return server_.requests()[i].path; }

  std::vector<std::string> bodies_;
  FakeHttpServer server_;
  std::unique_ptr<Client> client_;
};

TEST_F(ListPagesTest, ReadsAllPagesInAllForms) {
  const std::vector<std::string> forms = {
      Listed(Contents("m/%s") + Truncated("t%s")),
      "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- c -->" +
          Listed(Truncated("t%s") + Contents("m/%s")),
      "<a:ListBucketResult xmlns:a='u'><a:IsTruncated> TRUE </a:IsTruncated>"
      "<a:NextContinuationToken>\nt%s\n</a:NextContinuationToken><a:Contents>"
      "<a:Size> 1 </a:Size><a:Key><![CDATA[m/%s]]></a:Key></a:Contents>"
      "</a:ListBucketResult>",
      Listed("<EncodingType>url</EncodingType>" + Contents("m%%2F%s") +
             Truncated("t%s")),
      Listed(Contents("m/%s/x") + Truncated("t%s")),
      Listed(Common("m/%s/") + Truncated("t%s")),
      Listed(Common("m/%s") + Truncated("t%s")),
      Listed(Truncated("t%s") + Contents("other") + Contents("m/%s")),
      Listed("<NextContinuationToken>t%s</NextContinuationToken>" +
             Contents("m/%s")),
      "<!DOCTYPE ListBucketResult [<!ENTITY n \"%s\">]>" +
          Listed(Contents("m/&n;") + Truncated("t&n;")),
  };
  const auto with = [](std::string form, const std::string& name) {
    for (size_t at = form.find("%"); at != std::string::npos;
         at = form.find("%", at + 1)) {
      form.replace(at, 2, form[at + 1] == 's' ? name : "%");
    }
    return form;
  };
  // Each form is on the first page and on a later one.
  for (size_t i = 0; i < forms.size(); ++i) {
    const size_t before = server_.requests().size();
    std::vector<std::string> bodies(before);
    bodies.push_back(with(forms[i], "a"));
    bodies.push_back(with(forms[(i + 1) % forms.size()], "b"));
    bodies.push_back(Listed(Contents("m/c")));
    Result<std::vector<std::string>> names = Children(bodies);
    ASSERT_TRUE(names.ok()) << i << ": " << names.status().message;
    EXPECT_THAT(*names, ElementsAre("a", "b", "c")) << i;
    EXPECT_THAT(Request(before + 1), HasSubstr("&continuation-token=ta"));
    EXPECT_THAT(Request(before + 2), HasSubstr("&continuation-token=tb"));
  }
}

TEST_F(ListPagesTest, PagesMayBeEmptyAndInAnyOrder) {
  Result<std::vector<std::string>> names = Children(
      {Listed(Truncated("1")), Listed(Contents("m/b") + Truncated("2")),
       Listed(Truncated("3")), Listed(Contents("m/a") + Truncated("4")),
       Listed(Common("m/c/") + Truncated("5")),
       Listed(Common("m/c/") + Contents("m/"))});
  ASSERT_TRUE(names.ok()) << names.status().message;
  EXPECT_THAT(*names, ElementsAre("a", "b", "c"));
}

TEST_F(ListPagesTest, WithoutATokenContinuesAfterTheLastEntry) {
  const std::string cut = "<IsTruncated>true</IsTruncated>";
  Result<std::vector<std::string>> names =
      Children({Listed(cut + Contents("m/") + Contents("m/a b")),
                Listed(cut + Common("m/c/")), Listed(cut + Contents("m/d")),
                Listed(cut + Contents("m/e") + "<NextMarker>m/f</NextMarker>"),
                Listed(Contents("m/g"))});
  ASSERT_TRUE(names.ok()) << names.status().message;
  EXPECT_THAT(*names, ElementsAre("a b", "c", "d", "e", "g"));
  EXPECT_THAT(Request(1), HasSubstr("&start-after=m%2Fa%20b&marker=m%2Fa%20b"));
  EXPECT_THAT(Request(2), HasSubstr("&start-after=m%2Fc%2F%F4%8F%BF%BF&"));
  EXPECT_THAT(Request(3), HasSubstr("&start-after=m%2Fd&"));
  EXPECT_THAT(Request(4), HasSubstr("&marker=m%2Ff"));
}

TEST_F(ListPagesTest, AListWithoutProgressIsAnError) {
  const std::string cut = "<IsTruncated>true</IsTruncated>";
  struct Case {
    std::vector<std::string> bodies;
    std::string why;
  };
  const std::vector<Case> cases = {
      {{Listed(Contents("m/a") + Truncated("t"))}, "token \"t\" twice"},
      {{Listed(Contents("m/a") + Truncated("t")),
        Listed(Contents("m/b") + Truncated("u")),
        Listed(Contents("m/c") + Truncated("t"))},
       "token \"t\" twice"},
      {{Listed(cut + Contents("m/a"))}, "the same entries twice"},
      {{Listed(cut + Common("m/a/"))}, "the same entries twice"},
      {{Listed(cut)}, "neither a continuation token nor an entry"},
      {{Listed(Contents("m/a") + Truncated("t")), Listed(cut)},
       "neither a continuation token nor an entry"},
  };
  for (const Case& c : cases) {
    std::vector<std::string> bodies(server_.requests().size());
    bodies.insert(bodies.end(), c.bodies.begin(), c.bodies.end());
    Result<std::vector<std::string>> names = Children(bodies);
    ASSERT_FALSE(names.ok()) << c.why;
    EXPECT_EQ(names.status().code, TF_UNAVAILABLE);
    EXPECT_THAT(names.status().message, HasSubstr("s3://models/m/: "));
    EXPECT_THAT(names.status().message, HasSubstr(c.why));
  }
}

TEST_F(ListPagesTest, TooManyEmptyPagesAreAnError) {
  FakeHttpServer endless([&](const FakeRequest&, FakeConnection& out) {
    out.Send(FakeResponse(
        200, Listed(Truncated(std::to_string(endless.requests().size())))));
  });
  Options options;
  options.endpoint = endless.url();
  options.endpoint_source = "S3_ENDPOINT";
  options.anonymous = true;
  std::unique_ptr<Client> client = *Client::New(
      options, [](const char*) { return std::optional<std::string>(); });
  Result<std::vector<std::string>> names =
      ListChildren(*client, *ParseUri("s3://models/m"));
  ASSERT_FALSE(names.ok());
  EXPECT_THAT(names.status().message, HasSubstr("1000 pages without an entry"));
}

TEST_F(ListPagesTest, FindsAFileOnALaterPageOfAnUnsortedList) {
  FakeHttpServer server([](const FakeRequest& request, FakeConnection& out) {
    if (request.method == "HEAD") {
      out.Send("HTTP/1.1 200 Fake\r\nContent-Length: 5\r\n\r\n");
    } else {
      out.Send(FakeResponse(200, Listed(Contents("m-2") + Common("m/") +
                                        Contents("m-1") + Truncated("t"))));
    }
  });
  Options options;
  options.endpoint = server.url();
  options.endpoint_source = "S3_ENDPOINT";
  options.anonymous = true;
  std::unique_ptr<Client> client = *Client::New(
      options, [](const char*) { return std::optional<std::string>(); });
  Result<PathInfo> info = StatPath(*client, *ParseUri("s3://models/m"));
  ASSERT_TRUE(info.ok()) << info.status().message;
  EXPECT_FALSE(info->is_directory);
  EXPECT_EQ(info->object.size, 5u);
}

TEST_F(ListPagesTest, RequestsASizeThatTheListDoesNotHave) {
  FakeHttpServer server([](const FakeRequest& request, FakeConnection& out) {
    if (request.method == "HEAD") {
      out.Send("HTTP/1.1 200 Fake\r\nContent-Length: 5\r\n\r\n");
    } else {
      out.Send(FakeResponse(200, Listed("<Contents><Key>m</Key></Contents>")));
    }
  });
  Options options;
  options.endpoint = server.url();
  options.endpoint_source = "S3_ENDPOINT";
  options.anonymous = true;
  std::unique_ptr<Client> client = *Client::New(
      options, [](const char*) { return std::optional<std::string>(); });
  Result<PathInfo> info = StatPath(*client, *ParseUri("s3://models/m"));
  ASSERT_TRUE(info.ok()) << info.status().message;
  EXPECT_EQ(info->object.size, 5u);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
