// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_STATUS_READER_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_STATUS_READER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving/config/model_server_config.pb.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/core/servable_state_monitor.h"
#include "tensorflow_serving_s3/model_servers/base/server_status.h"
#include "tensorflow_serving_s3/model_servers/custom_source.h"
#include "tensorflow_serving_s3/model_servers/readiness.h"
#include "tensorflow_serving_s3/model_servers/source_versions.h"
#include "tensorflow_serving_s3/model_servers/unavailable_model.h"
#include "tensorflow_serving_s3/model_servers/version_labels.h"

namespace tfs3 {

// Reports the states of the models of a ServerCore, and explains why a model or
// version is not available. Thread-safe; no call waits for a model.
class ModelStatusReader {
 public:
  // The parts that know something about models; the pointers must outlive the
  // reader.
  struct Parts {
    const ServableStateMonitor* monitor;
    const SourceVersions* versions;
    const VersionLabels* labels;
    const Readiness* readiness;
    std::function<
        std::shared_ptr<const tensorflow::serving::ModelServerConfig>()>
        config;
    // See FileSystemStoragePathSource::poll_status.
    std::function<absl::Status(absl::string_view model)> poll_status;
    // Null if the models are configured.
    const CustomSource* custom_source;
  };

  explicit ModelStatusReader(Parts parts);

  // Resolves the label of `spec`. Returns INVALID_ARGUMENT if it has no name,
  // or a label that the model does not have.
  absl::StatusOr<ServableRequest> RequestOf(
      const tensorflow::serving::ModelSpec& spec) const;

  // See ModelLookup and ServerStatus.
  absl::StatusOr<tensorflow::serving::GetModelStatusResponse> GetModelStatus(
      const tensorflow::serving::ModelSpec& spec) const;
  std::vector<ModelSummary> ListModels() const;

  // Returns the error of an aspired version as "version N: error"; empty if
  // there is none.
  std::string VersionProblem(absl::string_view model) const;

  // Explains why there is no version for `request`, which comes from `spec`.
  std::string ExplainUnavailable(
      const ServableRequest& request,
      const tensorflow::serving::ModelSpec& spec) const;

 private:
  UnavailableModel UnavailableModelOf(const std::string& model) const;
  // Adds the models of a custom source that have a problem and no version.
  void AddProblemsOfUnknownModels(
      const tensorflow::serving::ModelServerConfig& config,
      std::vector<ModelSummary>& models) const;

  const Parts parts_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_MODEL_STATUS_READER_H_
