// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Tests of predict, classify and regress.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow_serving/apis/prediction_log.pb.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/request_logger_test_util.h"
#include "tensorflow_serving_s3/model_servers/testing/routes_test_util.h"

namespace tfs3::rest {
namespace {

using ::testing::HasSubstr;
using RoutesInferenceTest = RoutesTest;

TEST_F(RoutesInferenceTest, PredictAnswersRowFormat) {
  const net::HttpResponse response = Send("POST", "/v1/models/half:predict",
                                          R"({"instances": [1.0, 2.0, 5.0]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"predictions": [3.5, 4.0, 5.5]})");
}

TEST_F(RoutesInferenceTest, PredictAnswersColumnarFormat) {
  const net::HttpResponse response =
      Send("POST", "/v1/models/half:predict", R"({"inputs": [1.0, 2.0]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"outputs": [3.5, 4.0]})");
}

TEST_F(RoutesInferenceTest, LogsPredictLikeGrpc) {
  LoggedModel log("half");
  options_.request_logger = log.logger();
  Send("POST", "/v1/models/half:predict", R"({"instances": [1.0, 2.0]})");
  const auto logs = log.Read();
  ASSERT_EQ(logs.size(), 1u);
  EXPECT_EQ(Describe(logs[0].log_metadata().model_spec()), "half 7");
  const auto& predict = logs[0].predict_log();
  EXPECT_EQ(Describe(predict.request().model_spec()), "half");
  EXPECT_EQ(Describe(predict.response().model_spec()), "half 7");
  const auto values = [](const tensorflow::TensorProto& proto) {
    tensorflow::Tensor tensor;
    EXPECT_TRUE(tensor.FromProto(proto));
    const auto flat = tensor.flat<float>();
    return std::vector<float>(flat.data(), flat.data() + flat.size());
  };
  EXPECT_EQ(values(predict.request().inputs().at("x")),
            (std::vector<float>{1, 2}));
  EXPECT_EQ(values(predict.response().outputs().at("y")),
            (std::vector<float>{3.5, 4}));
}

TEST_F(RoutesInferenceTest, LogsOnlySuccessfulRequests) {
  LoggedModel log("half");
  options_.request_logger = log.logger();
  Send("POST", "/v1/models/half:predict", R"({"instances": ["text"]})");
  Send("POST", "/v1/models/half:classify", R"({"examples": [{"x": 0.25}]})");
  Send("GET", "/v1/models/half/metadata");
  EXPECT_TRUE(log.Read().empty());
}

TEST_F(RoutesInferenceTest, PredictUsesASignatureNamedAfterTheData) {
  const net::HttpResponse response =
      Send("POST", "/v1/models/half:predict",
           R"({"instances": [1.0], "signature_name": "none"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("none"));
}

TEST_F(RoutesInferenceTest, ClassifyAndRegressNameAnInvalidSignature) {
  for (const char* verb : {"classify", "regress"}) {
    const net::HttpResponse response =
        Send("POST", absl::StrCat("/v1/models/half:", verb),
             R"({"examples": [{"x": 1.0}]})");
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("serving_default"));
  }
}

TEST_F(RoutesInferenceTest, ClassifyAndRegressRequireExamples) {
  for (const char* verb : {"classify", "regress"}) {
    const net::HttpResponse response =
        Send("POST", absl::StrCat("/v1/models/half:", verb),
             R"({"instances": [1.0]})");
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("Missing 'examples' key"));
  }
}

TEST_F(RoutesInferenceTest, LimitsNesting) {
  options_.max_json_nesting = 2;
  EXPECT_EQ(
      Send("POST", "/v1/models/half:predict", R"({"inputs": [1.0]})").status,
      200);
  for (const char* verb : {"predict", "classify", "regress"}) {
    const net::HttpResponse response =
        Send("POST", absl::StrCat("/v1/models/half:", verb),
             R"({"inputs": [[1.0]]})");
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("nest more than 2 levels"));
  }
}

class ExamplesTest : public RoutesTest {
 protected:
  ExamplesTest() : RoutesTest("tf_examples") {}
};

