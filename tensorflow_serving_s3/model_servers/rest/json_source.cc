// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json_source.h"

#include <algorithm>
#include <cstddef>
#include <memory>

#include "absl/strings/str_cat.h"

namespace tfs3::rest {
namespace {

// A parser grows with the largest body it has seen, to several times its size;
// beyond this it is not kept.
constexpr size_t kKeepParserUpTo = size_t{4} << 20;

std::unique_ptr<simdjson::ondemand::parser>& ThreadParser() {
  thread_local std::unique_ptr<simdjson::ondemand::parser> parser;
  return parser;
}

// `size` rounded up to a power of two, so that a parser grows a few times in
// its life and not with every longer body.
size_t RoundUp(size_t size) {
  size_t rounded = 4096;
  while (rounded < size) rounded *= 2;
  return rounded;
}

}  // namespace

JsonSource::~JsonSource() {
  auto& parser = ThreadParser();
  if (parser != nullptr && parser->capacity() > kKeepParserUpTo) parser.reset();
}

absl::Status JsonSource::Open() {
  const char* const first = SkipSpace(body_.data());
  if (first >= end()) return ParseError("the request body is empty", end());
  if (*first != '{')
    return ParseError("the request body must be a JSON object", first);
  if (NestsDeeperThan(body_.view(), max_nesting_)) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON Parse error: lists and objects nest more than ",
                     max_nesting_, " levels deep"));
  }
  auto& parser = ThreadParser();
  if (parser == nullptr)
    parser = std::make_unique<simdjson::ondemand::parser>();
  if (parser->capacity() < body_.size()) {
    if (const auto error = parser->allocate(RoundUp(body_.size())))
      return ParseError(error);
  }
  const simdjson::padded_string_view text(
      body_.data(), body_.size(), body_.size() + PaddedBuffer::kPadding);
  if (const auto error = parser->iterate(text).get(document_)) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON Parse error: ", simdjson::error_message(error)));
  }
  std::string_view rest = body_.view();
  rest.remove_suffix(
      rest.size() -
      std::min(rest.size(), rest.find_last_not_of(" \n\r\t") + 1));
  if (rest.back() != '}') {
    return ParseError(
        "the request body must end with the } of its object; it was cut short "
        "or text follows",
        rest.data() + rest.size() - 1);
  }
  return absl::OkStatus();
}

absl::Status JsonSource::ParseError(simdjson::error_code error) {
  const char* where = end();
  if (document_.current_location().get(where) != simdjson::SUCCESS)
    where = end();
  return ParseError(simdjson::error_message(error), where);
}

absl::Status JsonSource::ParseError(std::string_view reason,
                                    const char* where) const {
  return absl::InvalidArgumentError(absl::StrCat(
      "JSON Parse error: ", reason, " (at offset ", where - body_.data(), ")"));
}

}  // namespace tfs3::rest
