// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_WARMUP_OPTIONS_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_WARMUP_OPTIONS_H_

namespace tfs3 {

// Whether and how a model answers the requests that were saved with it before
// it is served; see WarmUp.
//
//   SavedModelOptions options;
//   options.warmup.iterations = 10;
struct WarmupOptions {
  bool enabled = true;
  // How often each request is answered, 1 or more.
  int iterations = 1;
  // InferenceOptions::check_method_name for these requests.
  bool check_method_name = false;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_WARMUP_OPTIONS_H_
