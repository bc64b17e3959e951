// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_SAVED_MODEL_BUNDLE_H_
#define TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_SAVED_MODEL_BUNDLE_H_

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tensorflow/cc/saved_model/loader.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow/core/public/session.h"
#include "tensorflow/core/public/session_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/batching/batching.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/warmup_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/session_runner.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/signature_runner.h"

namespace tfs3 {

// The signature of requests that name no signature.
inline constexpr absl::string_view kDefaultSignatureName = "serving_default";

// Chooses the RunThread of each signature.
enum class RunThreadPolicy {
  // kCaller for a signature whose graph has no loop and at most 256 nodes,
  // including the functions that it calls; otherwise kPool. A small graph ends
  // so soon that parallel branches and a stop at the deadline gain nothing.
  kAuto,
  kCaller,
  kPool,
};

struct SavedModelOptions {
  tensorflow::SessionOptions session_options;
  // The tags of the graph to load.
  std::set<std::string> tags = {"serve"};
  RunThreadPolicy run_thread_policy = RunThreadPolicy::kAuto;
  // Batches requests. All models share it. Null: no batching.
  std::shared_ptr<BatchScheduler> batch_scheduler;
  // Whether each model has its own batching parameters, in its
  // kBatchingParametersFilename. The models then share only the threads of the
  // scheduler, and a model without the file is not batched.
  bool enable_per_model_batching_parameters = false;
  // Whether to flush the caches of the filesystems after the last running load.
  bool flush_filesystem_caches = true;
  // For SavedModelLoader.
  WarmupOptions warmup;
};

// A loaded SavedModel: a session with its variables, and a runner for each
// signature.
//
//   absl::StatusOr<std::unique_ptr<SavedModelBundle>> model =
//       SavedModelBundle::Load("s3://models/half/1", SavedModelOptions());
//   absl::StatusOr<const SignatureRunner*> signature =
//       (*model)->GetSignature("");
//
// Thread-safe, except for the destructor. The destructor closes the session and
// frees all memory of the model.
class SavedModelBundle {
 public:
  // Reads the model at `path` with any filesystem that is registered with
  // TensorFlow, restores its variables, runs its initializer and prepares its
  // signatures for their first run. This takes minutes for a large model.
  //
  // An error is one line that names the path or file, the cause and the cure. A
  // signature that cannot be served is not an error of Load: GetSignature or
  // the runs of the signature fail. Load fails if all signatures need ops that
  // are not registered.
  static absl::StatusOr<std::unique_ptr<SavedModelBundle>> Load(
      const std::string& path, const SavedModelOptions& options);

  SavedModelBundle(const SavedModelBundle&) = delete;
  SavedModelBundle& operator=(const SavedModelBundle&) = delete;
  ~SavedModelBundle() = default;

  // Returns the runner of a signature, which lives as long as the bundle. An
  // empty name means "serving_default".
  //
  // Returns FAILED_PRECONDITION with a list of the signatures if the model does
  // not have this one. If the signature cannot be served, returns the reason.
  absl::StatusOr<const SignatureRunner*> GetSignature(
      absl::string_view signature_name) const;

  // Returns all signatures of the SavedModel, including TensorFlow's internal
  // ones.
  const tensorflow::protobuf::Map<std::string, tensorflow::SignatureDef>&
  signature_defs() const {
    return model_.GetSignatures();
  }

  tensorflow::Session* session() const { return model_.GetSession(); }

  // Runs parts of the graph that are not a signature.
  const SessionRunner& session_runner() const { return *session_runner_; }

 private:
  using Runners =
      std::map<std::string, absl::StatusOr<std::unique_ptr<SignatureRunner>>,
               std::less<>>;

  SavedModelBundle() = default;

  // Declared before runners_: the session must outlive them.
  tensorflow::SavedModelBundleLite model_;
  Runners runners_;
  std::unique_ptr<SessionRunner> session_runner_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_SAVED_MODEL_BUNDLE_H_
