// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/request_logging/access_log.h"

#include <chrono>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/base/logging.h"
#include "tensorflow_serving_s3/model_servers/base/request_observer.h"

namespace tfs3 {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string LineOf(const RequestRecord& record, LogFormat format) {
  std::string line;
  AccessLog log(format, [&line](const std::string& text) { line += text; });
  log.OnRequest(record);
  return line;
}

RequestRecord RestRecord() {
  RequestRecord record;
  record.entrypoint = RequestRecord::Entrypoint::kRest;
  record.api = "Predict";
  record.model_name = "half";
  record.model_version = 1;
  record.method = "POST";
  record.target = "/v1/models/half:predict";
  record.http_status = 200;
  record.peer = "ipv4:127.0.0.1:40000";
  record.traceparent =
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  record.request_bytes = 31;
  record.response_bytes = 44;
  record.start = std::chrono::system_clock::from_time_t(1795323421) +
                 std::chrono::microseconds(123456);
  record.duration = std::chrono::microseconds(412);
  return record;
}

TEST(AccessLogTest, WritesOneLineOfText) {
  EXPECT_EQ(
      LineOf(RestRecord(), LogFormat::kText),
      "2026-11-22T04:57:01.123456Z access: entrypoint=REST api=Predict "
      "model=half version=1 method=POST target=/v1/models/half:predict "
      "status=OK http_status=200 duration_ms=0.412 request_bytes=31 "
      "response_bytes=44 peer=ipv4:127.0.0.1:40000 "
      "traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n");
}

TEST(AccessLogTest, WritesOneJsonObject) {
  EXPECT_EQ(
      LineOf(RestRecord(), LogFormat::kJson),
      "{\"time\": \"2026-11-22T04:57:01.123456Z\", \"log\": \"access\", "
      "\"entrypoint\": \"REST\", \"api\": \"Predict\", \"model\": \"half\", "
      "\"version\": 1, \"method\": \"POST\", "
      "\"target\": \"/v1/models/half:predict\", \"status\": \"OK\", "
      "\"http_status\": 200, \"duration_ms\": 0.412, \"request_bytes\": 31, "
      "\"response_bytes\": 44, \"peer\": \"ipv4:127.0.0.1:40000\", "
      "\"traceparent\": "
      "\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"}\n");
}

TEST(AccessLogTest, OmitsKeysWithoutAValue) {
  RequestRecord record;
  record.target = "/tensorflow.serving.PredictionService/Predict";
  const std::string line = LineOf(record, LogFormat::kText);
  for (const char* const key : {"model=", "version=", "http_status=", "peer=",
                                "method=", "traceparent=", "error="}) {
    EXPECT_THAT(line, Not(HasSubstr(key)));
  }
}

TEST(AccessLogTest, HasTheErrorOfAFailedRequest) {
  RequestRecord record = RestRecord();
  record.status = absl::NotFoundError("no model \"half\"");
  EXPECT_THAT(LineOf(record, LogFormat::kText),
              HasSubstr(" status=NOT_FOUND "));
  EXPECT_THAT(LineOf(record, LogFormat::kText),
              HasSubstr(" error=\"no model \\\"half\\\"\"\n"));
}

TEST(AccessLogTest, CutsLongFields) {
  RequestRecord record = RestRecord();
  const std::string name(1 << 20, 'n');
  record.model_name = name;
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    const std::string line = LineOf(record, format);
    EXPECT_LT(line.size(), 2000u);
    EXPECT_THAT(line, HasSubstr("nnn... (1048576 bytes)"));
  }
}

TEST(AccessLogTest, DoesNotCutWithinACharacter) {
  RequestRecord record = RestRecord();
  std::string name = "n";
  for (int i = 0; i < 1000; ++i) {
    name += "\u00e9";
  }
  record.model_name = name;
  EXPECT_THAT(LineOf(record, LogFormat::kJson),
              HasSubstr("\u00e9... (2001 bytes)"));
}

TEST(AccessLogTest, EscapesUnicodeLineEnds) {
  RequestRecord record = RestRecord();
  record.model_name = "a\u2028b\u0085c\x7f";
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    EXPECT_THAT(LineOf(record, format),
                HasSubstr("\"a\\u2028b\\u0085c\\u007f\""));
  }
}

TEST(AccessLogTest, AClientCannotForgeALine) {
  RequestRecord record = RestRecord();
  record.model_name = "a\n2026 access: model=b";
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    const std::string line = LineOf(record, format);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_THAT(line, HasSubstr("\"a\\n2026 access: model=b\""));
  }
}

}  // namespace
}  // namespace tfs3
