// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes text that the S3 file system parses: URLs, the XML of lists, answers
// to writes and errors, and the files of the AWS CLI. Uses every input as each
// of them.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_file.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"
#include "tensorflow_serving_s3/filesystem/s3/client/list_parser.h"
#include "tensorflow_serving_s3/filesystem/s3/client/write_messages.h"
#include "tensorflow_serving_s3/filesystem/s3/http/error_classes.h"
#include "tensorflow_serving_s3/filesystem/s3/http/errors.h"
#include "tensorflow_serving_s3/filesystem/s3/http/http_error.h"
#include "tests/fuzz/expect.h"

namespace {

using tfs3::fuzz::Expect;
using tfs3::s3::AwsFile;
using tfs3::s3::DirectoryPrefix;
using tfs3::s3::HttpError;
using tfs3::s3::ListedObject;
using tfs3::s3::Listing;
using tfs3::s3::RequestContext;
using tfs3::s3::Result;
using tfs3::s3::S3Uri;

void TakeAsUri(const std::string& text) {
  const Result<S3Uri> uri = tfs3::s3::ParseUri(text);
  if (!uri.ok()) {
    // Refuses ARNs of services other than S3.
    const bool is_arn = text.find("://arn:") != std::string::npos;
    Expect(uri.status().code == TF_INVALID_ARGUMENT ||
               (is_arn && uri.status().code == TF_UNIMPLEMENTED),
           "what is no S3 URL is an invalid argument");
    Expect(!uri.status().message.empty(), "an error says what is wrong");
    return;
  }
  Expect(!uri->bucket.empty() && uri->bucket != "." && uri->bucket != "..",
         "a bucket has a name");
  Expect(uri->key.size() <= 1024, "a key has at most 1024 bytes");
  Expect(uri->ToString() == text || uri->ToString() == text + "/",
         "a URL is written as it was read");
  const Result<S3Uri> again = tfs3::s3::ParseUri(uri->ToString());
  Expect(again.ok() && again->scheme == uri->scheme &&
             again->bucket == uri->bucket && again->key == uri->key,
         "a URL that is written parses to the same");
  const std::string prefix = DirectoryPrefix(uri->key);
  Expect(prefix.empty() == uri->key.empty() &&
             (prefix.empty() || prefix.back() == '/') &&
             prefix.compare(0, uri->key.size(), uri->key) == 0,
         "what a directory's keys begin with is its key and one slash");
  Expect(DirectoryPrefix(prefix) == prefix, "a prefix is its own prefix");
}

std::string UrlEncoded(const std::string& text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return encoded;
}

std::string XmlEscaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '\r') {
      escaped += "&#13;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// Writes the listing as a store does, without times.
std::string Write(const Listing& listing) {
  std::string xml =
      "<?xml version=\"1.0\"?><ListBucketResult>"
      "<EncodingType>url</EncodingType><IsTruncated>";
  xml += listing.truncated ? "true" : "false";
  xml += "</IsTruncated><NextContinuationToken>" +
         XmlEscaped(listing.continuation_token) +
         "</NextContinuationToken><NextMarker>" +
         UrlEncoded(listing.next_marker) + "</NextMarker>";
  for (const ListedObject& object : listing.objects) {
    xml += "<Contents><Key>" + UrlEncoded(object.key) + "</Key><Size>" +
           (object.has_size ? std::to_string(object.info.size) : "") +
           "</Size><ETag>" + XmlEscaped(object.info.etag) +
           "</ETag></Contents>";
  }
  for (const std::string& prefix : listing.common_prefixes) {
    xml += "<CommonPrefixes><Prefix>" + UrlEncoded(prefix) +
           "</Prefix></CommonPrefixes>";
  }
  return xml + "</ListBucketResult>";
}

void TakeAsList(const std::string& text) {
  const Result<Listing> listing = tfs3::s3::ParseListing(text);
  if (!listing.ok()) {
    Expect(listing.status().code == TF_INTERNAL &&
               !listing.status().message.empty(),
           "a response that is no list says what is wrong");
    return;
  }
  const std::string written = Write(*listing);
  const Result<Listing> again = tfs3::s3::ParseListing(written);
  Expect(again.ok(), "a list that is written parses", written);
  Expect(again->truncated == listing->truncated &&
             again->continuation_token == listing->continuation_token &&
             again->next_marker == listing->next_marker &&
             again->last_entry == listing->last_entry &&
             again->common_prefixes == listing->common_prefixes &&
             again->objects.size() == listing->objects.size(),
         "a list that is written parses to the same", written);
  for (size_t i = 0; i < listing->objects.size(); ++i) {
    const ListedObject& object = listing->objects[i];
    const ListedObject& other = again->objects[i];
    Expect(object.key == other.key && object.has_size == other.has_size &&
               object.info.size == other.info.size &&
               object.info.etag == other.info.etag,
           "an object that is written parses to the same", written);
  }
}

// Parses the response as a list of the directory "a".
void TakeAsPage(const std::string& text) {
  const Result<Listing> listing = tfs3::s3::ParseListing(text);
  if (!listing.ok()) {
    return;
  }
  const std::string prefix = "a/";
  const Listing page = tfs3::s3::ConformToRequest(*listing, prefix, true);
  for (const ListedObject& object : page.objects) {
    Expect(object.key.compare(0, prefix.size(), prefix) == 0 &&
               object.key.find('/', prefix.size()) == std::string::npos,
           "an object of a page is directly inside of the directory");
  }
  for (const std::string& common : page.common_prefixes) {
    Expect(common.size() > prefix.size() &&
               common.compare(0, prefix.size(), prefix) == 0 &&
               common.find('/', prefix.size()) == common.size() - 1,
           "a common prefix of a page is one level deeper");
  }
}

void TakeAsWriteResponse(const std::string& text) {
  const Result<std::string> id = tfs3::s3::ParseUploadId(text);
  Expect(id.ok() ? !id->empty() : !id.status().message.empty(),
         "a response has an upload ID, or says that it has none");
  const Result<std::string> etag = tfs3::s3::ParseEtag(text);
  Expect(etag.ok() ? !etag->empty() : !etag.status().message.empty(),
         "a response has an ETag, or says that it has none");
  tfs3::s3::ParseDeleteResult(text);
}

RequestContext Context() {
  RequestContext context;
  context.uri = {"s3", "models", "half/1/saved_model.pb"};
  context.operation = "GetObject";
  context.action = "s3:GetObject";
  context.endpoint.host = "localhost";
  context.endpoint_source = "S3_ENDPOINT";
  context.region = "eu-west-1";
  context.region_source = "AWS_REGION";
  context.credentials_source = "the environment";
  return context;
}

void TakeAsError(const std::string& text) {
  static const RequestContext context = Context();
  HttpError error = tfs3::s3::ParseErrorBody(text);
  Expect(error.code.empty() ? error.text == text : error.text.empty(),
         "a body is an S3 error or kept as it is");
  constexpr int kStatuses[] = {301, 400, 401, 403, 404, 409, 412, 416, 503};
  error.status = kStatuses[text.size() % std::size(kStatuses)];
  tfs3::s3::IsRetryable(error);
  const tfs3::s3::Status told = tfs3::s3::FromHttpError(context, error);
  Expect(!told.ok(), "an HTTP error is an error");
  Expect(told.message.find(context.uri.ToString()) != std::string::npos,
         "an error names the resource", told.message);
}

void TakeAsAwsFile(const std::string& text) {
  const Result<AwsFile> file = AwsFile::Parse(text);
  if (!file.ok()) {
    Expect(file.status().code == TF_FAILED_PRECONDITION &&
               file.status().message.compare(0, 5, "line ") == 0,
           "an error in an AWS file names its line", file.status().message);
    return;
  }
  for (const AwsFile::Section& section : file->sections()) {
    Expect(!section.name.empty(), "a section has a name");
    tfs3::s3::NameInHeader(section.name);
    for (const auto& [key, value] : section.values) {
      Expect(!key.empty() && section.Has(key), "a value has a name");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // The AWS Common Runtime parses errors in JSON.
  static const bool started = tfs3::s3::AwsRuntime::Get().ok();
  Expect(started, "the AWS Common Runtime starts");
  const std::string text(reinterpret_cast<const char*>(data), size);
  TakeAsUri(text);
  TakeAsList(text);
  TakeAsPage(text);
  TakeAsWriteResponse(text);
  TakeAsError(text);
  TakeAsAwsFile(text);
  return 0;
}
