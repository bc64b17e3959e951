// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_MODELS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_MODELS_H_

#include <functional>
#include <string>

#include "tensorflow/core/protobuf/saved_model.pb.h"

namespace tfs3 {

// Returns the folder of a test model, such as "half_plus_three". For the list
// of models see make_test_models.py. Works only in a test that Bazel runs.
std::string TestModelPath(const std::string& name);

// Copies a test model to the folder `copy` in the test's temporary folder and
// returns the path of the copy. The test may change the copy. Replaces an
// earlier copy.
std::string CopyTestModel(const std::string& name, const std::string& copy);

// Applies `change` to the saved_model.pb in the folder `path`.
void EditModel(const std::string& path,
               const std::function<void(tensorflow::SavedModel&)>& change);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_MODELS_H_
