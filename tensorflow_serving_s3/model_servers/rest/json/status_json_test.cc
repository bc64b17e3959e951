// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/status_json.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/servables/tensorflow/load/load_progress.h"

namespace tfs3::rest {
namespace {

using ::tensorflow::serving::GetModelStatusResponse;
using ::tensorflow::serving::ModelVersionStatus;
using ::testing::HasSubstr;
using ::testing::Not;

GetModelStatusResponse VersionIn(ModelVersionStatus::State state) {
  GetModelStatusResponse versions;
  ModelVersionStatus* const version = versions.add_model_version_status();
  version->set_version(3);
  version->set_state(state);
  return versions;
}

LoadProgress LoadOf(const std::string& model, int64_t version) {
  LoadProgress load;
  load.id = {model, version};
  load.elapsed = absl::Milliseconds(12345);
  return load;
}

TEST(StatusJsonTest, WritesTheProgressOfALoadingVersion) {
  LoadProgress load = LoadOf("half", 3);
  load.bytes_read = 512000000;
  load.total_bytes = 5000000000;
  EXPECT_EQ(ModelStatusJson("half", VersionIn(ModelVersionStatus::LOADING),
                            {LoadOf("other", 3), LoadOf("half", 2), load}),
            R"({
 "model_version_status": [
  {
   "version": "3",
   "state": "LOADING",
   "status": {
    "error_code": "OK",
    "error_message": ""
   },
   "load_progress": {
    "seconds": 12.3,
    "bytes_read": "512000000",
    "total_bytes": "5000000000"
   }
  }
 ]
}
)");
}

TEST(StatusJsonTest, OmitsUnknownFields) {
  const std::string json = ModelStatusJson(
      "half", VersionIn(ModelVersionStatus::LOADING), {LoadOf("half", 3)});
  EXPECT_THAT(json, HasSubstr("\"load_progress\": {\n    \"seconds\": 12.3\n"));
  EXPECT_THAT(json, Not(HasSubstr("bytes")));
}

TEST(StatusJsonTest, WritesNoProgressOfOtherVersions) {
  for (const auto state :
       {ModelVersionStatus::START, ModelVersionStatus::AVAILABLE,
        ModelVersionStatus::END}) {
    EXPECT_THAT(ModelStatusJson("half", VersionIn(state), {LoadOf("half", 3)}),
                Not(HasSubstr("load_progress")));
  }
  EXPECT_THAT(
      ModelStatusJson("half", VersionIn(ModelVersionStatus::LOADING), {}),
      Not(HasSubstr("load_progress")));
}

TEST(StatusJsonTest, WritesProgressInTheListOfModels) {
  ModelSummary half;
  half.name = "half";
  half.versions = VersionIn(ModelVersionStatus::LOADING);
  const std::string json = ModelListJson({half}, {LoadOf("half", 3)});
  EXPECT_THAT(json, HasSubstr("\n     \"load_progress\": {\n"
                              "      \"seconds\": 12.3\n     }\n    }"));
}

TEST(StatusJsonTest, WritesTheProblemOfTheSource) {
  EXPECT_THAT(ModelListJson({}, {}, "Mine failed"),
              HasSubstr("{\n \"source_problem\": \"Mine failed\",\n"));
  EXPECT_THAT(ModelListJson({}, {}), Not(HasSubstr("source_problem")));
}

}  // namespace
}  // namespace tfs3::rest
