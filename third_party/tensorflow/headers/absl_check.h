// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The macros of absl/log/absl_check.h that this project uses, for wheels of
// TensorFlow without that header. The wheels have the implementation, which
// absl/log/check.h uses too.
#ifndef ABSL_LOG_ABSL_CHECK_H_
#define ABSL_LOG_ABSL_CHECK_H_

#include "absl/log/internal/check_impl.h"

#define ABSL_CHECK(condition) \
  ABSL_LOG_INTERNAL_CHECK_IMPL((condition), #condition)
#define ABSL_CHECK_LE(left, right) \
  ABSL_LOG_INTERNAL_CHECK_LE_IMPL((left), #left, (right), #right)
#define ABSL_CHECK_LT(left, right) \
  ABSL_LOG_INTERNAL_CHECK_LT_IMPL((left), #left, (right), #right)

#endif  // ABSL_LOG_ABSL_CHECK_H_
