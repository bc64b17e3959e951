// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_store.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/hash.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/base/text.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr char kNoSuchKey[] = "<Error><Code>NoSuchKey</Code></Error>";

// Returns the decoded value of a query parameter, or "".
std::string Parameter(const std::string& query, const std::string& name) {
  const std::string marked = "&" + query;
  const size_t found = marked.find("&" + name + "=");
  if (found == std::string::npos) {
    return "";
  }
  const size_t begin = found + name.size() + 2;
  return PercentDecoded(marked.substr(begin, marked.find('&', begin) - begin));
}

std::string InXml(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    escaped += c == '&' ? "&amp;" : std::string(1, c);
  }
  return escaped;
}

std::string Etag(const std::string& bytes) {
  return '"' + Sha256InHex(bytes).substr(0, 32) + '"';
}

// Returns the bytes for the Range "bytes=FIRST-LAST", or all bytes for "".
std::string Range(const std::string& bytes, const std::string& header) {
  if (header.empty()) {
    return bytes;
  }
  const size_t hyphen = header.find('-');
  const size_t first = std::stoul(header.substr(sizeof("bytes=") - 1));
  const size_t last = std::stoul(header.substr(hyphen + 1));
  return first < bytes.size() ? bytes.substr(first, last - first + 1) : "";
}

std::string Header(const FakeRequest& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

// "/models/a%20b" -> "a b".
std::string KeyOf(const std::string& path) {
  const size_t slash = path.find('/', 1);
  return slash == std::string::npos ? ""
                                    : PercentDecoded(path.substr(slash + 1));
}

}  // namespace

FakeStore::FakeStore(Behaviour behaviour)
    : behaviour_(behaviour),
      server_([this](const FakeRequest& request, FakeConnection& out) {
        out.Send(Respond(request));
      }) {}

std::unique_ptr<Client> FakeStore::NewClient() const {
  Options options;
  options.endpoint = server_.url();
  options.endpoint_source = "S3_ENDPOINT";
  options.anonymous = true;
  Result<std::unique_ptr<Client>> client = Client::New(
      options, [](const char*) { return std::optional<std::string>(); });
  EXPECT_TRUE(client.ok()) << client.status().message;
  return *std::move(client);
}

void FakeStore::SetFault(
    std::function<bool(const std::string& request)> fails) {
  std::lock_guard<std::mutex> lock(mutex_);
  fails_ = std::move(fails);
}

std::vector<std::string> FakeStore::keys() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> keys;
  for (const auto& [key, bytes] : objects_) {
    keys.push_back(key);
  }
  return keys;
}

std::string FakeStore::Get(const std::string& key) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = objects_.find(key);
  return found == objects_.end() ? "" : found->second;
}

void FakeStore::Put(const std::string& key, const std::string& bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  objects_[key] = bytes;
}

std::vector<std::string> FakeStore::Requests() const {
  std::vector<std::string> asked;
  for (const FakeRequest& request : server_.requests()) {
    asked.push_back(request.method + " " + request.path);
  }
  return asked;
}

std::string FakeStore::Respond(const FakeRequest& request) {
  const size_t mark = std::min(request.path.find('?'), request.path.size());
  const std::string key = KeyOf(request.path.substr(0, mark));
  const std::string query =
      mark < request.path.size() ? request.path.substr(mark + 1) : "";
  std::lock_guard<std::mutex> lock(mutex_);
  if (fails_ != nullptr && fails_(request.method + " " + request.path)) {
    return FakeResponse(500, "<Error><Code>InternalError</Code></Error>");
  }
  if (request.method == "PUT") {
    return HandlePut(request, key, query);
  }
  if (request.method == "POST") {
    return HandlePost(request, key, query);
  }
  if (request.method == "DELETE") {
    // Aborts an upload: its parts stay until the next upload begins.
    if (query.empty()) {
      objects_.erase(key);
    }
    return "HTTP/1.1 204 No Content\r\n\r\n";
  }
  if (!Parameter(query, "list-type").empty()) {
    return List(Parameter(query, "prefix"),
                !Parameter(query, "delimiter").empty());
  }
  return HandleGet(request, key);
}

