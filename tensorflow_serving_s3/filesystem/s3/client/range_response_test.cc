// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/range_response.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "aws/common/error.h"
#include "aws/http/http.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

using V = RangeOutcome;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr char kSlowDown[] = "<Error><Code>SlowDown</Code></Error>";

struct Case {
  std::string name;
  RangeRequest request;
  HttpResponse response;
  std::optional<Result<ObjectInfo>> head;
  V outcome;
  uint64_t object_size = 0;
  uint64_t expected = 0;
  std::string error = {};
  bool retryable = false;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

// Bytes 10 to 19 of any object.
RangeRequest TenFromTen() {
  RangeRequest request;
  request.first = 10;
  request.size = 10;
  return request;
}

RangeRequest FirstTen() {
  RangeRequest request;
  request.size = 10;
  return request;
}

RangeRequest Resumed(RangeRequest request) {
  request.resumed = true;
  return request;
}

RangeRequest OfE(RangeRequest request) {
  request.etag = "\"e\"";
  return request;
}

RangeRequest WithChecksumMode(RangeRequest request) {
  request.checksum_mode = true;
  return request;
}

HttpResponse Response(int status, const Headers& headers, size_t bytes) {
  HttpResponse response;
  response.status = status;
  response.headers = headers;
  response.sink_bytes = bytes;
  return response;
}

HttpResponse Broken(HttpResponse response, int crt_error) {
  response.crt_error = crt_error;
  return response;
}

HttpResponse WithoutBody(HttpResponse response) {
  response.body_lost = true;
  return response;
}

HttpResponse Error(int status, const std::string& body) {
  HttpResponse response;
  response.status = status;
  response.body = body;
  return response;
}

Result<ObjectInfo> Head(uint64_t size, const std::string& etag) {
  ObjectInfo info;
  info.size = size;
  info.etag = etag;
  return info;
}

Headers Range(const std::string& range) {
  return {{"Content-Range", range}, {"ETag", "\"e\""}};
}

Headers Length(const std::string& length) {
  return {{"Content-Length", length}, {"ETag", "\"e\""}};
}

std::vector<Case> Ranges() {
  const char* const another =
      "the response holds another range than the requested one";
  const char* const more = "the response holds more bytes than its range";
  const char* const no_total =
      "the response does not have the size of the object";
  const Status no_head = {TF_UNAVAILABLE, "no response to the HEAD"};
  return {
      {"Range",
       TenFromTen(),
       Response(206, Range("bytes 10-19/100"), 10),
       {},
       V::kBytes,
       100,
       10},
      {"RangeCutShort",
       TenFromTen(),
       Broken(Response(206, Range("bytes 10-19/100"), 4),
              AWS_ERROR_HTTP_CONNECTION_CLOSED),
       {},
       V::kBytes,
       100,
       10},
      {"LastBytes",
       TenFromTen(),
       Response(206, Range("bytes 10-14/15"), 5),
       {},
       V::kBytes,
       15,
       5},
      {"RangeWithStatus200",
       TenFromTen(),
       Response(200, Range("bytes 10-19/100"), 10),
       {},
       V::kBytes,
       100,
       10},
      {"AnotherRange",
       TenFromTen(),
       Response(206, Range("bytes 0-9/100"), 10),
       {},
       V::kInvalid,
       0,
       0,
       another},
      {"NoContentRange",
       TenFromTen(),
       Response(206, {}, 10),
       {},
       V::kInvalid,
       0,
       0,
       another},
      {"BrokenContentRange",
       TenFromTen(),
       Response(206, Range("bytes 10-5/100"), 10),
       {},
       V::kInvalid,
       0,
       0,
       another},
      {"TotalInsideTheRange",
       TenFromTen(),
       Response(206, Range("bytes 10-19/15"), 10),
       {},
       V::kInvalid,
       0,
       0,
       another},
      {"MoreBytesThanTheRange",
       TenFromTen(),
       Response(206, Range("bytes 10-14/15"), 6),
       {},
       V::kInvalid,
       0,
       0,
       more},
      {"MoreBytesThanTheBuffer",
       TenFromTen(),
       Broken(Response(206, Range("bytes 10-19/100"), 10),
              AWS_ERROR_SHORT_BUFFER),
       {},
       V::kInvalid,
       0,
       0,
       more},
      {"NoTotal",
       TenFromTen(),
       Response(206, Range("bytes 10-19/*"), 10),
       {},
       V::kNeedsHead},
      {"TotalFromTheHead", TenFromTen(),
       Response(206, Range("bytes 10-19/*"), 10), Head(100, "\"e\""), V::kBytes,
       100, 10},
      {"HeadOfAnotherObject", TenFromTen(),
       Response(206, Range("bytes 10-19/*"), 10), Head(100, "\"f\""),
       V::kInvalid, 0, 0, no_total},
      {"HeadOfAShorterObject", TenFromTen(),
       Response(206, Range("bytes 10-19/*"), 10), Head(19, "\"e\""),
       V::kInvalid, 0, 0, no_total},
      {"HeadFails", TenFromTen(), Response(206, Range("bytes 10-19/*"), 10),
       Result<ObjectInfo>(no_head), V::kInvalid, 0, 0, no_total},
      {"SameObject",
       OfE(TenFromTen()),
       Response(206, Range("bytes 10-19/100"), 10),
       {},
       V::kBytes,
       100,
       10},
      {"IfMatchIgnored",
       OfE(TenFromTen()),
       Response(206, {{"Content-Range", "bytes 10-19/90"}, {"ETag", "\"f\""}},
                10),
       {},
       V::kObjectReplaced,
       90,
       10},
      {"NoETagToCompare",
       OfE(TenFromTen()),
       Response(206, {{"Content-Range", "bytes 10-19/90"}}, 10),
       {},
       V::kBytes,
       90,
       10},
  };
}

std::vector<Case> WholeObjects() {
  const char* const whole =
      "the response holds the whole object instead of the requested range";
  const Status no_head = {TF_UNAVAILABLE, "no response to the HEAD"};
  return {
      {"Whole", FirstTen(), Response(200, Length("7"), 7), {}, V::kBytes, 7, 7},
      {"WholeCutShort",
       FirstTen(),
       Broken(Response(200, Length("7"), 3), AWS_ERROR_HTTP_CONNECTION_CLOSED),
       {},
       V::kBytes,
       7,
       7},
      {"WholeWithoutLength",
       FirstTen(),
       Response(200, {{"ETag", "\"e\""}}, 7),
       {},
       V::kBytes,
       7,
       7},
      {"WholeWithoutLengthCutShort",
       FirstTen(),
       Broken(Response(200, {{"ETag", "\"e\""}}, 3),
              AWS_ERROR_HTTP_CONNECTION_CLOSED),
       {},
       V::kError,
       0,
       0,
       "",
       true},
      {"WholeWithoutLengthCancelled",
       FirstTen(),
       Broken(Response(200, {{"ETag", "\"e\""}}, 3),
              AWS_ERROR_HTTP_STREAM_CANCELLED),
       {},
       V::kError},
      {"NoETag",
       FirstTen(),
       Response(200, {{"Content-Length", "7"}}, 7),
       {},
       V::kInvalid,
       0,
       0,
       "the response has no ETag"},
      {"WholeForARange",
       TenFromTen(),
       Response(200, Length("100"), 10),
       {},
       V::kInvalid,
       0,
       0,
       whole},
      {"WholeForTheFirstBytes",
       FirstTen(),
       Broken(Response(200, Length("100"), 10), AWS_ERROR_SHORT_BUFFER),
       {},
       V::kInvalid,
       0,
       0,
       whole},
      {"LostBody",
       FirstTen(),
       WithoutBody(Response(200, {}, 0)),
       {},
       V::kNeedsHead},
      {"LostBodyOfAnEmptyObject", FirstTen(), WithoutBody(Response(200, {}, 0)),
       Head(0, "\"e\""), V::kPastEnd, 0},
      {"LostBodyOfAnObject", FirstTen(), WithoutBody(Response(200, {}, 0)),
       Head(7, "\"e\""), V::kBodyLost},
      {"LostBodyOfAnotherEmptyObject", OfE(FirstTen()),
       WithoutBody(Response(200, {}, 0)), Head(0, "\"f\""), V::kBodyLost},
      {"LostBodyAndTheHeadFails", FirstTen(), WithoutBody(Response(200, {}, 0)),
       Result<ObjectInfo>(no_head), V::kBodyLost},
      {"LostBodyOfARange",
       TenFromTen(),
       WithoutBody(Response(206, Range("bytes 10-19/100"), 0)),
       {},
       V::kBodyLost},
      {"LostBodyOfTheRest",
       Resumed(TenFromTen()),
       WithoutBody(Response(200, {}, 0)),
       {},
       V::kBodyLost},
  };
}

std::vector<Case> Errors() {
  const char kNotImplemented[] = "<Error><Code>NotImplemented</Code></Error>";
  return {
      {"BeyondTheEnd",
       TenFromTen(),
       Response(416, {{"Content-Range", "bytes */10"}}, 0),
       {},
       V::kPastEnd,
       10},
      {"BeyondTheEndWithoutLength",
       TenFromTen(),
       Response(416, {}, 0),
       {},
       V::kNeedsHead},
      {"BeyondTheEndOfTheHead", TenFromTen(), Response(416, {}, 0),
       Head(8, "\"e\""), V::kPastEnd, 8},
      {"BeyondTheEndOfALongerObject",
       TenFromTen(),
       Response(416, {{"Content-Range", "bytes */11"}}, 0),
       {},
       V::kError},
      {"BeyondTheEndOfALongerHead", TenFromTen(), Response(416, {}, 0),
       Head(11, "\"e\""), V::kError},
      {"TheRestIsBeyondTheEnd",
       Resumed(TenFromTen()),
       Response(416, {{"Content-Range", "bytes */10"}}, 0),
       {},
       V::kError},
      {"Overloaded",
       FirstTen(),
       Error(503, kSlowDown),
       {},
       V::kError,
       0,
       0,
       "",
       true},
      {"NotFound", FirstTen(), Error(404, ""), {}, V::kError},
      {"NoAnswer",
       FirstTen(),
       Broken(HttpResponse(), AWS_ERROR_HTTP_CONNECTION_CLOSED),
       {},
       V::kError,
       0,
       0,
       "",
       true},
      {"ChecksumModeRefused",
       WithChecksumMode(FirstTen()),
       Error(501, kNotImplemented),
       {},
       V::kRetryWithoutChecksumMode},
      {"ChecksumModeOverloaded",
       WithChecksumMode(FirstTen()),
       Error(503, kSlowDown),
       {},
       V::kError,
       0,
       0,
       "",
       true},
      {"RefusedWithoutChecksumMode",
       FirstTen(),
       Error(501, kNotImplemented),
       {},
       V::kError},
  };
}

class RangeResponseTest : public ::testing::TestWithParam<Case> {};

TEST_P(RangeResponseTest, IsInterpreted) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  const Case& c = GetParam();
  const RangeResult result = InterpretRangeResponse(
      c.request, c.response, c.head.has_value() ? &*c.head : nullptr);
  EXPECT_EQ(result.outcome, c.outcome);
  EXPECT_EQ(result.object.size, c.object_size);
  EXPECT_EQ(result.expected, c.expected);
  EXPECT_EQ(result.error == nullptr ? "" : result.error, c.error);
  EXPECT_EQ(result.retryable, c.retryable);
}

std::string Name(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Ranges, RangeResponseTest,
                         ::testing::ValuesIn(Ranges()), Name);
INSTANTIATE_TEST_SUITE_P(WholeObjects, RangeResponseTest,
                         ::testing::ValuesIn(WholeObjects()), Name);
INSTANTIATE_TEST_SUITE_P(Errors, RangeResponseTest,
                         ::testing::ValuesIn(Errors()), Name);

TEST(RangeResponseHeadTest, OnlyALostBodyCanBeInterpretedWithoutTheHead) {
  EXPECT_TRUE(
      InterpretRangeResponse(FirstTen(), WithoutBody(Response(200, {}, 0)))
          .head_is_optional);
  EXPECT_FALSE(InterpretRangeResponse(FirstTen(), Response(416, {}, 0))
                   .head_is_optional);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
