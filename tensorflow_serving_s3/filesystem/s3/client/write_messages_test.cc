// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/write_messages.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(WriteMessagesTest, EscapesKeys) {
  EXPECT_THAT(DeleteBody({"a&b<c>\"d\"", "line\r\n\tend"}),
              HasSubstr("<Object><Key>a&amp;b&lt;c&gt;&quot;d&quot;</Key>"
                        "</Object><Object><Key>line&#13;&#10;&#9;end</Key>"
                        "</Object><Quiet>true</Quiet></Delete>"));
}

TEST(WriteMessagesTest, RecognisesKeysThatXmlDoesNotSupport) {
  EXPECT_TRUE(FitsIntoXml("a b\t\n\r\xc3\xbc\xe4\xb8\xad\x7f"));
  EXPECT_FALSE(FitsIntoXml("a\x01"));
  EXPECT_FALSE(FitsIntoXml("\x1f"));
  EXPECT_FALSE(FitsIntoXml("a\xef\xbf\xbe"));
  EXPECT_FALSE(FitsIntoXml("\xef\xbf\xbf"));
  EXPECT_TRUE(FitsIntoXml("\xef\xbf\xbd"));
  EXPECT_TRUE(FitsIntoXml("\xef"));
}

TEST(WriteMessagesTest, ParsesUndeletedKeys) {
  Result<std::vector<DeleteFailure>> failures = ParseDeleteResult(
      "<?xml version=\"1.0\"?><DeleteResult><Deleted><Key>gone</Key></Deleted>"
      "<Error><Key>a&amp;b</Key><Code>AccessDenied</Code><Message>no</Message>"
      "</Error><Error><Key>c</Key><Code>InternalError</Code></Error>"
      "</DeleteResult>");
  ASSERT_TRUE(failures.ok()) << failures.status().message;
  ASSERT_EQ(failures->size(), 2u);
  EXPECT_EQ((*failures)[0].key, "a&b");
  EXPECT_EQ((*failures)[0].code, "AccessDenied");
  EXPECT_EQ((*failures)[0].message, "no");
  EXPECT_EQ((*failures)[1].key, "c");
  Result<std::vector<DeleteFailure>> none =
      ParseDeleteResult("<DeleteResult/>");
  ASSERT_TRUE(none.ok());
  EXPECT_THAT(*none, IsEmpty());
}

TEST(WriteMessagesTest, RejectsOtherResponses) {
  for (const std::string xml : {"", "<html>", "<DeleteResult><Error>",
                                "<Error><Code>x</Code></Error>"}) {
    EXPECT_FALSE(ParseDeleteResult(xml).ok()) << xml;
    EXPECT_FALSE(ParseUploadId(xml).ok()) << xml;
    EXPECT_FALSE(ParseEtag(xml).ok()) << xml;
  }
}

TEST(WriteMessagesTest, NumbersTheParts) {
  EXPECT_THAT(CompleteBody({"\"e1\"", "e2"}),
              HasSubstr("<Part><PartNumber>1</PartNumber><ETag>&quot;e1&quot;"
                        "</ETag></Part><Part><PartNumber>2</PartNumber><ETag>e2"
                        "</ETag></Part></CompleteMultipartUpload>"));
}

TEST(WriteMessagesTest, ParsesUploadIdsAndEtags) {
  EXPECT_EQ(*ParseUploadId("<InitiateMultipartUploadResult><Bucket>b</Bucket>"
                           "<UploadId>id</UploadId>"
                           "</InitiateMultipartUploadResult>"),
            "id");
  EXPECT_EQ(*ParseUploadId("<InitiateMultipartUpload><UploadId>id</UploadId>"
                           "</InitiateMultipartUpload>"),
            "id");
  EXPECT_EQ(*ParseEtag("\n \n<CopyPartResult><ETag>&quot;e&quot;</ETag>"
                       "</CopyPartResult>"),
            "\"e\"");
}

TEST(WriteMessagesTest, ParsesTheFormatsOfOtherStores) {
  const std::string kSpaced =
      "\xef\xbb\xbf<?xml version='1.0'?>\n<a:R xmlns:a='u'>\n <a:Other/>\n"
      " <a:UploadId>\n u1 "
      "</a:UploadId><a:ETag>\n&quot;e&quot;\n</a:ETag></a:R>";
  EXPECT_EQ(*ParseUploadId(kSpaced), "u1");
  EXPECT_EQ(*ParseEtag(kSpaced), "\"e\"");
  EXPECT_FALSE(ParseUploadId("<Error><Code>NoSuchUpload</Code><UploadId>u1"
                             "</UploadId></Error>")
                   .ok());
  Result<std::vector<DeleteFailure>> left = ParseDeleteResult(
      "<d:DeleteResult xmlns:d='u'><d:Deleted><d:Key>a</d:Key></d:Deleted>"
      "<d:Error><d:Message>no</d:Message><d:Code>AccessDenied</d:Code>"
      "<d:Key><![CDATA[b&]]></d:Key></d:Error></d:DeleteResult>");
  ASSERT_TRUE(left.ok()) << left.status().message;
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(left->front().key, "b&");
  EXPECT_EQ(left->front().code, "AccessDenied");
  EXPECT_TRUE(ParseDeleteResult("<DeleteObjectsResult/>").ok());
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
