// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/saved_model_settings.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow/core/protobuf/rewriter_config.pb.h"
#include "tensorflow_serving_s3/proto/text_file.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching_options.h"

namespace tfs3 {
namespace {

// The first that is set.
int32_t ThreadsOf(int64_t own, int64_t both, int32_t otherwise) {
  if (own != 0) return static_cast<int32_t>(own);
  if (both != 0) return static_cast<int32_t>(both);
  return otherwise;
}

absl::Status FillSessionConfig(const ServerOptions& options,
                               tensorflow::ConfigProto* config) {
  if (!options.tensorflow_session_config_file.empty()) {
    if (absl::Status status =
            ReadTextFile(options.tensorflow_session_config_file,
                         "intra_op_parallelism_threads: 4", config);
        !status.ok()) {
      return absl::Status(
          status.code(),
          absl::StrCat("--tensorflow_session_config_file: ", status.message()));
    }
  }
  config->set_intra_op_parallelism_threads(
      ThreadsOf(options.tensorflow_intra_op_parallelism,
                options.tensorflow_session_parallelism,
                config->intra_op_parallelism_threads()));
  config->set_inter_op_parallelism_threads(
      ThreadsOf(options.tensorflow_inter_op_parallelism,
                options.tensorflow_session_parallelism,
                config->inter_op_parallelism_threads()));
  if (options.mixed_precision == "bfloat16") {
    config->mutable_graph_options()
        ->mutable_rewrite_options()
        ->set_auto_mixed_precision_onednn_bfloat16(
            tensorflow::RewriterConfig::ON);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SavedModelOptions> MakeSavedModelOptions(
    const ServerOptions& options) {
  SavedModelOptions saved_model;
  if (absl::Status status =
          FillSessionConfig(options, &saved_model.session_options.config);
      !status.ok()) {
    return status;
  }
  saved_model.tags =
      absl::StrSplit(options.saved_model_tags, ',', absl::SkipWhitespace());
  if (saved_model.tags.empty()) {
    return absl::InvalidArgumentError(
        "--saved_model_tags is empty; the tag of graphs for serving is "
        "\"serve\"");
  }
  if (options.run_thread == "caller") {
    saved_model.run_thread_policy = RunThreadPolicy::kCaller;
  } else if (options.run_thread == "pool") {
    saved_model.run_thread_policy = RunThreadPolicy::kPool;
  }
  saved_model.flush_filesystem_caches = options.flush_filesystem_caches;
  saved_model.warmup.enabled = options.enable_model_warmup;
  saved_model.warmup.iterations =
      static_cast<int>(options.num_request_iterations_for_warmup);
  saved_model.warmup.check_method_name =
      options.enable_signature_method_name_check;
  if (options.enable_batching) {
    BatchingOptions batching;
    // The label of metrics that dashboards of TensorFlow Serving look for.
    batching.thread_pool_name = "model_server_batch_threads";
    if (!options.batching_parameters_file.empty()) {
      absl::StatusOr<BatchingOptions> read =
          ReadBatchingOptions(options.batching_parameters_file);
      if (!read.ok()) {
        return absl::Status(read.status().code(),
                            absl::StrCat("--batching_parameters_file: ",
                                         read.status().message()));
      }
      batching = *std::move(read);
    }
    absl::StatusOr<std::shared_ptr<BatchScheduler>> scheduler =
        BatchScheduler::Create(batching);
    if (!scheduler.ok()) return scheduler.status();
    saved_model.batch_scheduler = *std::move(scheduler);
    saved_model.enable_per_model_batching_parameters =
        options.enable_per_model_batching_parameters;
  }
  return saved_model;
}

}  // namespace tfs3
