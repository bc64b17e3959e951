// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/results_to_json.h"

#include <limits>

#include "gtest/gtest.h"

namespace tfs3::rest {
namespace {

using ::tensorflow::serving::ClassificationResult;
using ::tensorflow::serving::RegressionResult;

TEST(ResultsToJsonTest, ClassesArePairsOfLabelAndScore) {
  ClassificationResult result;
  auto* first = result.add_classifications();
  auto* cat = first->add_classes();
  cat->set_label("c\"t");
  cat->set_score(0.1f);
  first->add_classes()->set_score(1);
  result.add_classifications()->add_classes()->set_label("dog");
  EXPECT_EQ(ResultsToJson(result),
            R"({"results": [[["c\"t", 0.1], ["", 1.0]], [["dog", 0.0]]]})");
}

TEST(ResultsToJsonTest, WritesALabelThatIsNotUtf8AsBase64) {
  ClassificationResult result;
  result.add_classifications()->add_classes()->set_label("\xff");
  EXPECT_EQ(ResultsToJson(result),
            R"({"results": [[[{"b64": "/w=="}, 0.0]]]})");
}

TEST(ResultsToJsonTest, AnExampleMayHaveNoClasses) {
  ClassificationResult result;
  result.add_classifications();
  result.add_classifications();
  EXPECT_EQ(ResultsToJson(result), R"({"results": [[], []]})");
}

TEST(ResultsToJsonTest, RegressionsAreNumbers) {
  RegressionResult result;
  for (const float value :
       {0.5f, 2.0f, -1e30f, std::numeric_limits<float>::quiet_NaN()}) {
    result.add_regressions()->set_value(value);
  }
  EXPECT_EQ(ResultsToJson(result), R"({"results": [0.5, 2.0, -1e+30, NaN]})");
}

}  // namespace
}  // namespace tfs3::rest
