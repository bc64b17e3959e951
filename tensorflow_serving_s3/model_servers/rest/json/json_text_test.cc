// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Compares the reader with RapidJSON, which TensorFlow Serving uses.
#include "tensorflow_serving_s3/model_servers/rest/json/json_text.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/net/padded_buffer.h"
#include "tensorflow_serving_s3/model_servers/testing/reference_json.h"

namespace tfs3::rest {
namespace {

using ::testing::HasSubstr;
using namespace std::string_literals;

// Skips all values of a text and returns the status.
absl::Status Skip(std::string_view json,
                  int64_t max_nesting = kDefaultMaxJsonNesting) {
  const net::PaddedBuffer body(json);
  JsonText text(body, max_nesting);
  const bool read = text.ReadRoot(
      [&](std::string_view, const char* p) { return text.SkipValue(p); });
  EXPECT_EQ(read, text.status().ok());
  return text.status();
}

// Reads all lists and objects of a text and returns the status.
absl::Status Walk(std::string_view json,
                  int64_t max_nesting = kDefaultMaxJsonNesting) {
  const net::PaddedBuffer body(json);
  JsonText text(body, max_nesting);
  const std::function<const char*(const char*)> walk = [&](const char* p) {
    if (*p == '[') {
      return text.ReadList(p, walk);
    }
    if (*p != '{') {
      return text.SkipValue(p);
    }
    return text.ReadObject(
        p, [&](std::string_view, const char* value) { return walk(value); });
  };
  text.ReadRoot([&](std::string_view, const char* p) { return walk(p); });
  return text.status();
}

void ExpectSameLanguage(std::string_view json) {
  const bool accepted = ReferenceAccepts(json);
  EXPECT_EQ(Skip(json).ok(), accepted)
      << absl::CHexEscape(json) << " " << Skip(json);
  EXPECT_EQ(Walk(json).ok(), accepted)
      << absl::CHexEscape(json) << " " << Walk(json);
}

void ExpectAccepted(std::string_view json) {
  ExpectSameLanguage(json);
  EXPECT_TRUE(ReferenceAccepts(json)) << absl::CHexEscape(json);
}

void ExpectRefused(std::string_view json) {
  ExpectSameLanguage(json);
  EXPECT_FALSE(ReferenceAccepts(json)) << absl::CHexEscape(json);
}

TEST(JsonTextTest, AcceptsAByteOrderMark) {
  ExpectAccepted("\xef\xbb\xbf{}");
  ExpectAccepted("\xef\xbb\xbf {\"a\": 1}\n");
  for (const char* part : {"\xef", "\xbb", "\xbf", "\xef\xbb", "\xef\xbf"}) {
    ExpectAccepted(absl::StrCat(part, "{}"));
  }
  ExpectRefused("\xef\xbb\xbf");
  ExpectRefused(" \xef\xbb\xbf{}");
  ExpectRefused("{}\xef\xbb\xbf");
  ExpectRefused("\xef\xbb\xbf\xef\xbb\xbf{}");
  ExpectRefused("\xbb\xef{}");
  ExpectRefused("\xfe\xff{}");
}

TEST(JsonTextTest, EndsAtTheFirstNul) {
  ExpectAccepted("{}\0"s);
  ExpectAccepted("{}\0\0"s);
  ExpectAccepted("{} \n\0"s);
  ExpectAccepted("{}\0garbage"s);
  ExpectAccepted("{}\0}"s);
  ExpectAccepted("\xef\xbb\xbf{}\0"s);
  ExpectRefused("\0{}"s);
  ExpectRefused("\0"s);
  ExpectRefused("{\0}"s);
  ExpectRefused("{\"a\": \"b\0c\"}"s);
  ExpectRefused("{\"a\": 1\0}"s);
  ExpectRefused("{} x\0"s);
}

TEST(JsonTextTest, AcceptsOnlyOneObject) {
  for (const char* json :
       {"", " ", "[]", "1", "\"a\"", "null", "{", "}", "{}}", "{} {}", "{},",
        "{}x", "// c\n{}", "{}/* c */", "\f{}", "{}\v", "\xc2\xa0{}"}) {
    ExpectRefused(json);
  }
  ExpectAccepted(" \t\r\n{ \t\r\n} \t\r\n");
}

TEST(JsonTextTest, ReadsListsAndObjectsLikeRapidJson) {
  for (const char* value : {"[]", "[ ]", "[1]", "[1 , 2]", "{}", "{\"a\":1}",
                            "{\"a\":1,\"a\":2}", "{\"\":[{}]}", "[[],[[]]]"}) {
    ExpectAccepted(absl::StrCat("{\"k\": ", value, "}"));
  }
  for (const char* value : {"",           "[",          "]",
                            "[1",         "[1,]",       "[,1]",
                            "[1,,2]",     "[1 2]",      "[1;2]",
                            "[1}",        "{",          "{a:1}",
                            "{'a':1}",    "{\"a\"}",    "{\"a\":}",
                            "{\"a\":1,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}",
                            "{\"a\"=1}",  "{1:2}",      "{\"a\":1]",
                            "{\"a\"::1}", "{null:1}"}) {
    ExpectRefused(absl::StrCat("{\"k\": ", value, "}"));
  }
}

TEST(JsonTextTest, ReadsWordsLikeRapidJson) {
  for (const char* value : {"true", "false", "null"}) {
    ExpectAccepted(absl::StrCat("{\"k\":", value, "}"));
  }
  for (const char* value :
       {"True", "TRUE", "tru", "truex", "true1", "None", "nul", "nil",
        "undefined", "yes", "truefalse", "null\"\"", "true[]"}) {
    ExpectRefused(absl::StrCat("{\"k\":", value, "}"));
  }
}

TEST(JsonTextTest, ReadsNumbersLikeRapidJson) {
  const std::string zeros(400, '0');
  const std::string nines(308, '9');
  for (const std::string& value : {"0"s,
                                   "-0"s,
                                   "-0.0"s,
                                   "0e0"s,
                                   "1E+5"s,
                                   "1e-5"s,
                                   "0.5"s,
                                   "1e308"s,
                                   "2e308"s,
                                   "1.8e308"s,
                                   "-1.8e308"s,
                                   "0.1e309"s,
                                   "0.0e309"s,
                                   "1e-400"s,
                                   "1e-99999999999"s,
                                   "0e-999999999999"s,
                                   "0." + zeros + "e500",
                                   "0." + zeros + "1e500",
                                   "0." + zeros + "1e700",
                                   nines,
                                   nines + "e9",
                                   nines + "e308",
                                   "1" + zeros.substr(0, 308),
                                   "18446744073709551616"s,
                                   "NaN"s,
                                   "-NaN"s,
                                   "Inf"s,
                                   "-Inf"s,
                                   "Infinity"s,
                                   "-Infinity"s}) {
    ExpectAccepted(absl::StrCat("{\"k\":", value, "}"));
  }
  for (const std::string& value :
       {"00"s,       "01"s,
        "-"s,        "-01"s,
        "+1"s,       ".5"s,
        "5."s,       "-.5"s,
        "1e"s,       "1e+"s,
        "1.e5"s,     "0x10"s,
        "1a"s,       "1.2.3"s,
        "--1"s,      "1_000"s,
        "1e309"s,    "0e309"s,
        "-1e309"s,   "0e400"s,
        "0.0e310"s,  "1e99999999999"s,
        "1" + nines, "2" + nines,
        "1" + zeros, "1" + zeros + "e-300",
        "nan"s,      "inf"s,
        "INF"s,      "Infinit"s,
        "Infi"s,     "+NaN"s,
        "Na"s,       "N"s,
        "NaNs"s,     "InfInf"s,
        "- 1"s,      "1 .5"s,
        "1e 5"s,     "1." + zeros + zeros + "e330"}) {
    ExpectRefused(absl::StrCat("{\"k\":", value, "}"));
  }
}

TEST(JsonTextTest, ReadsStringsLikeRapidJson) {
  for (const char* value :
       {"", "a", R"(\"\\\/\b\f\n\r\t)", R"(\u0000)", R"(\uABCD\uabcd)",
        R"(\ud83d\ude00)", R"(\ude00)", R"(\udc00\ud83d\ude00)", "\x7f",
        "caf\xe9", "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80",
        "\xe6\x97", "'", "//"}) {
    ExpectAccepted(absl::StrCat("{\"k\":\"", value, "\"}"));
    ExpectAccepted(absl::StrCat("{\"", value, "\":0}"));
  }
  for (const char* value : {"\"",
                            "\\",
                            R"(\x)",
                            R"(\')",
                            R"(\a)",
                            R"(\0)",
                            R"(\u)",
                            R"(\u12)",
                            R"(\u12g4)",
                            R"(\U0041)",
                            R"(\ud83d)",
                            R"(\ud83dx)",
                            R"(\ud83d\n)",
                            R"(\ud83d\u0041)",
                            R"(\ud83d\ud83d)",
                            R"(\ud83d\u)",
                            "\n",
                            "\t",
                            "\x01",
                            "\x1f"}) {
    ExpectRefused(absl::StrCat("{\"k\":\"", value, "\"}"));
    ExpectRefused(absl::StrCat("{\"", value, "\":0}"));
  }
}

TEST(JsonTextTest, AcceptsTheSameRandomTextsAsRapidJson) {
  const std::vector<std::string> starts = {
      R"({"instances": [1.0, 2, -3e2, NaN, Infinity], "signature_name": "s"})",
      R"({"inputs": {"x": [[1, 2], [3, 4]], "s": ["a\u00e9\n", {"b64": "AA=="}]}})",
      R"({"examples": [{"age": 41, "name": "Ann", "f": [0.5, 1e3]}, {}]})",
      R"({"k": [[], {}, [{}], true, false, null, "\ud83d\ude00", -0.0e-1]})",
      "\xef\xbb\xbf{\"a\": 1e308, \"b\": 0.1e309}\0 "s};
  const std::vector<std::string> pieces = {
      "[",    "]",    "{",    "}",    ",",     ":",         "\"",
      "\\",   "\\u",  "0",    "1",    "9",     ".",         "e",
      "-",    "+",    " ",    "\n",   "\t",    "\0"s,       "N",
      "I",    "In",   "NaN",  "Inf",  "inity", "true",      "null",
      "d83d", "de00", "/",    "'",    "a",     "b64",       "\xef",
      "\xbb", "\xbf", "\xff", "\x1f", "308",   "000000000", "999999999"};
  const auto seed = std::random_device()();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const auto below = [&random](size_t n) { return random() % n; };
  int accepted = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string json = starts[below(starts.size())];
    for (size_t edits = 1 + below(3); edits > 0; --edits) {
      const size_t at = below(json.size() + 1);
      switch (below(3)) {
        case 0:
          json.insert(at, pieces[below(pieces.size())]);
          break;
        case 1:
          json.erase(at, 1 + below(3));
          break;
        default:
          json.replace(at, 1, pieces[below(pieces.size())]);
      }
    }
    if (DeviatesFromJson(json)) {
      continue;
    }
    accepted += ReferenceAccepts(json);
    ExpectSameLanguage(json);
    if (testing::Test::HasFailure()) {
      return;
    }
  }
  // Some of the texts are valid, and some are not.
  EXPECT_GT(accepted, 1000);
  EXPECT_LT(accepted, 99'000);
}

TEST(JsonTextTest, ReadsTheSameStringsAsRapidJson) {
  for (const std::string& content :
       {R"(plain)"s, R"(\u00e9\u20ac\ud83d\ude00\ude00\u0000\u007f\u0800)"s,
        R"(a\"b\\c\/d\be\ff\ng\rh\ti)"s, "caf\xe9 \xff \xed\xa0\x80"s,
        std::string(100, 'x') + R"(\n)" + std::string(100, 'y')}) {
    const std::string json = absl::StrCat("{\"k\":\"", content, "\"}");
    const net::PaddedBuffer body(json);
    JsonText text(body, kDefaultMaxJsonNesting);
    std::string got;
    text.ReadRoot([&](std::string_view, const char* p) {
      const JsonText::String string = text.ReadString(p);
      got = std::string(string.text);
      return string.end;
    });
    EXPECT_EQ(got, ReferenceString(json, "k")) << json;
  }
}

TEST(JsonTextTest, ErrorsNameTheCauseAndTheOffset) {
  EXPECT_THAT(
      Skip(R"({"a": tru})").message(),
      HasSubstr("JSON Parse error: a value was expected (at offset 6)"));
  EXPECT_THAT(Skip(R"({"a": "\x"})").message(), HasSubstr("(at offset 7)"));
  EXPECT_THAT(Skip(R"({"a": 1e309})").message(), HasSubstr("out of range"));
  EXPECT_THAT(Skip(R"({"a": [1 2]})").message(),
              HasSubstr("a comma or ] was expected (at offset 9)"));
  EXPECT_THAT(Skip(R"({"a": "b)").message(), HasSubstr("has no end"));
  EXPECT_THAT(Skip("").message(), HasSubstr("body is empty"));
  EXPECT_THAT(Skip("\xef\xbb\xbf[]").message(), HasSubstr("(at offset 3)"));
}

TEST(JsonTextTest, LimitsNestingEverywhere) {
  const auto nested = [](int levels) {
    return absl::StrCat("{\"k\": ", std::string(levels - 1, '['), "1",
                        std::string(levels - 1, ']'), "}");
  };
  for (const auto& status_of : {Skip, Walk}) {
    EXPECT_TRUE(status_of(nested(5), 5).ok());
    EXPECT_THAT(status_of(nested(6), 5).message(),
                HasSubstr("nest more than 5 levels"));
    EXPECT_TRUE(status_of(R"({"a": [[]], "b": [{}], "c": "[[[[[["})", 3).ok());
    EXPECT_FALSE(status_of(R"({"a": [[]], "b": [{}]})", 2).ok());
    EXPECT_FALSE(status_of("{}", 0).ok());
  }
  EXPECT_TRUE(Skip(nested(1'000'000), 1'000'000).ok());
}

}  // namespace
}  // namespace tfs3::rest
