// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/unsupported_flags.h"

namespace tfs3 {
namespace {

constexpr char kNoLite[] =
    "this server has no TensorFlow Lite; it serves the SavedModel";

}  // namespace

const std::vector<UnsupportedFlag>& UnsupportedFlags() {
  static const auto& flags = *new std::vector<UnsupportedFlag>{
      {"use_alts_credentials", false,
       "this server has no ALTS; use TLS, with --ssl_config_file",
       /*refused=*/true},
      {"thread_pool_factory_config_file", std::string(),
       "this server has no thread pool factories; set the numbers of threads "
       "with --tensorflow_intra_op_parallelism and "
       "--tensorflow_inter_op_parallelism"},
      {"xla_cpu_compilation_enabled", false,
       "a model that requests XLA always gets it"},
      {"remove_unused_fields_from_bundle_metagraph", true,
       "the server always keeps only the signatures of a loaded MetaGraphDef"},
      {"use_saved_model", true,
       "every model is a SavedModel; export models in the older SessionBundle "
       "format as SavedModels"},
      {"skip_initialize_tpu", false, "this server uses no TPU"},
      {"prefer_tflite_model", false, kNoLite},
      {"use_tflite_model", false, kNoLite},
      {"num_tflite_pools", int64_t{1}, kNoLite},
      {"num_tflite_interpreters", int64_t{1}, kNoLite},
      {"num_tflite_interpreters_per_pool", int64_t{1}, kNoLite},
  };
  return flags;
}

}  // namespace tfs3
