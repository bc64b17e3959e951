// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_MODELS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_MODELS_H_

#include <string>

namespace tfs3 {

// The folder of a SavedModel that make_test_models.py writes and says what it
// is, such as "half_plus_three". Only within a test run by Bazel.
std::string TestModelPath(const std::string& name);

// A copy of that folder that the test may spoil, in the test's own temporary
// folder under the name `copy`, which is made anew.
std::string CopyTestModel(const std::string& name, const std::string& copy);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_MODELS_H_
