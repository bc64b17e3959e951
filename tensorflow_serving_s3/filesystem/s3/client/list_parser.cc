// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/list_parser.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/base/text.h"
#include "tensorflow_serving_s3/filesystem/s3/base/xml.h"

namespace tfs3 {
namespace s3 {
namespace {

bool ReadTrimmed(XmlNode& node, std::string& text) {
  if (!node.Text(text)) {
    return false;
  }
  text = Trimmed(text);
  return true;
}

// Some stores omit the quotes here, but not in headers.
bool ReadEtag(XmlNode& node, std::string& etag) {
  if (!ReadTrimmed(node, etag)) {
    return false;
  }
  if (!etag.empty() && etag.back() != '"') {
    etag = '"' + etag + '"';
  }
  return true;
}

bool ReadSize(XmlNode& node, ListedObject& object) {
  std::string text;
  if (!ReadTrimmed(node, text)) {
    return false;
  }
  if (text.empty()) {
    return true;
  }
  const std::optional<uint64_t> size = ParseUnsigned(text);
  object.has_size = size.has_value();
  object.info.size = size.value_or(0);
  return object.has_size;
}

bool ReadObject(XmlNode& contents, ListedObject& object) {
  const bool well_formed = contents.Children([&](XmlNode& child) {
    if (child.name() == "Key") {
      return child.Text(object.key);
    }
    if (child.name() == "Size") {
      return ReadSize(child, object);
    }
    if (child.name() == "ETag") {
      return ReadEtag(child, object.info.etag);
    }
    if (child.name() == "LastModified") {
      std::string text;
      if (!ReadTrimmed(child, text)) {
        return false;
      }
      object.info.mtime_nsec = ParseTime(text);
    }
    return true;
  });
  return well_formed && !object.key.empty();
}

// Reads an XML Schema boolean in any case. An empty element leaves `value`
// unset.
bool ReadBoolean(XmlNode& node, std::optional<bool>& value) {
  std::string text;
  if (!ReadTrimmed(node, text)) {
    return false;
  }
  text = Lowercase(std::move(text));
  if (text == "true" || text == "1") {
    value = true;
  }
  if (text == "false" || text == "0") {
    value = false;
  }
  return value.has_value() || text.empty();
}

bool ReadCommonPrefixes(XmlNode& node, std::vector<std::string>& prefixes) {
  return node.Children([&](XmlNode& child) {
    if (child.name() != "Prefix") {
      return true;
    }
    prefixes.emplace_back();
    return child.Text(prefixes.back());
  });
}

// The properties of a listing apart from its entries.
struct Envelope {
  std::optional<bool> truncated;
  std::optional<uint64_t> max_keys;
  bool url_encoded = false;
};

bool ReadListing(XmlNode& root, Listing& listing, Envelope& envelope) {
  return root.Children([&](XmlNode& child) {
    std::string text;
    if (child.name() == "Contents") {
      listing.objects.emplace_back();
      return ReadObject(child, listing.objects.back());
    }
    if (child.name() == "CommonPrefixes") {
      return ReadCommonPrefixes(child, listing.common_prefixes);
    }
    if (child.name() == "IsTruncated") {
      return ReadBoolean(child, envelope.truncated);
    }
    if (child.name() == "NextContinuationToken") {
      return ReadTrimmed(child, listing.continuation_token);
    }
    if (child.name() == "NextMarker") {
      return child.Text(listing.next_marker);
    }
    if (child.name() == "EncodingType") {
      if (!ReadTrimmed(child, text)) {
        return false;
      }
      envelope.url_encoded = Lowercase(std::move(text)) == "url";
    } else if (child.name() == "MaxKeys") {
      if (!ReadTrimmed(child, text)) {
        return false;
      }
      envelope.max_keys = ParseUnsigned(text);
    }
    return true;
  });
}

Status Malformed(const std::string& what) {
  return {TF_INTERNAL, "the response to the list request is " + what};
}

void UrlDecode(std::string& text) {
  text = PercentDecoded(text, PlusSign::kSpace);
}

std::string LastEntry(const Listing& listing) {
  std::string last;
  for (const ListedObject& object : listing.objects) {
    last = std::max(last, object.key);
  }
  for (const std::string& prefix : listing.common_prefixes) {
    last = std::max(last, prefix);
  }
  return last;
}

bool BeginsWith(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

}  // namespace

Result<Listing> ParseListing(const std::string& xml) {
  Listing listing;
  Envelope envelope;
  std::string root_name;
  bool is_list = false;
  const bool well_formed = ParseXml(xml, [&](XmlNode& root) {
    root_name = root.name();
    // Stores use different names, all with this beginning.
    is_list = BeginsWith(root_name, "List");
    return is_list && ReadListing(root, listing, envelope);
  });
  if (!well_formed) {
    if (root_name.empty()) {
      return Malformed("not XML");
    }
    if (!is_list) {
      return Malformed("a <" + root_name + ">, not a <ListBucketResult>");
    }
    return Malformed("malformed or incomplete XML");
  }
  const size_t entries =
      listing.objects.size() + listing.common_prefixes.size();
  const bool is_full =
      entries > 0 && entries >= envelope.max_keys.value_or(entries + 1);
  listing.truncated = envelope.truncated.value_or(
      is_full || !listing.continuation_token.empty() ||
      !listing.next_marker.empty());
  if (envelope.url_encoded) {
    for (ListedObject& object : listing.objects) {
      UrlDecode(object.key);
    }
    for (std::string& prefix : listing.common_prefixes) {
      UrlDecode(prefix);
    }
    UrlDecode(listing.next_marker);
  }
  listing.last_entry = LastEntry(listing);
  return listing;
}

Listing ConformToRequest(Listing listing, const std::string& prefix,
                         bool delimit) {
  std::vector<ListedObject> objects;
  std::vector<std::string> common_prefixes;
  std::set<std::string> seen;
  const auto add_common = [&](const std::string& key, size_t slash) {
    std::string common = key.substr(0, slash) + '/';
    if (seen.insert(common).second) {
      common_prefixes.push_back(std::move(common));
    }
  };
  for (ListedObject& object : listing.objects) {
    if (!BeginsWith(object.key, prefix)) {
      continue;
    }
    const size_t slash =
        delimit ? object.key.find('/', prefix.size()) : std::string::npos;
    if (slash == std::string::npos) {
      objects.push_back(std::move(object));
    } else {
      add_common(object.key, slash);
    }
  }
  for (const std::string& common : listing.common_prefixes) {
    if (common.size() > prefix.size() && BeginsWith(common, prefix)) {
      add_common(common, common.find('/', prefix.size()));
    }
  }
  listing.objects = std::move(objects);
  listing.common_prefixes = std::move(common_prefixes);
  return listing;
}

}  // namespace s3
}  // namespace tfs3
