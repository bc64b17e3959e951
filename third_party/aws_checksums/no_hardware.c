// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The two functions that the portable code calls and that only the folders for
// particular processors define. S3 messages are too few for them to matter.
#include <aws/checksums/private/cpuid.h>
#include <aws/checksums/private/crc_priv.h>
#include <stdint.h>

// Returns 0: no features are known.
int aws_checksums_do_cpu_id(int32_t *cpuid) {
  (void)cpuid;
  return 0;
}

uint32_t aws_checksums_crc32c_hw(const uint8_t *data, int length,
                                 uint32_t previous) {
  return aws_checksums_crc32c_sw(data, length, previous);
}
