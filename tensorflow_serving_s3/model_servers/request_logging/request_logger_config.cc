// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/request_logging/request_logger_config.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving/config/log_collector_config.pb.h"
#include "tensorflow_serving/config/logging_config.pb.h"
#include "tensorflow_serving_s3/proto/tensorflow_compat.h"

namespace tfs3 {

absl::StatusOr<RequestLogRule> RequestLogRuleOf(
    const tensorflow::serving::ModelConfig& model) {
  RequestLogRule rule;
  if (!model.has_logging_config()) {
    return rule;
  }
  const auto& config = model.logging_config();
  const auto& collector = config.log_collector_config();
  const double rate = config.sampling_config().sampling_rate();
  // Refuses NaN too.
  if (!(rate >= 0 && rate <= 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "The sampling_rate ", rate, " in the logging_config of model \"",
        model.name(), "\" is not from 0 (no request) to 1 (every request)"));
  }
  if (!collector.type().empty() && collector.type() != "file") {
    rule.no_effect = absl::StrCat(
        "there is no log collector of type \"", collector.type(),
        "\"; use \"file\", which writes TFRecord files to filename_prefix");
    return rule;
  }
  if (rate == 0) {
    rule.no_effect = "its sampling_rate is missing or 0; 1 logs every request";
    return rule;
  }
  if (collector.filename_prefix().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "The log_collector_config in the logging_config of model \"",
        model.name(),
        "\" has no filename_prefix; set the beginning of the file names, such "
        "as "
        "\"/var/log/requests/",
        model.name(), "\""));
  }
  if (HasField(config.sampling_config(), "per_task_sampling_configs")) {
    rule.unused =
        "per_task_sampling_configs is ignored because this server has no "
        "tasks; "
        "the sampling_rate applies to every request";
  } else if (HasField(config, "custom_logging_config")) {
    rule.unused = "custom_logging_config is ignored";
  }
  rule.sampling_rate = rate;
  rule.filename_prefix = collector.filename_prefix();
  return rule;
}

}  // namespace tfs3
