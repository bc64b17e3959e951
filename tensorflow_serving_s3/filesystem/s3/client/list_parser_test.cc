// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/list_parser.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Page(const std::string& inside) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<ListBucketResult "
         "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" +
         inside + "</ListBucketResult>";
}

TEST(ListParserTest, ReadsObjectsAndCommonPrefixes) {
  Result<Listing> page = ParseListing(
      Page("<Name>models</Name><Prefix>half/</Prefix><KeyCount>3</KeyCount>"
           "<IsTruncated>false</IsTruncated>"
           "<Contents><Key>half/a</Key><LastModified>2026-01-31T12:00:01.000Z"
           "</LastModified><ETag>&quot;e1&quot;</ETag><Size>7</Size>"
           "<Owner><ID>x</ID></Owner></Contents>"
           "<Contents><Size>0</Size><Key>half/b</Key><ETag>e2</ETag></Contents>"
           "<CommonPrefixes><Prefix>half/1/</Prefix></CommonPrefixes>"
           "<CommonPrefixes><Prefix>half/2/</Prefix></CommonPrefixes>"));
  ASSERT_TRUE(page.ok()) << page.status().message;
  ASSERT_EQ(page->objects.size(), 2u);
  EXPECT_EQ(page->objects[0].key, "half/a");
  EXPECT_EQ(page->objects[0].info.size, 7u);
  EXPECT_EQ(page->objects[0].info.etag, "\"e1\"");
  EXPECT_EQ(page->objects[0].info.mtime_nsec, 1769860801000000000);
  EXPECT_EQ(page->objects[1].key, "half/b");
  EXPECT_EQ(page->objects[1].info.etag, "\"e2\"");
  EXPECT_EQ(page->objects[1].info.mtime_nsec, 0);
  EXPECT_THAT(page->common_prefixes, ElementsAre("half/1/", "half/2/"));
  EXPECT_FALSE(page->truncated);
}

TEST(ListParserTest, EmptyListing) {
  Result<Listing> page = ParseListing(Page("<Name>models</Name><Prefix/>"));
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE(page->objects.empty());
  EXPECT_TRUE(page->common_prefixes.empty());
}

TEST(ListParserTest, ATruncatedPageHasAToken) {
  Result<Listing> page = ParseListing(
      Page("<IsTruncated>true</IsTruncated><NextContinuationToken>a+b%2F&amp;="
           "</NextContinuationToken><EncodingType>url</EncodingType>"));
  ASSERT_TRUE(page.ok());
  EXPECT_TRUE(page->truncated);
  EXPECT_EQ(page->continuation_token, "a+b%2F&=");  // Never URL-encoded.
}

TEST(ListParserTest, DecodesOnlyEncodedKeys) {
  struct Case {
    std::string written, encoding, key;
  };
  const std::vector<Case> cases = {
      {"a+b%20c%2Bd%25e%C3%BC%0A", "url", "a b c+d%e\xc3\xbc\n"},
      {"a+b%20c", "", "a+b%20c"},
      {"a&amp;b &lt;", "", "a&b <"},
      {"a//b/../c/", "url", "a//b/../c/"},
  };
  for (const Case& c : cases) {
    Result<Listing> page = ParseListing(
        Page("<Contents><Key>" + c.written +
             "</Key><Size>1</Size></Contents><CommonPrefixes><Prefix>" +
             c.written + "</Prefix></CommonPrefixes><EncodingType>" +
             c.encoding + "</EncodingType>"));
    ASSERT_TRUE(page.ok()) << c.written;
    EXPECT_EQ(page->objects[0].key, c.key);
    EXPECT_EQ(page->common_prefixes[0], c.key);
  }
}

TEST(ListParserTest, KeepsBrokenEscapes) {
  Result<Listing> page = ParseListing(
      Page("<EncodingType>url</EncodingType><Contents><Key>%G1+a%2</Key><Size>1"
           "</Size></Contents>"));
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->objects[0].key, "%G1 a%2");
}

TEST(ListParserTest, AcceptsElementsInAnyOrderAndForm) {
  Result<Listing> page = ParseListing(
      "\xef\xbb\xbf<?xml version='1.0'?><!-- list -->\n"
      "<s3:ListBucketResult xmlns:s3='http://s3.amazonaws.com/doc/2006-03-01/'"
      " a='1'><s3:CommonPrefixes><s3:Prefix>b%2F</s3:Prefix>"
      "</s3:CommonPrefixes><s3:Contents><s3:StorageClass>DEEP_NEW"
      "</s3:StorageClass><s3:Size> \n7\t</s3:Size><s3:ETag>\n&quot;e&quot; "
      "</s3:ETag><s3:LastModified> 2026-01-31T13:00:01+01:00 </s3:LastModified>"
      "<s3:Key><![CDATA[a%26]]></s3:Key><s3:Owner/></s3:Contents>"
      "<s3:NextContinuationToken>\n t/1= </s3:NextContinuationToken>"
      "<s3:IsTruncated> True\n</s3:IsTruncated>"
      "<s3:EncodingType> URL </s3:EncodingType><s3:New><s3:Key>x</s3:Key>"
      "</s3:New></s3:ListBucketResult>");
  ASSERT_TRUE(page.ok()) << page.status().message;
  ASSERT_EQ(page->objects.size(), 1u);
  EXPECT_EQ(page->objects[0].key, "a&");
  EXPECT_TRUE(page->objects[0].has_size);
  EXPECT_EQ(page->objects[0].info.size, 7u);
  EXPECT_EQ(page->objects[0].info.etag, "\"e\"");
  EXPECT_EQ(page->objects[0].info.mtime_nsec, 1769860801000000000);
  EXPECT_THAT(page->common_prefixes, ElementsAre("b/"));
  EXPECT_TRUE(page->truncated);
  EXPECT_EQ(page->continuation_token, "t/1=");
  EXPECT_EQ(page->last_entry, "b/");
}

