// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/testing/faulty_store.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>

namespace tfs3 {
namespace s3 {
namespace {

std::string GoodResponse(const FakeRequest& request) {
  if (request.path.find("list-type=2") != std::string::npos) {
    return FakeResponse(200,
                        "<ListBucketResult><Contents><Key>read/1000</Key>"
                        "<Size>1000</Size></Contents></ListBucketResult>");
  }
  const std::string& content =
      Content(std::stoul(request.path.substr(sizeof("/models/read/") - 1)));
  if (request.method == "HEAD") {
    return "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: " +
           std::to_string(content.size()) + "\r\n\r\n";
  }
  size_t first = 0, last = 0;
  std::sscanf(request.headers.at("range").c_str(), "bytes=%zu-%zu", &first,
              &last);
  last = std::min(last, content.size() - 1);
  return FakeResponse(206, content.substr(first, last - first + 1),
                      "ETag: \"e\"\r\nContent-Range: bytes " +
                          std::to_string(first) + "-" + std::to_string(last) +
                          "/" + std::to_string(content.size()) + "\r\n");
}

}  // namespace

char ByteAt(uint64_t offset) {
  return static_cast<char>((offset * 2654435761u) >> 16);
}

const std::string& Content(size_t size) {
  static const std::string* const longest = [] {
    auto* bytes = new std::string(kSizes.back(), '\0');
    for (size_t i = 0; i < bytes->size(); ++i) {
      (*bytes)[i] = ByteAt(i);
    }
    return bytes;
  }();
  static const auto* const contents = [] {
    auto* map = new std::map<size_t, std::string>();
    for (size_t s : kSizes) {
      (*map)[s] = longest->substr(0, s);
    }
    return map;
  }();
  return contents->at(size);
}

FaultyStore::FaultyStore()
    : server_([this](const FakeRequest& request, FakeConnection& out) {
        Respond(request, out);
      }) {}

void FaultyStore::Respond(const FakeRequest& request, FakeConnection& out) {
  if (request.path == "/credentials") {
    return GiveCredentials(out);
  }
  const std::string response = GoodResponse(request);
  const uint64_t number = ++requests_;
  switch (number * 2654435761u % 4294967291u % 40) {
    case 0:
    case 1:
      return out.Send(
          FakeResponse(503, "<Error><Code>SlowDown</Code></Error>"));
    case 2:
    case 3:
      out.Send(response.substr(0, response.size() / 2));
      return out.Close();
    case 4:
      return out.Close();
    case 5:
      out.Send(response.substr(0, response.size() - 1));
      return out.Hang();
    case 6:
      return out.Hang();
    case 7:
      return out.Send(FakeResponse(403, "<html>no</html>"));
    default:
      return out.Send(response);
  }
}

void FaultyStore::GiveCredentials(FakeConnection& out) {
  const std::time_t expiration = std::time(nullptr) + 1;
  std::tm utc = {};
  gmtime_r(&expiration, &utc);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
  ++credentials_given_;
  out.Send(FakeResponse(200,
                        "{\"AccessKeyId\":\"k\",\"SecretAccessKey\":\"s\","
                        "\"Token\":\"t\",\"Expiration\":\"" +
                            std::string(text) + "\"}"));
}

}  // namespace s3
}  // namespace tfs3
