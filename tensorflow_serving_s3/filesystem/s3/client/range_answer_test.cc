// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/client/range_answer.h"

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

using V = RangeVerdict;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr char kSlowDown[] = "<Error><Code>SlowDown</Code></Error>";

struct Case {
  std::string name;
  RangeQuestion question;
  HttpResponse response;
  std::optional<Result<ObjectInfo>> head;
  V verdict;
  uint64_t object_size = 0;
  uint64_t expected = 0;
  std::string wrong = {};
  bool retryable = false;
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

// Bytes 10 to 19 of any object.
RangeQuestion TenFromTen() {
  RangeQuestion question;
  question.first = 10;
  question.size = 10;
  return question;
}

RangeQuestion FirstTen() {
  RangeQuestion question;
  question.size = 10;
  return question;
}

RangeQuestion Resumed(RangeQuestion question) {
  question.resumed = true;
  return question;
}

RangeQuestion OfE(RangeQuestion question) {
  question.etag = "\"e\"";
  return question;
}

RangeQuestion WithChecksumMode(RangeQuestion question) {
  question.checksum_mode = true;
  return question;
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
      "the answer holds another range than the requested one";
  const char* const more = "the answer holds more bytes than its range";
  const char* const no_total =
      "the answer does not have the size of the object";
  const Status no_head = {TF_UNAVAILABLE, "no answer to the HEAD"};
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
       V::kWrong,
       0,
       0,
       another},
      {"NoContentRange",
       TenFromTen(),
       Response(206, {}, 10),
       {},
       V::kWrong,
       0,
       0,
       another},
      {"BrokenContentRange",
       TenFromTen(),
       Response(206, Range("bytes 10-5/100"), 10),
       {},
       V::kWrong,
       0,
       0,
       another},
      {"TotalInsideTheRange",
       TenFromTen(),
       Response(206, Range("bytes 10-19/15"), 10),
       {},
       V::kWrong,
       0,
       0,
       another},
      {"MoreBytesThanTheRange",
       TenFromTen(),
       Response(206, Range("bytes 10-14/15"), 6),
       {},
       V::kWrong,
       0,
       0,
       more},
      {"MoreBytesThanTheBuffer",
       TenFromTen(),
       Broken(Response(206, Range("bytes 10-19/100"), 10),
              AWS_ERROR_SHORT_BUFFER),
       {},
       V::kWrong,
       0,
       0,
       more},
      {"NoTotal",
       TenFromTen(),
       Response(206, Range("bytes 10-19/*"), 10),
       {},
       V::kAskHead},
      {"TotalFromTheHead", TenFromTen(),
       Response(206, Range("bytes 10-19/*"), 10), Head(100, "\"e\""), V::kBytes,
       100, 10},
      {"HeadOfAnotherObject", TenFromTen(),
       Response(206, Range("bytes 10-19/*"), 10), Head(100, "\"f\""), V::kWrong,
       0, 0, no_total},
      {"HeadOfAShorterObject", TenFromTen(),
       Response(206, Range("bytes 10-19/*"), 10), Head(19, "\"e\""), V::kWrong,
       0, 0, no_total},
      {"HeadFails", TenFromTen(), Response(206, Range("bytes 10-19/*"), 10),
       Result<ObjectInfo>(no_head), V::kWrong, 0, 0, no_total},
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
       V::kReplaced,
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
      "the answer holds the whole object instead of the requested range";
  const Status no_head = {TF_UNAVAILABLE, "no answer to the HEAD"};
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
       V::kFailed,
       0,
       0,
       "",
       true},
      {"WholeWithoutLengthCancelled",
       FirstTen(),
       Broken(Response(200, {{"ETag", "\"e\""}}, 3),
              AWS_ERROR_HTTP_STREAM_CANCELLED),
       {},
       V::kFailed},
      {"NoETag",
       FirstTen(),
       Response(200, {{"Content-Length", "7"}}, 7),
       {},
       V::kWrong,
       0,
       0,
       "the answer has no ETag"},
      {"WholeForARange",
       TenFromTen(),
       Response(200, Length("100"), 10),
       {},
       V::kWrong,
       0,
       0,
       whole},
      {"WholeForTheFirstBytes",
       FirstTen(),
       Broken(Response(200, Length("100"), 10), AWS_ERROR_SHORT_BUFFER),
       {},
       V::kWrong,
       0,
       0,
       whole},
      {"LostBody",
       FirstTen(),
       WithoutBody(Response(200, {}, 0)),
       {},
       V::kAskHead},
      {"LostBodyOfAnEmptyObject", FirstTen(), WithoutBody(Response(200, {}, 0)),
       Head(0, "\"e\""), V::kEnd, 0},
      {"LostBodyOfAnObject", FirstTen(), WithoutBody(Response(200, {}, 0)),
       Head(7, "\"e\""), V::kLostBody},
      {"LostBodyOfAnotherEmptyObject", OfE(FirstTen()),
       WithoutBody(Response(200, {}, 0)), Head(0, "\"f\""), V::kLostBody},
      {"LostBodyAndTheHeadFails", FirstTen(), WithoutBody(Response(200, {}, 0)),
       Result<ObjectInfo>(no_head), V::kLostBody},
      {"LostBodyOfARange",
       TenFromTen(),
       WithoutBody(Response(206, Range("bytes 10-19/100"), 0)),
       {},
       V::kLostBody},
      {"LostBodyOfTheRest",
       Resumed(TenFromTen()),
       WithoutBody(Response(200, {}, 0)),
       {},
       V::kLostBody},
  };
}

