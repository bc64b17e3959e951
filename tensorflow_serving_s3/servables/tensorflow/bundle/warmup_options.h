// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_WARMUP_OPTIONS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_WARMUP_OPTIONS_H_

namespace tfs3 {

// How a model is warmed up; see WarmUp.
//
//   SavedModelOptions options;
//   options.warmup.iterations = 10;
struct WarmupOptions {
  bool enabled = true;
  // How often each request runs, at least 1.
  int iterations = 1;
  // The value of InferenceOptions::check_method_name for these requests.
  bool check_method_name = false;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_WARMUP_OPTIONS_H_
