// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_SERVER_STATUS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_SERVER_STATUS_H_

#include <string>
#include <vector>

#include "tensorflow_serving/apis/get_model_status.pb.h"

namespace tfs3 {

// One model of the configuration.
struct ModelSummary {
  std::string name;
  // Whether a version of it can be asked for.
  bool available = false;
  // What is wrong with it; empty if nothing is known to be. A model can be
  // available and have a newer version that does not load.
  std::string problem;
  // The labels without whose versions the server is not ready for the first
  // time, and what became of these versions, as sentences.
  std::vector<std::string> awaited_labels;
  // The newest version first.
  tensorflow::serving::GetModelStatusResponse versions;
};

// What operators want to know of the server as a whole. Thread-safe; no call
// waits for a model.
class ServerStatus {
 public:
  virtual ~ServerStatus() = default;

  // Whether the server should get requests: from the moment when every
  // configured model, and every version that a label points at, has been
  // available, until it begins to stop. A model that is added, or lost, after
  // that changes nothing: the others go on serving their users.
  virtual bool IsReady() const = 0;

  // Whether it is finishing its last requests.
  virtual bool IsStopping() const = 0;

  // The models of the configuration, by name.
  virtual std::vector<ModelSummary> ListModels() const = 0;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_BASE_SERVER_STATUS_H_