std::string FakeStore::HandlePut(const FakeRequest& request,
                                 const std::string& key,
                                 const std::string& query) {
  const std::string source = Header(request, "x-amz-copy-source");
  const bool is_part = !query.empty();
  std::string bytes = request.body;
  const bool copied =
      !source.empty() && !(is_part && behaviour_.ignores_copied_parts);
  if (copied) {
    const auto found = objects_.find(KeyOf(source));
    if (found == objects_.end()) {
      return FakeResponse(404, kNoSuchKey);
    }
    bytes = Range(found->second, Header(request, "x-amz-copy-source-range"));
  }
  const std::string etag = Etag(bytes);
  if (is_part) {
    parts_[std::stoi(Parameter(query, "partNumber"))] = bytes;
  } else {
    const bool stripped =
        behaviour_.stores_markers_as_files && key.back() == '/';
    objects_[stripped ? key.substr(0, key.size() - 1) : key] = bytes;
  }
  return FakeResponse(200,
                      copied ? "<Copy><ETag>" + etag + "</ETag></Copy>" : "",
                      "ETag: " + etag + "\r\n");
}

std::string FakeStore::HandlePost(const FakeRequest& request,
                                  const std::string& key,
                                  const std::string& query) {
  if (query == "uploads") {
    parts_.clear();
    return FakeResponse(200, "<Upload><UploadId>" + std::to_string(++uploads_) +
                                 "</UploadId></Upload>");
  }
  if (query == "delete") {
    std::set<std::string> gone;
    for (const auto& [known, bytes] : objects_) {
      if (request.body.find("<Key>" + InXml(known) + "</Key>") !=
          std::string::npos) {
        gone.insert(known);
      }
    }
    for (const std::string& known : gone) {
      objects_.erase(known);
    }
    return FakeResponse(200, "<DeleteResult/>");
  }
  std::string whole;
  for (const auto& [number, bytes] : parts_) {
    whole += bytes;
  }
  objects_[key] = whole;
  return FakeResponse(200, "<Done><ETag>" + Etag(whole) + "</ETag></Done>");
}

std::string FakeStore::HandleGet(const FakeRequest& request,
                                 const std::string& key) {
  const auto found = objects_.find(key);
  const bool head = request.method == "HEAD";
  if (found == objects_.end()) {
    return head ? "HTTP/1.1 404 Fake\r\n\r\n" : FakeResponse(404, kNoSuchKey);
  }
  const std::string& whole = found->second;
  const std::string etag = "ETag: " + Etag(whole) + "\r\n";
  if (head) {
    return "HTTP/1.1 200 Fake\r\n" + etag +
           "Content-Length: " + std::to_string(whole.size()) + "\r\n\r\n";
  }
  const std::string range = Header(request, "range");
  const std::string bytes = Range(whole, range);
  if (range.empty()) {
    return FakeResponse(200, whole, etag);
  }
  const size_t first = std::stoul(range.substr(sizeof("bytes=") - 1));
  if (bytes.empty()) {
    return FakeResponse(
        416, "<Error><Code>InvalidRange</Code></Error>",
        "Content-Range: bytes */" + std::to_string(whole.size()) + "\r\n");
  }
  return FakeResponse(206, bytes,
                      etag + "Content-Range: bytes " + std::to_string(first) +
                          "-" + std::to_string(first + bytes.size() - 1) + "/" +
                          std::to_string(whole.size()) + "\r\n");
}

std::string FakeStore::List(const std::string& prefix, bool delimit) const {
  std::string contents;
  std::set<std::string> commons;
  for (const auto& [key, bytes] : objects_) {
    if (key.compare(0, prefix.size(), prefix) != 0) {
      continue;
    }
    const size_t slash = key.find('/', prefix.size());
    if (delimit && slash != std::string::npos) {
      commons.insert(key.substr(0, slash + 1));
      continue;
    }
    contents += "<Contents><Key>" + InXml(key) + "</Key><Size>" +
                std::to_string(bytes.size()) + "</Size><ETag>" + Etag(bytes) +
                "</ETag></Contents>";
  }
  for (const std::string& common : commons) {
    contents += "<CommonPrefixes><Prefix>" + InXml(common) +
                "</Prefix></CommonPrefixes>";
  }
  return FakeResponse(
      200, "<ListBucketResult><IsTruncated>false</IsTruncated>" + contents +
               "</ListBucketResult>");
}

}  // namespace s3
}  // namespace tfs3
