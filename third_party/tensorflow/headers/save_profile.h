// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// xla/tsl/profiler/rpc/client/save_profile.h for wheels of TensorFlow in which
// tsl has its own top-level folder.
#ifndef XLA_TSL_PROFILER_RPC_CLIENT_SAVE_PROFILE_H_
#define XLA_TSL_PROFILER_RPC_CLIENT_SAVE_PROFILE_H_

#include "tsl/profiler/rpc/client/save_profile.h"

#endif  // XLA_TSL_PROFILER_RPC_CLIENT_SAVE_PROFILE_H_
