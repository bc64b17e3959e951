// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Settings of jemalloc, which replaces malloc of the server, TensorFlow's
// libraries included. Freed memory returns to the system within 2 seconds, also
// when no request comes; blocks above 64 MiB return immediately. One thread
// does this for all arenas: with more, jemalloc retries without a pause and
// fills the log if the system cannot create the others. The environment
// variable MALLOC_CONF overrides these settings.

extern "C" {

extern const char* malloc_conf;
const char* malloc_conf =
    "background_thread:true,max_background_threads:1,dirty_decay_ms:2000,"
    "muzzy_decay_ms:0,oversize_threshold:67108864";

}  // extern "C"
