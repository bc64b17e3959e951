// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/xml.h"

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
      if (!child.Text(text)) {
        return false;
      }
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

TEST(XmlTest, SkipsIgnoredNodes) {
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

TEST(XmlTest, ReadsAllFormsOfXml) {
  const std::string kBom = "\xef\xbb\xbf";
  struct Case {
    std::string document, text;
  };
  const std::vector<Case> cases = {
      {"<R><A>1</A></R>", "1"},
      {kBom + "<?xml version=\"1.0\" encoding=\"UTF-8\"?><R><A>1</A></R>", "1"},
      {kBom + "<R><A>1</A></R>", "1"},
      {"\r\n <?xml version='1.0' standalone='yes'?><R><A>1</A></R>\n\n", "1"},
      {"<R><A>1</A></R><!-- end --><?pi?>\n", "1"},
      {std::string("<R><A>1</A></R>\n\0", 17), "1"},
      {"<R\n><A\n\t>1</A\n></R >", "1"},
      {"<R><A a='1' b=\"2\" c = '3' d='' e='' f='' g='' h='' i='' j='' k=''"
       " l=''>1</A></R>",
       "1"},
      {"<R a='>' b=\"</R>\"><A c='<!--'>1</A></R>", ""},
      {"<R a='>' b=\">\"><A c='/>'>1</A></R>", "1"},
      {"<a:R xmlns:a='u'><a:A>1</a:A></a:R>", "1"},
      {"<R><B><A>no</A></B><A>1</A></R>", "1"},
      {"<R><A><![CDATA[a<b&amp;]]></A></R>", "a<b&amp;"},
      {"<R><A>a<![CDATA[]]]]><![CDATA[>]]>b</A></R>", "a]]>b"},
      {"<R><A>a<!-- </A> -->b<?pi </A>?>c</A></R>", "abc"},
      {"<R><A>&#13;&#x0D;&#x0d;&#10;&#9;</A></R>", "\r\r\r\n\t"},
      {"<R><A>&lt;&gt;&amp;&quot;&apos;</A></R>", "<>&\"'"},
      {"<R><A>&amp;lt;&#38;#38;</A></R>", "&lt;&#38;"},
      {"<R><A>&#x1F600;&#252;</A></R>", "\xf0\x9f\x98\x80\xc3\xbc"},
      {"<R><A> 1 \n</A></R>", " 1 \n"},
      {"<R><A>a\r\nb\rc</A></R>", "a\nb\nc"},
      {"<!DOCTYPE R><R><A>1</A></R>", "1"},
      {"<!DOCTYPE R SYSTEM \"http://127.0.0.1:1/r.dtd\"><R><A>1</A></R>", "1"},
      {"<!DOCTYPE R [<!ENTITY e \"x&#38;#38;y\"><!ELEMENT R ANY>]>"
       "<R><A>&e;</A></R>",
       "x&y"},
      {"<?xml version='1.0' encoding='ISO-8859-1'?><R><A>\xfc</A></R>",
       "\xc3\xbc"},
      {std::string("\xff\xfe<\0R\0>\0<\0A\0>\0\xfc\0<\0/\0A\0>\0<\0/\0R"
                   "\0>\0",
                   32),
       "\xc3\xbc"},
  };
  for (const Case& c : cases) {
    bool ok = false;
    std::string found;
    ok = ParseXml(c.document, [&](XmlNode& root) {
      return root.name() == "R" && root.Children([&](XmlNode& child) {
        return child.name() != "A" || child.Text(found);
      });
    });
    // An attribute value must not contain "<".
    EXPECT_EQ(ok, !c.text.empty()) << c.document;
    EXPECT_EQ(found, c.text) << c.document;
  }
}

TEST(XmlTest, RejectsEntityExpansionAttacks) {
  std::string lols = "<!DOCTYPE R [<!ENTITY l0 \"lollollollollollollollol\">";
  for (int i = 1; i < 12; ++i) {
    lols += "<!ENTITY l" + std::to_string(i) + " \"";
    for (int j = 0; j < 10; ++j) {
      lols += "&l" + std::to_string(i - 1) + ";";
    }
    lols += "\">";
  }
  bool ok = true;
  Texts(lols + "]><R><A>&l11;</A></R>", &ok);
  EXPECT_FALSE(ok);
  std::string deep;
  for (int i = 0; i < 100000; ++i) {
    deep += "<R>";
  }
  for (int i = 0; i < 100000; ++i) {
    deep += "</R>";
  }
  Texts(deep, &ok);
  EXPECT_FALSE(ok);
}

TEST(XmlTest, ReadsTheCompleteElementsOfACutDocument) {
  std::vector<std::string> texts;
  EXPECT_FALSE(ParseXml("<R><A>1</A><A>2</A><A>3", [&](XmlNode& root) {
    return root.Children([&](XmlNode& child) {
      std::string text;
      if (!child.Text(text)) {
        return false;
      }
      texts.push_back(text);
      return true;
    });
  }));
  EXPECT_THAT(texts, ElementsAre("1", "2"));
}

TEST(XmlTest, RejectsOtherTexts) {
  const std::vector<std::string> documents = {"",
                                              "plain text",
                                              "<R>",
                                              "<R><A>1</A>",
                                              "<R><A",
                                              "<R><A>1</B></R>",
                                              "<R><A>&bad;</A></R>",
                                              "<R><A>&#xZZ;</A></R>",
                                              "<!DOCTYPE R SYSTEM 'r.dtd'>"
                                              "<R><A>&far;</A></R>",
                                              "<R><A>1</A></R><R/>",
                                              "><"};
  for (const std::string& document : documents) {
    bool ok = true;
    Texts(document, &ok);
    EXPECT_FALSE(ok) << document;
  }
}

TEST(XmlTest, AVisitorCanEndTheVisit) {
  int seen = 0;
  EXPECT_FALSE(ParseXml("<R><A>1</A><A>2</A></R>", [&](XmlNode& root) {
    return root.Children([&](XmlNode&) { return ++seen < 1; });
  }));
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