TEST(ListParserTest, AMissingSizeIsUnknown) {
  for (const std::string size : {"", "<Size/>", "<Size> </Size>"}) {
    Result<Listing> page =
        ParseListing(Page("<Contents><Key>a</Key>" + size + "</Contents>"));
    ASSERT_TRUE(page.ok()) << size;
    EXPECT_FALSE(page->objects[0].has_size) << size;
  }
}

TEST(ListParserTest, ReportsWhetherThereAreMorePages) {
  const std::string entry = "<Contents><Key>a</Key></Contents>";
  const std::string token = "<NextContinuationToken>t</NextContinuationToken>";
  struct Case {
    std::string inside;
    bool truncated;
  };
  const std::vector<Case> cases = {
      {"<IsTruncated>true</IsTruncated>", true},
      {"<IsTruncated>TRUE</IsTruncated>", true},
      {"<IsTruncated>1</IsTruncated>", true},
      {"<IsTruncated>False</IsTruncated>" + token, false},
      {"<IsTruncated>0</IsTruncated>", false},
      {"<IsTruncated/>" + token, true},
      {token, true},
      {"<NextMarker>a</NextMarker>", true},
      {"", false},
      {"<MaxKeys>1</MaxKeys>", false},
      {"<MaxKeys>2</MaxKeys>" + entry, false},
      {"<MaxKeys>1</MaxKeys>" + entry, true},
      {"<MaxKeys>1</MaxKeys><IsTruncated>false</IsTruncated>" + entry, false},
  };
  for (const Case& c : cases) {
    Result<Listing> page = ParseListing(Page(c.inside));
    ASSERT_TRUE(page.ok()) << c.inside;
    EXPECT_EQ(page->truncated, c.truncated) << c.inside;
  }
}

TEST(ListParserTest, AcceptsOtherNamesOfTheRoot) {
  for (const std::string name : {"ListBucketResult", "ListObjectsV2Result"}) {
    EXPECT_TRUE(ParseListing("<" + name + "/>").ok()) << name;
  }
}

TEST(ConformedTest, AppliesPrefixAndDelimiter) {
  Result<Listing> page = ParseListing(
      Page("<Contents><Key>m/a</Key></Contents><Contents><Key>m/d/1</Key>"
           "</Contents><Contents><Key>m/d/2/x</Key></Contents><Contents>"
           "<Key>m/</Key></Contents><Contents><Key>n</Key></Contents>"
           "<Contents><Key>M/x</Key></Contents>"
           "<CommonPrefixes><Prefix>m/d/</Prefix></CommonPrefixes>"
           "<CommonPrefixes><Prefix>m/e</Prefix></CommonPrefixes>"
           "<CommonPrefixes><Prefix>m/</Prefix></CommonPrefixes>"
           "<CommonPrefixes><Prefix>o/</Prefix></CommonPrefixes>"));
  ASSERT_TRUE(page.ok());
  const auto keys = [](const Listing& listing) {
    std::vector<std::string> keys;
    for (const ListedObject& object : listing.objects) {
      keys.push_back(object.key);
    }
    return keys;
  };
  const Listing level = ConformToRequest(*page, "m/", /*delimit=*/true);
  EXPECT_THAT(keys(level), ElementsAre("m/a", "m/"));
  EXPECT_THAT(level.common_prefixes, ElementsAre("m/d/", "m/e/"));
  EXPECT_THAT(keys(ConformToRequest(*page, "m/", /*delimit=*/false)),
              ElementsAre("m/a", "m/d/1", "m/d/2/x", "m/"));
  EXPECT_EQ(level.last_entry, "o/");
}

TEST(ListParserTest, RejectsOtherDocuments) {
  struct Case {
    std::string document, why;
  };
  const std::vector<Case> cases = {
      {"", "not XML"},
      {"OK", "not XML"},
      {"{\"Contents\": []}", "not XML"},
      {"<html><body>hello</body></html>", "a <html>, not a"},
      {"<!DOCTYPE html><html lang=\"en\"><br></html>", "a <html>, not a"},
      {"<Error><Code>InternalError</Code></Error>", "a <Error>, not a"},
      {"<ListBucketResult><Contents><Key>a</Key>", "malformed"},
      {Page("<Contents><Size>1</Size></Contents>"), "malformed"},
      {Page("<Contents><Key>a</Key><Size>-1</Size></Contents>"), "malformed"},
      {Page("<Contents><Key>a</Key><Size>1 2</Size></Contents>"), "malformed"},
      {Page("<IsTruncated>maybe</IsTruncated>"), "malformed"},
  };
  for (const Case& c : cases) {
    Result<Listing> page = ParseListing(c.document);
    ASSERT_FALSE(page.ok()) << c.document;
    EXPECT_EQ(page.status().code, TF_INTERNAL);
    EXPECT_THAT(page.status().message, HasSubstr(c.why)) << c.document;
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
