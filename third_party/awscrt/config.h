// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// What aws-c-common's own build would find out about g++ 12 on x86-64 Linux
// with glibc.

#ifndef AWS_COMMON_CONFIG_H
#define AWS_COMMON_CONFIG_H

#define AWS_ARCH_INTEL
#define AWS_ARCH_INTEL_X64
#define AWS_HAVE_AVX2_INTRINSICS
#define AWS_HAVE_AVX512_INTRINSICS
#define AWS_HAVE_CLMUL
#define AWS_HAVE_EXECINFO
#define AWS_HAVE_GCC_INLINE_ASM
#define AWS_HAVE_GCC_OVERFLOW_MATH_EXTENSIONS
#define AWS_HAVE_LINUX_IF_LINK_H
#define AWS_HAVE_MM256_EXTRACT_EPI64
#define AWS_HAVE_POSIX_LARGE_FILE_SUPPORT
#define AWS_USE_CPU_EXTENSIONS

#endif
