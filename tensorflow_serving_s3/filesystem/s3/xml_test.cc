// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/xml.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::vector<std::pair<std::string, std::string>> Texts(
    const std::string& document, bool* ok) {
  std::vector<std::pair<std::string, std::string>> texts;
  *ok = ParseXml(document, [&](XmlNode& root) {
    return root.Children([&](XmlNode& child) {
      std::string text;
      if (!child.Text(text)) return false;
      texts.emplace_back(child.name(), text);
      return true;
    });
  });
  return texts;
}

TEST(XmlTest, ReadsNamesAndUnescapedTexts) {
  bool ok = false;
  EXPECT_THAT(
      Texts("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<R xmlns=\"http://s3/\">\n <A>x &amp; &lt;y&gt; &quot;z"
            "&quot; &apos;</A><B>&#34;e&#x22;&#xFC;</B><C/><D></D></R>",
            &ok),
      ElementsAre(Pair("A", "x & <y> \"z\" '"), Pair("B", "\"e\"\xc3\xbc"),
                  Pair("C", ""), Pair("D", "")));
  EXPECT_TRUE(ok);
}

TEST(XmlTest, DropsNamespacePrefixesAttributesAndComments) {
  bool ok = false;
  EXPECT_THAT(Texts("<s:R xmlns:s=\"u\"><!-- <A>no</A> --><s:A t=\"1\">1"
                    "</s:A><s:B x=\"1\" y=\"2\">2</s:B></s:R>",
                    &ok),
              ElementsAre(Pair("A", "1"), Pair("B", "2")));
}

TEST(XmlTest, SkipsWhatTheVisitorLeavesAlone) {
  std::string found;
  EXPECT_TRUE(
      ParseXml("<R><Deep><Found>no</Found></Deep><Found>yes</Found></R>",
               [&](XmlNode& root) {
                 return root.Children([&](XmlNode& child) {
                   return child.name() != "Found" || child.Text(found);
                 });
               }));
  EXPECT_EQ(found, "yes");
}

TEST(XmlTest, RefusesWhatIsNotXml) {
  const std::vector<std::string> documents = {"",
                                              "plain text",
                                              "<R>",
                                              "<R><A>1</A>",
                                              "<R><A",
                                              "<R><A>1</B></R>",
                                              "<R><A>&bad;</A></R>",
                                              "<R><A>&#xZZ;</A></R>",
                                              "><"};
  for (const std::string& document : documents) {
    bool ok = true;
    Texts(document, &ok);
    EXPECT_FALSE(ok) << document;
  }
}

TEST(XmlTest, AVisitorCanEndTheParse) {
  int seen = 0;
  EXPECT_FALSE(ParseXml("<R><A>1</A><A>2</A></R>", [&](XmlNode& root) {
    return root.Children([&](XmlNode&) { return ++seen < 1; });
  }));
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
