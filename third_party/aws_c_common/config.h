// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What CMake would generate from config.h.in, with every feature left
// undefined: the library then takes its portable code.

#ifndef AWS_COMMON_CONFIG_H
#define AWS_COMMON_CONFIG_H

#endif
