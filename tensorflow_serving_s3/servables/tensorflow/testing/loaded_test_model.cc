// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/testing/loaded_test_model.h"

#include <map>
#include <memory>

#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {

const SavedModelBundle& LoadedTestModel(const std::string& name) {
  static auto& models =
      *new std::map<std::string, std::unique_ptr<SavedModelBundle>>();
  std::unique_ptr<SavedModelBundle>& model = models[name];
  if (model == nullptr) {
    model = SavedModelBundle::Load(TestModelPath(name), SavedModelOptions())
                .value();
  }
  return *model;
}

}  // namespace tfs3