TEST_F(ExamplesTest, ClassifyReturnsLabelsAndScores) {
  const net::HttpResponse response =
      Send("POST", "/v1/models/half:classify",
           R"({"examples": [{"x": 0.25}, {"x": [1.0]}]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body, R"({"results": [[["high", 0.25], ["low", 0.75]], )"
                           R"([["high", 1.0], ["low", 0.0]]]})");
}

TEST_F(ExamplesTest, RegressReturnsAValueForEachExample) {
  const net::HttpResponse response =
      Send("POST", "/v1/models/half/versions/7:regress",
           R"({"signature_name": "regress", "examples": [{"x": 0.25}, )"
           R"({"x": 1.0, "bias": 0.5}]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"results": [0.5, 2.5]})");
}

TEST_F(ExamplesTest, LogsClassifyAndRegress) {
  LoggedModel log("half");
  options_.request_logger = log.logger();
  Send("POST", "/v1/models/half:classify", R"({"examples": [{"x": 0.25}]})");
  Send("POST", "/v1/models/half:regress",
       R"({"signature_name": "regress", "examples": [{"x": 0.25}]})");
  const auto logs = log.Read();
  ASSERT_EQ(logs.size(), 2u);
  const auto& classify = logs[0].classify_log();
  EXPECT_EQ(classify.request().model_spec().name(), "half");
  EXPECT_EQ(classify.request().input().example_list().examples_size(), 1);
  EXPECT_EQ(classify.response().result().classifications_size(), 1);
  const auto& regress = logs[1].regress_log();
  EXPECT_EQ(regress.request().model_spec().signature_name(), "regress");
  EXPECT_EQ(regress.response().result().regressions(0).value(), 0.5);
}

TEST_F(ExamplesTest, MergesTheContextIntoEachExample) {
  const net::HttpResponse response =
      Send("POST", "/v1/models/half:regress",
           R"({"signature_name": "regress", "context": {"bias": 8.0}, )"
           R"("examples": [{"x": 0.25}, {"x": 1.0}]})");
  EXPECT_EQ(response.body, R"({"results": [8.5, 10.0]})");
}

TEST_F(ExamplesTest, AWrongFeatureGets400) {
  for (const char* example : {R"({"x": 1})", R"({"x": "text"})", "{}"}) {
    const net::HttpResponse response =
        Send("POST", "/v1/models/half:classify",
             absl::StrCat(R"({"examples": [)", example, "]}"));
    EXPECT_EQ(response.status, 400) << example;
    EXPECT_THAT(response.body, HasSubstr("x")) << example;
  }
}

TEST_F(ExamplesTest, ChecksTheMethodNameIfEnabled) {
  constexpr char kRegression[] =
      R"({"signature_name": "regress", "examples": [{"x": 1.0}]})";
  constexpr char kClassification[] =
      R"({"signature_name": "classify", "examples": [{"x": 1.0}]})";
  options_.check_method_name = true;
  EXPECT_EQ(Send("POST", "/v1/models/half:regress", kRegression).status, 200);
  EXPECT_EQ(Send("POST", "/v1/models/half:regress", kClassification).status,
            400);
}

class NativeExamplesTest : public RoutesTest {
 protected:
  NativeExamplesTest() : RoutesTest("native_tf_examples") {}
};

TEST_F(NativeExamplesTest,
       RunsSignaturesOfTensorFlow2UnlessMethodNamesAreChecked) {
  constexpr char kBody[] =
      R"({"signature_name": "regress", "examples": [{"x": 1.0}]})";
  EXPECT_EQ(Send("POST", "/v1/models/half:regress", kBody).body,
            R"({"results": [2.0]})");
  options_.check_method_name = true;
  EXPECT_EQ(Send("POST", "/v1/models/half:regress", kBody).status, 400);
}

TEST_F(RoutesInferenceTest, ARequestBeyondTheMemoryBudgetGets503AndRetryAfter) {
  std::string body = R"({"instances": [1.0)";
  for (int i = 0; i < 100000; ++i) {
    body += ",1";
  }
  body += "]}";
  // The budget ends in the tensors, in the outputs, or in the response.
  for (const int64_t limit : {300'000, 700'000, 900'000}) {
    RequestMemory memory(limit);
    RequestMemory::Charge charge(&memory);
    charge_ = &charge;
    const net::HttpResponse response =
        Send("POST", "/v1/models/half:predict", body);
    EXPECT_EQ(response.status, 503) << limit;
    EXPECT_EQ(HeaderOf(response, "Retry-After"), "1");
    EXPECT_THAT(response.body, HasSubstr("--request_memory_mib"));
    EXPECT_LE(memory.used(), static_cast<int64_t>(response.body.capacity()));
    EXPECT_EQ(memory.num_refused(), 1);
  }
}

TEST_F(RoutesInferenceTest, OnlyTheResponseStaysCharged) {
  RequestMemory memory(0);
  RequestMemory::Charge charge(&memory);
  charge_ = &charge;
  const net::HttpResponse response = Send("POST", "/v1/models/half:predict",
                                          R"({"instances": [1.0, 2.0, 5.0]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_GE(memory.used() + 16, response.body.capacity());
  EXPECT_LE(memory.used(), response.body.capacity());
}

class ExamplesMemoryTest : public RoutesTest {
 protected:
  ExamplesMemoryTest() : RoutesTest("tf_examples") {}

  static std::string ManyExamples(std::string_view members) {
    std::string body = R"({"examples": [{"x": 1.0})";
    for (int i = 0; i < 20000; ++i) {
      body += R"(,{"x": 1.0})";
    }
    absl::StrAppend(&body, "]", members, "}");
    return body;
  }
};

TEST_F(ExamplesMemoryTest, ExamplesBeyondTheMemoryBudgetGet503) {
  const std::string body = ManyExamples(R"(, "signature_name": "regress")");
  RequestMemory memory(2 << 20);
  RequestMemory::Charge charge(&memory);
  charge_ = &charge;
  const net::HttpResponse response =
      Send("POST", "/v1/models/half:regress", body);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(HeaderOf(response, "Retry-After"), "1");
}

TEST_F(ExamplesMemoryTest, ReportsAMissingSignatureBeforeItCreatesExamples) {
  for (const std::string& body :
       {ManyExamples(R"(, "signature_name": "none")"),
        ManyExamples(R"(, "signature\u005fname": "none")")}) {
    const bool escaped = body.find("u005f") != body.npos;
    // The examples would exceed the second budget.
    RequestMemory memory(escaped ? int64_t{1} << 30 : int64_t{2} << 20);
    RequestMemory::Charge charge(&memory);
    charge_ = &charge;
    const net::HttpResponse response =
        Send("POST", "/v1/models/half:regress", body);
    EXPECT_EQ(response.status, 400) << response.body;
    EXPECT_THAT(response.body, HasSubstr("none"));
  }
}

}  // namespace
}  // namespace tfs3::rest
