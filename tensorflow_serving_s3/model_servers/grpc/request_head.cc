// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/request_head.h"

#include "tensorflow_serving_s3/model_servers/grpc/wire_text.h"

namespace tfs3::grpc {
namespace {

constexpr std::string_view kBinarySuffix = "-bin";

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         text.substr(text.size() - end.size()) == end;
}

}  // namespace

RequestHead::RequestHead(const net::http2::HeaderList& headers) {
  for (size_t i = 0; i < headers.size(); ++i) {
    Read(headers[i].name, headers[i].value);
  }
}

void RequestHead::Read(std::string_view name, std::string_view value) {
  if (name == ":path") {
    path_ = value;
  } else if (name == ":method") {
    is_head_ = value == "HEAD";
    if (value != "POST") {
      http_status_ = 405;
    }
  } else if (name == "content-type") {
    if (IsGrpcContentType(value) && http_status_ == 415) {
      http_status_ = 200;
    }
  } else if (name == "grpc-timeout") {
    const auto timeout = ParseTimeout(value);
    if (timeout.has_value()) {
      deadline_ =
          std::chrono::system_clock::now() +
          std::chrono::duration_cast<std::chrono::system_clock::duration>(
              *timeout);
    } else {
      Fail(Code::kInternal, "grpc-timeout is not valid");
    }
  } else if (name == "grpc-encoding") {
    if (const auto coding = ParseCoding(value); coding.has_value()) {
      coding_ = *coding;
    } else {
      Fail(Code::kUnimplemented, "this server does not support grpc-encoding " +
                                     std::string(value) +
                                     "; use identity, deflate or gzip");
    }
  } else if (name == "grpc-accept-encoding") {
    for (const Coding coding : {Coding::kDeflate, Coding::kGzip}) {
      accepts_[static_cast<int>(coding)] = grpc::Accepts(value, coding);
    }
  } else if (name.substr(0, 1) != ":" && name != "te") {
    AddMetadata(name, value);
  }
}

void RequestHead::AddMetadata(std::string_view name, std::string_view value) {
  if (!EndsWith(name, kBinarySuffix)) {
    metadata_.Add(name, value);
    return;
  }
  // Several values may be joined by commas.
  const std::optional<std::string> decoded =
      DecodeBase64(value.substr(0, value.find(',')));
  if (decoded.has_value()) {
    metadata_.Add(name, *decoded);
  } else {
    Fail(Code::kInternal,
         "the header " + std::string(name) + " is not valid base64");
  }
}

void RequestHead::Fail(int code, std::string message) {
  if (error_.code == Code::kOk) {
    error_ = {code, std::move(message)};
  }
}

bool RequestHead::Accepts(Coding coding) const {
  return accepts_[static_cast<int>(coding)];
}

std::optional<std::string_view> RequestHead::Find(std::string_view key) const {
  for (size_t i = 0; i < metadata_.size(); ++i) {
    if (metadata_[i].name == key) {
      return metadata_[i].value;
    }
  }
  return std::nullopt;
}

}  // namespace tfs3::grpc
