// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_STOP_SIGNAL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_STOP_SIGNAL_H_

#include <string>

namespace tfs3 {

// Catches the first SIGTERM and the first SIGINT for WaitForStopSignal. A
// second one kills the process immediately. Call it once, early in main.
void CatchStopSignals();

// Waits for the first signal and returns its name, such as "SIGTERM".
std::string WaitForStopSignal();

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_STOP_SIGNAL_H_
