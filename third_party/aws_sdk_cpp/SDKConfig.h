// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What CMake would generate. It decides the type of Aws::String, so every user
// of the SDK must see the same.
#pragma once

#define USE_AWS_MEMORY_MANAGEMENT
