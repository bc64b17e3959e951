// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_STOP_SIGNAL_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_STOP_SIGNAL_H_

#include <string>

namespace tfs3 {

// Turns SIGTERM and SIGINT into a request to stop. From CatchStopSignals on,
// the first of them is kept for WaitForStopSignal; a second one, by someone who
// will not wait for a clean end, kills the process as if it were not caught.
// To be called once, early in main.
void CatchStopSignals();

// Blocks until the first signal and returns its name, such as "SIGTERM".
std::string WaitForStopSignal();

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_STOP_SIGNAL_H_
