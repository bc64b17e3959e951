// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Parses the XML of S3's responses.
//
//   std::string code;
//   bool is_xml = ParseXml(body, [&](XmlNode& root) {
//     return root.Children([&](XmlNode& child) {
//       return child.name() != "Code" || child.Text(code);
//     });
//   });
//
// Supports XML 1.0 with the encodings UTF-8, UTF-16, ISO-8859-1 and US-ASCII,
// and a byte order mark. Does not load external entities. Accepts white space
// before the declaration and zero bytes at the end. Removes namespace prefixes
// from names.
//
// A visitor returns false to end the visit. It may ignore a node. Pure,
// thread-safe; a node is valid during the call of its visitor.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_XML_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_XML_H_

#include <functional>
#include <string>

namespace tfs3 {
namespace s3 {

class XmlNode;
using XmlVisitor = std::function<bool(XmlNode& node)>;
struct XmlElement;

class XmlNode {
 public:
  explicit XmlNode(const XmlElement& element) : element_(element) {}

  const std::string& name() const;

  // Stores the characters of the element, without its children's. Returns false
  // if the document has an error or ends before the end of the element.
  bool Text(std::string& text) const;

  // Visits the children of the element in their order. Returns false if a
  // visitor returned false, or if the document has an error or ends before the
  // end of the element; then it has visited the children before the error.
  bool Children(const XmlVisitor& visitor) const;

 private:
  const XmlElement& element_;
};

// Visits the root element, if there is one. Returns false if `document` is not
// well-formed, or if a visitor returned false.
bool ParseXml(const std::string& document, const XmlVisitor& visitor);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_XML_H_
