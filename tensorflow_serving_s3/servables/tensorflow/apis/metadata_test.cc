// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/metadata.h"

#include <gtest/gtest.h>

#include <memory>

#include "tensorflow_serving/apis/get_model_metadata.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using tensorflow::serving::GetModelMetadataRequest;
using tensorflow::serving::GetModelMetadataResponse;
using tensorflow::serving::SignatureDefMap;

class MetadataTest : public testing::Test {
 protected:
  absl::Status Get(const GetModelMetadataRequest& request,
                   GetModelMetadataResponse* response) {
    const auto model = SavedModelBundle::Load(TestModelPath("many_types"),
                                              SavedModelOptions());
    return GetModelMetadata(request, ServableId{"many", 7}, **model, response);
  }
};

TEST_F(MetadataTest, PacksTheSignatures) {
  GetModelMetadataRequest request;
  request.add_metadata_field("signature_def");
  GetModelMetadataResponse response;

  ASSERT_TRUE(Get(request, &response).ok());

  ASSERT_EQ(response.metadata_size(), 1);
  SignatureDefMap signatures;
  ASSERT_TRUE(response.metadata().at("signature_def").UnpackTo(&signatures));
  EXPECT_EQ(
      signatures.signature_def().at("statistics").inputs().at("values").dtype(),
      tensorflow::DT_DOUBLE);
}

TEST_F(MetadataTest, ReturnsNameAndVersionOfTheModel) {
  GetModelMetadataRequest request;
  request.add_metadata_field("signature_def");
  GetModelMetadataResponse response;

  ASSERT_TRUE(Get(request, &response).ok());

  EXPECT_EQ(response.model_spec().name(), "many");
  EXPECT_EQ(response.model_spec().version().value(), 7);
}

TEST_F(MetadataTest, RefusesOtherFields) {
  GetModelMetadataRequest request;
  request.add_metadata_field("signature_def");
  request.add_metadata_field("size");
  GetModelMetadataResponse response;

  EXPECT_EQ(Get(request, &response),
            absl::InvalidArgumentError("there is no metadata_field \"size\"; "
                                       "ask for \"signature_def\""));
}

TEST_F(MetadataTest, RefusesARequestWithoutFields) {
  GetModelMetadataResponse response;

  EXPECT_EQ(Get(GetModelMetadataRequest(), &response),
            absl::InvalidArgumentError(
                "metadata_field is empty; ask for \"signature_def\""));
}

}  // namespace
}  // namespace tfs3
