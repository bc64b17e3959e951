// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_LOADED_TEST_MODEL_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_LOADED_TEST_MODEL_H_

#include <string>

#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"

namespace tfs3 {

// Returns a test model (see TestModelPath), loaded with default options. Loads
// each model only once. Not thread-safe.
const SavedModelBundle& LoadedTestModel(const std::string& name);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_LOADED_TEST_MODEL_H_
