// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_PROCESS_SETTINGS_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_PROCESS_SETTINGS_H_

#include "tensorflow_serving_s3/filesystem/tensorflow_io/settings.h"

namespace tfs3 {

// Returns the environment variables of this process.
Environment ProcessEnvironment();

// Changes environment variables of this process. No other thread may read the
// environment at the same time.
void ChangeProcessEnvironment(const EnvironmentChanges& changes);

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_TENSORFLOW_IO_PROCESS_SETTINGS_H_
