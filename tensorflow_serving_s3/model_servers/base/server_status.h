// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_SERVER_STATUS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_SERVER_STATUS_H_

#include <string>
#include <vector>

#include "tensorflow_serving/apis/get_model_status.pb.h"

namespace tfs3 {

// A model of the configuration.
struct ModelSummary {
  std::string name;
  // Whether a version is available.
  bool available = false;
  // A known problem, or empty. An available model can have a problem: a newer
  // version that does not load.
  std::string problem;
  // The reasons why the server is not ready: a sentence for each label whose
  // version is not available yet, with the state of the version.
  std::vector<std::string> awaited_labels;
  // The newest version first.
  tensorflow::serving::GetModelStatusResponse versions;
};

// The status of the server. Thread-safe; no call waits for a model.
class ServerStatus {
 public:
  virtual ~ServerStatus() = default;

  // Returns whether a load balancer should send requests to the server. Becomes
  // true when each model of the first configuration and each version with a
  // label has been available once. Becomes false when the server begins to
  // stop. Models that are added or fail later do not change it: the server
  // still serves the other models.
  virtual bool IsReady() const = 0;

  // Returns whether the server is finishing its last requests.
  virtual bool IsStopping() const = 0;

  // Returns the models of the configuration, or of the custom source, sorted by
  // name.
  virtual std::vector<ModelSummary> ListModels() const = 0;

  // Returns the problem of a custom source as a whole, as a sentence; empty if
  // there is none or the models are configured.
  virtual std::string SourceProblem() const { return ""; }
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_SERVER_STATUS_H_
