// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/options/unsupported_flags.h"

namespace tfs3 {

const std::vector<UnsupportedFlag>& UnsupportedFlags() {
  static const auto& flags = *new std::vector<UnsupportedFlag>{
      {"use_alts_credentials", false,
       "this server has no ALTS; use TLS, with --ssl_config_file",
       /*refused=*/true},
      {"thread_pool_factory_config_file", std::string(),
       "there are no thread pool factories to choose from; set the numbers of "
       "threads with --tensorflow_intra_op_parallelism and "
       "--tensorflow_inter_op_parallelism"},
      {"per_process_gpu_memory_fraction", 0.0, "this server uses no GPU"},
      {"xla_cpu_compilation_enabled", false,
       "a model that asks for XLA gets it in any case"},
      {"xla_gpu_compilation_enabled", false, "this server uses no GPU"},
      {"remove_unused_fields_from_bundle_metagraph", true,
       "of a loaded model's description only the signatures are kept"},
      {"prefer_tflite_model", false,
       "this server has no TensorFlow Lite; it serves the SavedModel"},
      {"use_tflite_model", false,
       "this server has no TensorFlow Lite; it serves the SavedModel"},
      {"num_tflite_pools", int64_t{1}, "this server has no TensorFlow Lite"},
      {"num_tflite_interpreters", int64_t{1},
       "this server has no TensorFlow Lite"},
      {"num_tflite_interpreters_per_pool", int64_t{1},
       "this server has no TensorFlow Lite"},
      {"use_saved_model", true,
       "every model is a SavedModel; export models of the older SessionBundle "
       "format as SavedModels"},
      {"skip_initialize_tpu", false, "this server uses no TPU"},
  };
  return flags;
}

}  // namespace tfs3
