// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/base/xml.h"

#include <expat.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tfs3 {
namespace s3 {

struct XmlElement {
  std::string name;
  std::string text;
  std::vector<XmlElement> children;
  bool closed = false;
};

namespace {

// Responses of S3 have four levels.
constexpr size_t kMaxLevels = 64;

std::string_view WithoutPrefix(std::string_view name) {
  return name.substr(name.find(':') + 1);
}

// Builds the tree of a document while Expat reads it.
class TreeBuilder {
 public:
  explicit TreeBuilder(XML_Parser parser) : parser_(parser) {
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, Start, End);
    XML_SetCharacterDataHandler(parser_, Characters);
    XML_SetSkippedEntityHandler(parser_, SkippedEntity);
  }

  // Returns null if the document ends before its root.
  const XmlElement* root() const {
    return document_.children.empty() ? nullptr : &document_.children.front();
  }

 private:
  static TreeBuilder& Of(void* builder) {
    return *static_cast<TreeBuilder*>(builder);
  }

  static void XMLCALL Start(void* builder, const XML_Char* name,
                            const XML_Char**) {
    TreeBuilder& self = Of(builder);
    if (self.open_.size() > kMaxLevels) {
      XML_StopParser(self.parser_, XML_FALSE);
      return;
    }
    std::vector<XmlElement>& siblings = self.open_.back()->children;
    siblings.emplace_back();
    siblings.back().name = WithoutPrefix(name);
    self.open_.push_back(&siblings.back());
  }

  static void XMLCALL End(void* builder, const XML_Char*) {
    TreeBuilder& self = Of(builder);
    self.open_.back()->closed = true;
    self.open_.pop_back();
  }

  static void XMLCALL Characters(void* builder, const XML_Char* text,
                                 int size) {
    Of(builder).open_.back()->text.append(text, static_cast<size_t>(size));
  }

  // An undeclared or external entity: its text is unknown.
  static void XMLCALL SkippedEntity(void* builder, const XML_Char*, int) {
    XML_StopParser(Of(builder).parser_, XML_FALSE);
  }

  const XML_Parser parser_;
  XmlElement document_;
  // The open elements. The pointers stay valid: a list of children grows only
  // while none of its elements is open.
  std::vector<XmlElement*> open_ = {&document_};
};

// Removes the bytes that Expat does not accept from both ends.
std::string_view Stripped(std::string_view document) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (document.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    document.remove_prefix(kByteOrderMark.size());
  }
  const size_t first = document.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  document.remove_prefix(first);
  // The last byte of a UTF-16 document may be zero.
  if (document.front() != '<') {
    return document;
  }
  return document.size() > 1 && document[1] == '\0'
             ? document
             : document.substr(0, document.find_last_not_of('\0') + 1);
}

}  // namespace

const std::string& XmlNode::name() const { return element_.name; }

bool XmlNode::Text(std::string& text) const {
  if (!element_.closed) {
    return false;
  }
  text = element_.text;
  return true;
}

bool XmlNode::Children(const XmlVisitor& visitor) const {
  for (const XmlElement& child : element_.children) {
    XmlNode node(child);
    if (!visitor(node)) {
      return false;
    }
  }
  return element_.closed;
}

bool ParseXml(const std::string& document, const XmlVisitor& visitor) {
  const std::string_view text = Stripped(document);
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>,
                        decltype(&XML_ParserFree)>
      parser(XML_ParserCreate(nullptr), XML_ParserFree);
  if (parser == nullptr) {
    return false;
  }
  TreeBuilder tree(parser.get());
  const bool well_formed =
      XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()),
                /*isFinal=*/1) == XML_STATUS_OK;
  if (tree.root() == nullptr) {
    return false;
  }
  XmlNode root(*tree.root());
  return visitor(root) && well_formed;
}

}  // namespace s3
}  // namespace tfs3
