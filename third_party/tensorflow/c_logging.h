// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// TensorFlow's C functions for logging. The wheel of 2.21 has neither the header
// nor the functions; plugins that were written for older releases use them.
//
//   TF_Log(TF_WARNING, "%s: attempt %d failed", path, attempt);
#ifndef TENSORFLOW_C_LOGGING_H_
#define TENSORFLOW_C_LOGGING_H_

#include "tensorflow/c/c_api_macros.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum TF_LogLevel {
  TF_INFO = 0,
  TF_WARNING = 1,
  TF_ERROR = 2,
  TF_FATAL = 3,
} TF_LogLevel;

// Writes a message, which is formatted as by printf, to TensorFlow's log.
// TF_FATAL ends the process.
TF_CAPI_EXPORT extern void TF_Log(TF_LogLevel level, const char* fmt, ...);

// Writes a message of the level INFO if the verbosity is `level` or more.
TF_CAPI_EXPORT extern void TF_VLog(int level, const char* fmt, ...);

// As TF_VLog, but only in debug builds.
TF_CAPI_EXPORT extern void TF_DVLog(int level, const char* fmt, ...);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // TENSORFLOW_C_LOGGING_H_
