// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/xml.h"

#include <cstddef>

#include "aws/common/allocator.h"
#include "aws/common/byte_buf.h"
#include "aws/common/error.h"
#include "aws/common/xml_parser.h"

namespace tfs3 {
namespace s3 {
namespace {

int Visit(aws_xml_node* node, void* visitor) {
  XmlNode wrapped(node);
  if ((*static_cast<const XmlVisitor*>(visitor))(wrapped)) {
    return AWS_OP_SUCCESS;
  }
  return aws_raise_error(AWS_ERROR_INVALID_XML);
}

void* AsUserData(const XmlVisitor& visitor) {
  return const_cast<XmlVisitor*>(&visitor);
}

}  // namespace

XmlNode::XmlNode(aws_xml_node* node) : node_(node) {
  const aws_byte_cursor cursor = aws_xml_node_get_name(node);
  name_.assign(reinterpret_cast<const char*>(cursor.ptr), cursor.len);
  // The CRT ends a name at the first space only.
  name_ = name_.substr(0, name_.find_first_of("\t\r\n"));
  if (!name_.empty() && name_.back() == '/') {
    empty_ = true;
    name_.pop_back();
  }
  const size_t colon = name_.find(':');
  if (colon != std::string::npos) name_ = name_.substr(colon + 1);
}

bool XmlNode::Text(std::string& text) {
  text.clear();
  if (empty_) return true;
  aws_byte_cursor body = {};
  if (aws_xml_node_as_body(node_, &body) != AWS_OP_SUCCESS) return false;
  if (body.len == 0) return true;
  aws_byte_buf unescaped;
  aws_byte_buf_init(&unescaped, aws_default_allocator(), body.len);
  const bool ok =
      aws_byte_buf_append_unescaped_xml(aws_default_allocator(), body,
                                        &unescaped) == AWS_OP_SUCCESS;
  if (ok) {
    text.assign(reinterpret_cast<const char*>(unescaped.buffer), unescaped.len);
  }
  aws_byte_buf_clean_up(&unescaped);
  return ok;
}

bool XmlNode::Children(const XmlVisitor& visitor) {
  if (empty_) return true;
  return aws_xml_node_traverse(node_, Visit, AsUserData(visitor)) ==
         AWS_OP_SUCCESS;
}

bool ParseXml(const std::string& document, const XmlVisitor& visitor) {
  if (document.empty()) return false;
  aws_xml_parser_options options = {};
  options.doc = aws_byte_cursor_from_array(document.data(), document.size());
  options.on_root_encountered = Visit;
  options.user_data = AsUserData(visitor);
  return aws_xml_parse(aws_default_allocator(), &options) == AWS_OP_SUCCESS;
}

}  // namespace s3
}  // namespace tfs3
