// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads the XML that S3 answers with.
//
//   std::string code;
//   bool is_xml = ParseXml(body, [&](XmlNode& root) {
//     return root.Children([&](XmlNode& child) {
//       return child.name() != "Code" || child.Text(code);
//     });
//   });
//
// Takes all of XML 1.0: declarations, comments, processing instructions, CDATA
// sections, document types with their entities, attributes, the encodings
// UTF-8, UTF-16, ISO-8859-1 and US-ASCII, a byte order mark. Fetches nothing
// that a document refers to. Also accepts white space before the declaration
// and zero bytes at the end. Names come without their namespace prefix.
//
// A visitor returns false to end the visit. It may leave a node alone, so
// unknown elements do no harm. Pure, thread-safe; nodes live as long as their
// visitor's call.
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

  // Stores the characters that stand directly inside the element. False when
  // the document ended, or broke a rule, before the end of the element.
  bool Text(std::string& text) const;

  // Visits the elements inside the element in their order. False when a visitor
  // returned false and, after all that could be read was visited, when the
  // document ended or broke a rule before the end of the element.
  bool Children(const XmlVisitor& visitor) const;

 private:
  const XmlElement& element_;
};

// Visits the root element, if the document got as far as that. False when
// `document` is not well-formed, or when a visitor returned false.
bool ParseXml(const std::string& document, const XmlVisitor& visitor);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_BASE_XML_H_
