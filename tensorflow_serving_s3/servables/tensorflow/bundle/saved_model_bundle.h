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

// The signature that a request means if it names none.
inline constexpr absl::string_view kDefaultSignatureName = "serving_default";

// How a choice between the threads of RunThread is made for each signature.
enum class RunThreadPolicy {
  // kCaller for a signature whose graph has at most 256 nodes (functions that
  // it calls included) and no loop, kPool for others: a graph so small gains
  // nothing from running its branches in parallel, and ends soon, so that
  // stopping it at a deadline is worth nothing either.
  kAuto,
  kCaller,
  kPool,
};

// How to load a model.
struct SavedModelOptions {
  tensorflow::SessionOptions session_options;
  // The tags of the graph to load out of those in the SavedModel.
  std::set<std::string> tags = {"serve"};
  RunThreadPolicy run_thread_policy = RunThreadPolicy::kAuto;
  // Puts requests together into batches as its options say; no batching if
  // null. Shared by all models.
  std::shared_ptr<BatchScheduler> batch_scheduler;
  // Whether each model says itself how it is batched, in its
  // kBatchingParametersFilename: the scheduler gives no more than the threads,
  // and a model without that file is not batched.
  bool enable_per_model_batching_parameters = false;
  // Whether file systems drop what they have cached once no model is being
  // loaded any more.
  bool flush_filesystem_caches = true;
  // What a SavedModelLoader does once the model is loaded.
  WarmupOptions warmup;
};

// A SavedModel in memory: a session that holds its variables, and a runner for
// each signature.
//
//   absl::StatusOr<std::unique_ptr<SavedModelBundle>> model =
//       SavedModelBundle::Load("s3://models/half/1", SavedModelOptions());
//   absl::StatusOr<const SignatureRunner*> signature =
//       (*model)->GetSignature("");
//
// Thread-safe. The destructor, which no use may overlap, closes the session and
// frees all memory of the model.
class SavedModelBundle {
 public:
  // Reads the model at `path`, in any file system that TensorFlow knows,
  // restores its variables, runs its initialiser and prepares its signatures
  // for their first run. Takes seconds or minutes for a large one.
  //
  // The error is one line that names the path or file, the cause and the cure.
  // A signature that cannot be served is no error, even if it is the only one:
  // GetSignature or its runs tell. If all signatures need ops that are not
  // registered, the model does not load.
  static absl::StatusOr<std::unique_ptr<SavedModelBundle>> Load(
      const std::string& path, const SavedModelOptions& options);

  SavedModelBundle(const SavedModelBundle&) = delete;
  SavedModelBundle& operator=(const SavedModelBundle&) = delete;
  ~SavedModelBundle() = default;

  // The runner of a signature; `signature_name` may be empty and then means
  // "serving_default". Lives as long as the bundle.
  //
  // FAILED_PRECONDITION listing the names that there are if there is no such
  // signature; the reason if it is one that cannot be served.
  absl::StatusOr<const SignatureRunner*> GetSignature(
      absl::string_view signature_name) const;

  // All signatures as they stand in the SavedModel, those that only TensorFlow
  // itself uses included.
  const tensorflow::protobuf::Map<std::string, tensorflow::SignatureDef>&
  signature_defs() const {
    return model_.GetSignatures();
  }

  tensorflow::Session* session() const { return model_.GetSession(); }

  // Runs what is no signature.
  const SessionRunner& session_runner() const { return *session_runner_; }

 private:
  using Runners =
      std::map<std::string, absl::StatusOr<std::unique_ptr<SignatureRunner>>,
               std::less<>>;

  SavedModelBundle() = default;

  // Before runners_: these end before their session.
  tensorflow::SavedModelBundleLite model_;
  Runners runners_;
  std::unique_ptr<SessionRunner> session_runner_;
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_SERVABLES_TENSORFLOW_BUNDLE_SAVED_MODEL_BUNDLE_H_
