// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests of JSON text: syntax, encoding and nesting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/platform/tstring.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_tensors.h"
#include "tensorflow_serving_s3/model_servers/testing/json_to_tensors_test_util.h"

namespace tfs3::rest {
namespace {

using namespace std::string_literals;

using ::tensorflow::tstring;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(JsonToTensorsTextTest, InvalidJsonIsAParseError) {
  for (const char* json : {
           "",
           "   \n",
           "nonsense",
           "null",
           "1",
           "[1]",
           "\"instances\"",
           "{",
           "}",
           R"({"instances")",
           R"({"instances":})",
           R"({"instances": [1, 2)",
           R"({"instances": [1, 2})",
           R"({"instances": [1, 2]]})",
           R"({"instances": [1 2]})",
           R"({"instances": [1,, 2]})",
           R"({"instances": [1, 2,]})",
           R"({"instances": [,]})",
           R"({"instances": [1.2.3]})",
           R"({"instances": [01]})",
           R"({"instances": [1a]})",
           R"({"instances": [tru]})",
           R"({"instances": [abc]})",
           R"({"instances": ['a']})",
           R"({"instances": [1] "signature_name": "s"})",
           R"({"instances": [1], })",
           R"({instances: [1]})",
           R"({"instances": [1]} x)",
           R"({"instances": [1]} {})",
           R"({"instances": [1]}})",
           R"({"instances": [1]},)",
           "{\"instances\": [\"abc]}",
       }) {
    EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), json),
                StartsWith("JSON Parse error: "))
        << json;
  }
}

TEST(JsonToTensorsTextTest, IgnoresAByteOrderMarkAndTextAfterANul) {
  for (const std::string& json :
       {"\xef\xbb\xbf{\"instances\": [1]}"s, "\xbb{\"instances\": [1]}"s,
        "{\"instances\": [1]}\0"s, "{\"instances\": [1]} \n\0x}"s,
        "\xef\xbb\xbf{\"instances\": [1]}\0\0"s}) {
    EXPECT_THAT(Values<float>(DecodeOne(X(tensorflow::DT_FLOAT), json)),
                ElementsAre(1));
  }
}

TEST(JsonToTensorsTextTest, KeepsBytesThatAreNotUtf8) {
  EXPECT_THAT(
      Values<tstring>(DecodeOne(X(tensorflow::DT_STRING),
                                "{\"instances\": [\"caf\xe9\", \"\xff\"]}")),
      ElementsAre("caf\xe9", "\xff"));
  EXPECT_THAT(Values<tstring>(DecodeOne(X(tensorflow::DT_STRING),
                                        R"({"instances": ["\ude00"]})")),
              ElementsAre("\xed\xb8\x80"));
  const Specs specs{Spec("caf\xe9", tensorflow::DT_FLOAT)};
  EXPECT_THAT(
      Values<float>(DecodeOne(specs, "{\"inputs\": {\"caf\xe9\": [1]}}")),
      ElementsAre(1));
}

TEST(JsonToTensorsTextTest, InvalidStringsAreParseErrors) {
  for (const char* json :
       {R"({"instances": ["\x"]})", R"({"instances": ["\ud800"]})",
        R"({"instances": ["\u12"]})", "{\"instances\": [\"a\nb\"]}",
        R"({"instances": [{"b64": "\q"}]})"}) {
    EXPECT_THAT(ErrorOf(X(tensorflow::DT_STRING), json),
                StartsWith("JSON Parse error: "))
        << json;
  }
}

TEST(JsonToTensorsTextTest, ParseErrorsNameTheOffset) {
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": [1, abc]})"),
              HasSubstr("offset 18"));
}

TEST(JsonToTensorsTextTest, RefusesTextAfterTheObject) {
  EXPECT_THAT(
      ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": [1]} trailing)"),
      HasSubstr("text follows"));
  EXPECT_TRUE(
      Decode(X(tensorflow::DT_FLOAT), "\n {\"instances\": [1]} \r\n\t ").ok());
}

TEST(JsonToTensorsTextTest, LimitsNestingToTheRankOfATensor) {
  const auto nested = [](int levels) {
    return R"({"inputs": )" + std::string(levels, '[') + "1" +
           std::string(levels, ']') + "}";
  };
  EXPECT_EQ(DecodeOne(X(tensorflow::DT_FLOAT), nested(254)).dims(), 254);
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), nested(255)),
              HasSubstr("nested deeper than the 254 dimensions"));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), nested(2'000'000)),
              HasSubstr("nest more than"));
}

TEST(JsonToTensorsTextTest, CountsAllListsAndObjectsForTheLimitOfNesting) {
  const Specs specs = X(tensorflow::DT_FLOAT);
  const auto status = [&](const char* json, int64_t max_nesting) {
    return JsonToTensors(
               net::PaddedBuffer(json),
               [&](absl::string_view) -> absl::StatusOr<const Specs*> {
                 return &specs;
               },
               max_nesting)
        .status();
  };
  for (const char* json :
       {R"({"inputs": [[[1]]]})", R"({"inputs": {"x": [[1]]}})",
        R"({"instances": [{"x": [1]}]})", R"({"instances": [[[1], [2]]]})",
        R"({"inputs": 1, "k": [[{}]]})"}) {
    EXPECT_TRUE(status(json, 4).ok()) << json;
    EXPECT_THAT(status(json, 3).message(), HasSubstr("nest more than 3 levels"))
        << json;
  }
}

TEST(JsonToTensorsTextTest, RefusesAHundredMegabytesOfBrackets) {
  const std::string brackets(100 << 20, '[');
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), brackets),
              HasSubstr("must be a JSON object"));
  EXPECT_THAT(ErrorOf(X(tensorflow::DT_FLOAT), R"({"instances": )" + brackets),
              HasSubstr("nest more than"));
}

TEST(JsonToTensorsTextTest, EveryPrefixOfARequestIsAnError) {
  const std::string json =
      R"({"signature_name": "s", "instances": [{"a": [1.5, NaN], "b": "\u20ac"}, {"a": [2, -3e1], "b": {"b64": "aGk="}}]})";
  ASSERT_TRUE(Decode(TwoInputs(), json).ok());
  for (size_t size = 0; size < json.size(); ++size) {
    EXPECT_FALSE(Decode(TwoInputs(), json.substr(0, size)).ok())
        << json.substr(0, size);
  }
}

}  // namespace
}  // namespace tfs3::rest
