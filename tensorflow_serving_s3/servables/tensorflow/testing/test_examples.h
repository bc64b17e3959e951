// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

// tf.Examples for tests of the model "tf_examples".

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_EXAMPLES_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_EXAMPLES_H_

#include <string>
#include <vector>

#include "tensorflow/core/example/example.pb.h"
#include "tensorflow/core/example/feature.pb.h"
#include "tensorflow_serving/apis/input.pb.h"

namespace tfs3 {

inline void SetFeature(const std::string& name, float value,
                       tensorflow::Example* example) {
  (*example->mutable_features()->mutable_feature())[name]
      .mutable_float_list()
      ->add_value(value);
}

// Returns one example for each value in `xs`, as its feature "x".
inline tensorflow::serving::Input ExamplesOf(const std::vector<float>& xs) {
  tensorflow::serving::Input input;
  for (const float x : xs) {
    SetFeature("x", x, input.mutable_example_list()->add_examples());
  }
  return input;
}

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_TESTING_TEST_EXAMPLES_H_
