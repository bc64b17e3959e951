// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/load/saved_model_bundle_source_adapter.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using LoaderData = ServableData<std::unique_ptr<Loader>>;

TEST(SavedModelBundleSourceAdapterTest, ConvertsAPathIntoALoader) {
  const ServableId id{"half", 7};
  SavedModelBundleSourceAdapter adapter{SavedModelOptions()};
  std::vector<LoaderData> loaders;
  adapter.SetAspiredVersionsCallback(
      [&](absl::string_view, std::vector<LoaderData> versions) {
        loaders = std::move(versions);
      });

  adapter.GetAspiredVersionsCallback()(
      "half",
      {ServableData<StoragePath>(id, TestModelPath("half_plus_three"))});

  ASSERT_EQ(loaders.size(), 1u);
  EXPECT_EQ(loaders[0].id(), id);
  const std::unique_ptr<Loader> loader = std::move(loaders[0]).data();
  ASSERT_TRUE(loader->Load({id}).ok());
  EXPECT_NE(loader->servable().get<SavedModelBundle>(), nullptr);
}

TEST(SavedModelBundleSourceAdapterTest, LeavesErrorsToTheLoader) {
  const ServableId id{"half", 7};
  SavedModelBundleSourceAdapter adapter{SavedModelOptions()};
  std::vector<LoaderData> loaders;
  adapter.SetAspiredVersionsCallback(
      [&](absl::string_view, std::vector<LoaderData> versions) {
        loaders = std::move(versions);
      });

  adapter.GetAspiredVersionsCallback()(
      "half", {ServableData<StoragePath>(id, StoragePath("/no/such/folder"))});

  ASSERT_EQ(loaders.size(), 1u);
  EXPECT_EQ(std::move(loaders[0]).data()->Load({id}).code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace tfs3
