// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/write_messages.h"

#include <cstddef>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/xml.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kNamespace[] = "http://s3.amazonaws.com/doc/2006-03-01/";

std::string Escape(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      // XML parsers normalise these characters if they are not escaped.
      case '\t':
        escaped += "&#9;";
        break;
      case '\n':
        escaped += "&#10;";
        break;
      case '\r':
        escaped += "&#13;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// Returns the text of the child `name` of the root. The name of the root
// depends on the store, and an <Error> may have a child of the same name.
Result<std::string> ParseText(const std::string& xml, const std::string& name) {
  std::string text;
  const bool well_formed = ParseXml(xml, [&](XmlNode& root) {
    return root.name() != "Error" && root.Children([&](XmlNode& child) {
      return child.name() != name || child.Text(text);
    });
  });
  text = Trimmed(text);
  if (well_formed && !text.empty()) {
    return text;
  }
  return Status{TF_INTERNAL, "the response has no <" + name + ">"};
}

}  // namespace

bool FitsIntoXml(const std::string& key) {
  for (size_t i = 0; i < key.size(); ++i) {
    const auto byte = static_cast<unsigned char>(key[i]);
    if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') {
      return false;
    }
    // U+FFFE and U+FFFF in UTF-8.
    if (byte == 0xef && key.compare(i + 1, 1, "\xbf") == 0 &&
        (key.compare(i + 2, 1, "\xbe") == 0 ||
         key.compare(i + 2, 1, "\xbf") == 0)) {
      return false;
    }
  }
  return true;
}

std::string DeleteBody(const std::vector<std::string>& keys) {
  std::string body = std::string("<Delete xmlns=\"") + kNamespace + "\">";
  for (const std::string& key : keys) {
    body += "<Object><Key>" + Escape(key) + "</Key></Object>";
  }
  return body + "<Quiet>true</Quiet></Delete>";
}

Result<std::vector<DeleteFailure>> ParseDeleteResult(const std::string& xml) {
  std::vector<DeleteFailure> failures;
  bool expected = false;
  const auto read_error = [&](XmlNode& error) {
    failures.emplace_back();
    DeleteFailure& object = failures.back();
    return error.Children([&](XmlNode& child) {
      if (child.name() == "Key") {
        return child.Text(object.key);
      }
      if (child.name() == "Code") {
        return child.Text(object.code);
      }
      if (child.name() == "Message") {
        return child.Text(object.message);
      }
      return true;
    });
  };
  const bool well_formed = ParseXml(xml, [&](XmlNode& root) {
    // Stores use different names, all with this beginning.
    expected = root.name().compare(0, 6, "Delete") == 0;
    return expected && root.Children([&](XmlNode& child) {
      return child.name() != "Error" || read_error(child);
    });
  });
  if (well_formed && expected) {
    return failures;
  }
  return Status{TF_INTERNAL, "the response is not a complete <DeleteResult>"};
}

std::string CompleteBody(const std::vector<std::string>& etags) {
  std::string body =
      std::string("<CompleteMultipartUpload xmlns=\"") + kNamespace + "\">";
  for (size_t i = 0; i < etags.size(); ++i) {
    body += "<Part><PartNumber>" + std::to_string(i + 1) +
            "</PartNumber><ETag>" + Escape(etags[i]) + "</ETag></Part>";
  }
  return body + "</CompleteMultipartUpload>";
}

Result<std::string> ParseUploadId(const std::string& xml) {
  return ParseText(xml, "UploadId");
}

Result<std::string> ParseEtag(const std::string& xml) {
  return ParseText(xml, "ETag");
}

}  // namespace s3
}  // namespace tfs3
