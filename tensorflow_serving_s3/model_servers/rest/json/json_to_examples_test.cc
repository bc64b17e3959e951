// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/json_to_examples.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/arena.h"
#include "gtest/gtest.h"
#include "tensorflow/core/example/example.pb.h"
#include "tensorflow/core/example/feature.pb.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"

namespace tfs3::rest {
namespace {

using namespace std::string_view_literals;

using ::tensorflow::Example;
using ::tensorflow::Feature;
using ::tensorflow::serving::Input;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::Status AnySignature(absl::string_view /*name*/) {
  return absl::OkStatus();
}

absl::Status Decode(const std::string& json, Input* input,
                    std::string* signature_name) {
  const net::PaddedBuffer body(json);
  return JsonToExamples(body, kDefaultMaxJsonNesting, AnySignature, input,
                        signature_name);
}

Input DecodeOk(const std::string& json) {
  Input input;
  std::string signature_name;
  const absl::Status status = Decode(json, &input, &signature_name);
  EXPECT_TRUE(status.ok()) << status << " of " << json;
  return input;
}

std::string ErrorOf(const std::string& json) {
  Input input;
  std::string signature_name;
  const absl::Status status = Decode(json, &input, &signature_name);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << json;
  return std::string(status.message());
}

// Returns the feature "x" of the only example, {"x": value}.
Feature FeatureOf(const std::string& value) {
  const Input input =
      DecodeOk(absl::StrCat(R"({"examples": [{"x": )", value, "}]}"));
  EXPECT_EQ(input.example_list().examples_size(), 1);
  return input.example_list().examples(0).features().feature().at("x");
}

std::string ErrorOfFeature(const std::string& value) {
  return ErrorOf(absl::StrCat(R"({"examples": [{"x": )", value, "}]}"));
}

TEST(JsonToExamplesTest, WholeNumbersAreInt64) {
  EXPECT_THAT(FeatureOf("[1, -2, 9223372036854775807, -9223372036854775808]")
                  .int64_list()
                  .value(),
              ElementsAre(1, -2, std::numeric_limits<int64_t>::max(),
                          std::numeric_limits<int64_t>::min()));
}

TEST(JsonToExamplesTest, NumbersWithFractionOrExponentAreFloat) {
  EXPECT_THAT(FeatureOf("[1.0, -2.5, 1e3, 0.1]").float_list().value(),
              ElementsAre(1.0f, -2.5f, 1000.0f, 0.1f));
}

TEST(JsonToExamplesTest, NaNAndInfinityHaveNoQuotes) {
  const Feature feature = FeatureOf("[NaN, Infinity, -Infinity]");
  ASSERT_EQ(feature.float_list().value_size(), 3);
  EXPECT_TRUE(std::isnan(feature.float_list().value(0)));
  EXPECT_EQ(feature.float_list().value(1),
            std::numeric_limits<float>::infinity());
  EXPECT_EQ(feature.float_list().value(2),
            -std::numeric_limits<float>::infinity());
}

TEST(JsonToExamplesTest, WholeNumbersBeyondUint64AreFloat) {
  EXPECT_THAT(FeatureOf("100000000000000000000").float_list().value(),
              ElementsAre(1e20f));
}

TEST(JsonToExamplesTest, BooleansAreInt64) {
  EXPECT_THAT(FeatureOf("[true, false, 7]").int64_list().value(),
              ElementsAre(1, 0, 7));
}

TEST(JsonToExamplesTest, StringsAndBase64AreBytes) {
  EXPECT_THAT(
      FeatureOf(R"(["caf\u00e9", {"b64": "AP8="}, ""])").bytes_list().value(),
      ElementsAre("caf\xc3\xa9", std::string("\0\xff", 2), ""));
}

TEST(JsonToExamplesTest, AValueIsAListOfOne) {
  EXPECT_THAT(FeatureOf("7").int64_list().value(), ElementsAre(7));
  EXPECT_THAT(FeatureOf("7.5").float_list().value(), ElementsAre(7.5f));
  EXPECT_THAT(FeatureOf("\"seven\"").bytes_list().value(),
              ElementsAre("seven"));
  EXPECT_THAT(FeatureOf(R"({"b64": "Nw=="})").bytes_list().value(),
              ElementsAre("7"));
}

TEST(JsonToExamplesTest, AnEmptyListIsAFeatureWithoutKind) {
  EXPECT_EQ(FeatureOf("[]").kind_case(), Feature::KIND_NOT_SET);
}

TEST(JsonToExamplesTest, UsesTheLastValueOfARepeatedFeature) {
  const Input input = DecodeOk(R"({"examples": [{"x": [1, 2], "x": "a"}]})");
  const auto& features = input.example_list().examples(0).features().feature();
  EXPECT_THAT(features.at("x").bytes_list().value(), ElementsAre("a"));
}

TEST(JsonToExamplesTest, AnExampleMayHaveNoFeatures) {
  const Input input = DecodeOk(R"({"examples": [{}, {"x": 1}]})");
  EXPECT_THAT(input.example_list().examples(0).features().feature(), IsEmpty());
  EXPECT_EQ(input.example_list().examples_size(), 2);
}

TEST(JsonToExamplesTest, TheContextMayPrecedeOrFollowTheExamples) {
  for (const char* json :
       {R"({"context": {"c": 1}, "examples": [{"x": 2}, {"x": 3}]})",
        R"({"examples": [{"x": 2}, {"x": 3}], "context": {"c": 1}})"}) {
    const Input input = DecodeOk(json);
    ASSERT_TRUE(input.has_example_list_with_context()) << json;
    const auto& list = input.example_list_with_context();
    EXPECT_THAT(
        list.context().features().feature().at("c").int64_list().value(),
        ElementsAre(1));
    ASSERT_EQ(list.examples_size(), 2);
    EXPECT_THAT(
        list.examples(1).features().feature().at("x").int64_list().value(),
        ElementsAre(3));
  }
}

TEST(JsonToExamplesTest, WritesTheSameExamplesToAnArena) {
  constexpr char kJson[] = R"({"examples": [{"x": "a"}, {"y": [1, 2]}]})";
  google::protobuf::Arena arena;
  auto* const input = google::protobuf::Arena::Create<Input>(&arena);
  std::string signature_name;
  ASSERT_TRUE(Decode(kJson, input, &signature_name).ok());
  EXPECT_EQ(input->DebugString(), DecodeOk(kJson).DebugString());
}

TEST(JsonToExamplesTest, TheSignatureNameIsOptional) {
  Input input;
  std::string signature_name = "before";
  EXPECT_TRUE(Decode(R"({"examples": [{}]})", &input, &signature_name).ok());
  EXPECT_EQ(signature_name, "");
  EXPECT_TRUE(Decode(R"({"examples": [{}], "signature_name": "s"})", &input,
                     &signature_name)
                  .ok());
  EXPECT_EQ(signature_name, "s");
}

TEST(JsonToExamplesTest, SkipsOtherKeys) {
  const Input input =
      DecodeOk(R"({"more": [{"deep": [1, "]"]}], "examples": [{"x": 1}]})");
  EXPECT_EQ(input.example_list().examples_size(), 1);
}

struct Refused {
  std::string value;
  std::string reason;
};

TEST(JsonToExamplesTest, NamesAFeatureOfTheWrongKind) {
  for (const Refused& refused : std::vector<Refused>{
           {"null", "unexpected JSON type: null"},
           {"[1, null]", "unexpected JSON type: null"},
           {"[[1]]", "unexpected JSON type: a list"},
           {R"({"y": 1})", "unexpected JSON type: an object"},
           {R"({"b64": 1})", "unexpected JSON type: an object"},
           {R"({"b64": "AA==", "x": 1})", "another key"},
           {R"({"b64": "*"})", "valid base64"},
           {"[1, 2.5]", "element 2.5 of type: float, expecting type: int64"},
           {"[2.5, 1]", "element 1 of type: int64, expecting type: float"},
           {"[2.5, true]", "element true of type: int64, expecting type: fl"},
           {R"(["a", 1])", "element 1 of type: int64, expecting type: bytes"},
           {R"([1, "a"])", "element \"a\" of type: bytes, expecting type: int"},
           {"18446744073709551615", "beyond the range of int64"},
           {"-1e309", "beyond the range of double"},
       }) {
    EXPECT_THAT(ErrorOfFeature(refused.value),
                AllOf(HasSubstr("element: 0 of 'examples' list"),
                      HasSubstr("Feature: x"), HasSubstr(refused.reason)))
        << refused.value;
  }
}

TEST(JsonToExamplesTest, RefusesOtherRequests) {
  for (const Refused& refused : std::vector<Refused>{
           {"{}", "Missing 'examples' key"},
           {R"({"instances": [1]})", "Missing 'examples' key"},
           {R"({"examples": []})", "'examples' is an empty list"},
           {R"({"examples": {"x": 1}})", "'examples' must be a list"},
           {R"({"examples": 1})", "'examples' must be a list"},
           {R"({"examples": [{"x": 1}, 2]})", "element: 1 of 'examples' list"},
           {R"({"examples": [{}], "context": 1})", "'context'"},
           {R"({"examples": [{}], "context": {"c": null}})", "Feature: c"},
           {R"({"signature_name": 1})", "must be a string"},
       }) {
    EXPECT_THAT(ErrorOf(refused.value), HasSubstr(refused.reason))
        << refused.value;
  }
}

TEST(JsonToExamplesTest, InvalidJsonIsAParseError) {
  for (const char* json :
       {"", "[]", "nonsense", "{\"examples\": [{\"x\": 1}]",
        R"({"examples": [{"x": 1}]} {})", R"({"examples": [{"x": nope}]})",
        R"({"examples": [{"x": 01}]})", R"({"examples": [{"x": [1,]}]})",
        R"({"examples": [{"x" 1}]})", R"({"examples": [nope]})",
        R"({"examples": nope})", R"({"examples": [{"x": "\q"}]})",
        R"({"examples": [{}], "k": "\q"})",
        R"({"examples": [{}], "examples": 01})",
        R"({"examples": [{}], "k": 1e309})"}) {
    EXPECT_THAT(ErrorOf(json), HasSubstr("JSON Parse error: ")) << json;
  }
}

TEST(JsonToExamplesTest, UsesTheFirstValueOfARepeatedKey) {
  Input input;
  std::string signature_name;
  const net::PaddedBuffer body(std::string_view(
      R"({"examples": [{"x": 1}], "signature_name": "a", "context": {"c": 2},
          "examples": 3, "signature_name": 4, "context": 5})"));
  ASSERT_TRUE(
      JsonToExamples(body, 5, AnySignature, &input, &signature_name).ok());
  EXPECT_EQ(signature_name, "a");
  EXPECT_EQ(input.example_list_with_context().examples_size(), 1);
  EXPECT_EQ(input.example_list_with_context()
                .context()
                .features()
                .feature()
                .at("c")
                .int64_list()
                .value(0),
            2);
}

TEST(JsonToExamplesTest, ReadsAByteOrderMarkNulsAndBytesThatAreNotUtf8) {
  Input input;
  std::string signature_name;
  const net::PaddedBuffer body(
      "\xef\xbb\xbf{\"examples\": [{\"x\": \"caf\xe9\"}]}\0\0"sv);
  const absl::Status status =
      JsonToExamples(body, 5, AnySignature, &input, &signature_name);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(input.example_list()
                .examples(0)
                .features()
                .feature()
                .at("x")
                .bytes_list()
                .value(0),
            "caf\xe9");
}

TEST(JsonToExamplesTest, LimitsNesting) {
  Input input;
  std::string signature_name;
  const net::PaddedBuffer body(
      std::string_view(R"({"more": [[[[1]]]], "examples": [{}]})"));
  EXPECT_TRUE(
      JsonToExamples(body, 5, AnySignature, &input, &signature_name).ok());
  EXPECT_THAT(
      JsonToExamples(body, 4, AnySignature, &input, &signature_name).message(),
      HasSubstr("nest more than 4 levels"));
}

TEST(JsonToExamplesTest, ChargesTheExamplesAndThrowsBeyondTheBudget) {
  const std::pair<const char*, const char*> lists[] = {
      {R"({"examples": [)", R"({"a":1},)"},
      {R"({"examples": [)", "{},"},
      {R"({"examples": [{"a":[)", "1,"},
      {R"({"examples": [{"a":[)", "0.5,"},
      {R"({"examples": [{"a":[)", R"("",)"},
      {R"({"examples": [{"a":[)", R"("a longer piece of text",)"},
  };
  for (const auto& [start, element] : lists) {
    std::string json = start;
    for (int i = 0; i < 500000; ++i) {
      json += element;
    }
    // The text has no end, but the budget has.
    RequestMemory memory(static_cast<int64_t>(2 * json.size()));
    {
      RequestMemory::Charge charge(&memory);
      net::PaddedBuffer body(&charge);
      body.Append(json);
      google::protobuf::Arena arena;
      auto* const input = google::protobuf::Arena::Create<Input>(&arena);
      std::string name;
      EXPECT_THROW(static_cast<void>(
                       JsonToExamples(body, 100, AnySignature, input, &name)),
                   RequestMemoryExceeded)
          << element;
      EXPECT_LE(arena.SpaceAllocated(), 4 * json.size()) << element;
      // Only the charge of the body remains.
      EXPECT_LE(memory.used(), static_cast<int64_t>(body.capacity()));
    }
    EXPECT_EQ(memory.used(), 0);
  }
}

TEST(JsonToExamplesTest, ChargesTheArena) {
  std::string json = R"({"examples": [{"a":1})";
  for (int i = 0; i < 50000; ++i) {
    json += R"(,{"a":1})";
  }
  json += "]}";
  RequestMemory memory(0);
  RequestMemory::Charge charge(&memory);
  net::PaddedBuffer body(&charge);
  body.Append(json);
  google::protobuf::Arena arena;
  auto* const input = google::protobuf::Arena::Create<Input>(&arena);
  std::string name;

  ASSERT_TRUE(JsonToExamples(body, 100, AnySignature, input, &name).ok());

  EXPECT_GE(memory.used() - static_cast<int64_t>(body.capacity()) + (1 << 18),
            static_cast<int64_t>(arena.SpaceAllocated()));
}

TEST(JsonToExamplesTest, ErrorsOfTheBodyTakePrecedenceOverTheSignature) {
  const auto decode = [](const std::string& json) {
    const net::PaddedBuffer body(json);
    Input input;
    std::string name;
    return std::string(JsonToExamples(
                           body, 100,
                           [](absl::string_view name) {
                             return name == "good"
                                        ? absl::OkStatus()
                                        : absl::NotFoundError("no signature");
                           },
                           &input, &name)
                           .message());
  };
  EXPECT_EQ(decode(R"({"examples": [{"a": 1}]})"), "no signature");
  EXPECT_EQ(decode(R"({"signature_name": "bad", "examples": [{"a": 1}]})"),
            "no signature");
  EXPECT_EQ(decode(R"({"examples": [{"a": 1}], "signature_name": "bad"})"),
            "no signature");
  EXPECT_THAT(decode(R"({"examples": [{}, {"a": {}}], "signature_name": "b"})"),
              HasSubstr("element: 1"));
  EXPECT_THAT(decode(R"({"examples": [{"a": 1}]])"), HasSubstr("JSON Parse"));
  for (const char* json :
       {R"({"signature_name": "good", "examples": [{"a": 1}]})",
        R"({"examples": [{"a": 1}], "signature_name": "good"})",
        R"({"examples": [{"a": 1}], "signature\u005fname": "good"})"}) {
    EXPECT_EQ(decode(json), "") << json;
  }
}

}  // namespace
}  // namespace tfs3::rest