std::vector<Case> Errors() {
  const char kNotImplemented[] = "<Error><Code>NotImplemented</Code></Error>";
  return {
      {"BeyondTheEnd",
       TenFromTen(),
       Response(416, {{"Content-Range", "bytes */10"}}, 0),
       {},
       V::kEnd,
       10},
      {"BeyondTheEndWithoutLength",
       TenFromTen(),
       Response(416, {}, 0),
       {},
       V::kAskHead},
      {"BeyondTheEndOfTheHead", TenFromTen(), Response(416, {}, 0),
       Head(8, "\"e\""), V::kEnd, 8},
      {"BeyondTheEndOfALongerObject",
       TenFromTen(),
       Response(416, {{"Content-Range", "bytes */11"}}, 0),
       {},
       V::kFailed},
      {"BeyondTheEndOfALongerHead", TenFromTen(), Response(416, {}, 0),
       Head(11, "\"e\""), V::kFailed},
      {"TheRestIsBeyondTheEnd",
       Resumed(TenFromTen()),
       Response(416, {{"Content-Range", "bytes */10"}}, 0),
       {},
       V::kFailed},
      {"Overloaded",
       FirstTen(),
       Error(503, kSlowDown),
       {},
       V::kFailed,
       0,
       0,
       "",
       true},
      {"NotFound", FirstTen(), Error(404, ""), {}, V::kFailed},
      {"NoAnswer",
       FirstTen(),
       Broken(HttpResponse(), AWS_ERROR_HTTP_CONNECTION_CLOSED),
       {},
       V::kFailed,
       0,
       0,
       "",
       true},
      {"ChecksumModeRefused",
       WithChecksumMode(FirstTen()),
       Error(501, kNotImplemented),
       {},
       V::kSendWithoutChecksumMode},
      {"ChecksumModeOverloaded",
       WithChecksumMode(FirstTen()),
       Error(503, kSlowDown),
       {},
       V::kFailed,
       0,
       0,
       "",
       true},
      {"RefusedWithoutChecksumMode",
       FirstTen(),
       Error(501, kNotImplemented),
       {},
       V::kFailed},
  };
}

class RangeAnswerTest : public ::testing::TestWithParam<Case> {};

TEST_P(RangeAnswerTest, IsJudged) {
  ASSERT_TRUE(AwsRuntime::Get().ok());
  const Case& c = GetParam();
  const RangeAnswer answer = JudgeRangeAnswer(
      c.question, c.response, c.head.has_value() ? &*c.head : nullptr);
  EXPECT_EQ(answer.verdict, c.verdict);
  EXPECT_EQ(answer.object.size, c.object_size);
  EXPECT_EQ(answer.expected, c.expected);
  EXPECT_EQ(answer.wrong == nullptr ? "" : answer.wrong, c.wrong);
  EXPECT_EQ(answer.retryable, c.retryable);
}

std::string Name(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Ranges, RangeAnswerTest, ::testing::ValuesIn(Ranges()),
                         Name);
INSTANTIATE_TEST_SUITE_P(WholeObjects, RangeAnswerTest,
                         ::testing::ValuesIn(WholeObjects()), Name);
INSTANTIATE_TEST_SUITE_P(Errors, RangeAnswerTest, ::testing::ValuesIn(Errors()),
                         Name);

TEST(RangeAnswerHeadTest, OnlyALostBodyCanBeJudgedWithoutTheHead) {
  EXPECT_TRUE(JudgeRangeAnswer(FirstTen(), WithoutBody(Response(200, {}, 0)))
                  .head_is_optional);
  EXPECT_FALSE(
      JudgeRangeAnswer(FirstTen(), Response(416, {}, 0)).head_is_optional);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
