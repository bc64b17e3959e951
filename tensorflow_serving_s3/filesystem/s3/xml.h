// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reading the XML that S3 answers with, in one pass, over the parser of the AWS
// Common Runtime.
//
//   std::string code;
//   bool is_xml = ParseXml(body, [&](XmlNode& root) {
//     return root.Children([&](XmlNode& child) {
//       return child.name() != "Code" || child.Text(code);
//     });
//   });
//
// A visitor returns false to end the parse. It may take a node's text or its
// children, once, or leave the node alone: that skips it, so unknown elements
// do no harm. Names come without their namespace prefix. Pure, thread-safe;
// nodes live as long as their visitor's call.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_XML_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_XML_H_

#include <functional>
#include <string>

struct aws_xml_node;

namespace tfs3 {
namespace s3 {

class XmlNode;
using XmlVisitor = std::function<bool(XmlNode& node)>;

class XmlNode {
 public:
  explicit XmlNode(aws_xml_node* node);

  const std::string& name() const { return name_; }

  // Stores the text inside the element, entities replaced. False when it is
  // malformed.
  bool Text(std::string& text);

  // Visits the elements inside the element in their order. False when it is
  // malformed or a visitor returned false.
  bool Children(const XmlVisitor& visitor);

 private:
  aws_xml_node* node_;
  std::string name_;
  bool empty_ = false;  // <Name/>
};

// Visits the root element. False when `document` is not well-formed as far as
// it was visited, or when a visitor returned false.
bool ParseXml(const std::string& document, const XmlVisitor& visitor);

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_XML_H_
