// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/bundle/load_error.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "tensorflow/c/c_api.h"
#include "tensorflow/cc/saved_model/constants.h"
#include "tensorflow/cc/saved_model/reader.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/path.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow/core/protobuf/saved_model.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/run/run_error.h"

namespace tfs3 {
namespace {

std::string Braced(const std::set<std::string>& tags) {
  return absl::StrCat("{", absl::StrJoin(tags, ", "), "}");
}

// Finds why TensorFlow did not find the file. TensorFlow reports every failure
// of FileExists as a missing file.
absl::Status ExplainMissingFile(const std::string& path) {
  const std::string file =
      tensorflow::io::JoinPath(path, tensorflow::kSavedModelFilenamePb);
  const absl::Status status = tensorflow::Env::Default()->FileExists(file);
  if (!status.ok() && !absl::IsNotFound(status)) {
    return absl::Status(
        status.code(),
        absl::StrCat(file, ": ", FirstMeaningfulLine(status.message())));
  }
  return absl::NotFoundError(absl::StrCat(
      path,
      ": no saved_model.pb in this folder; copy the whole SavedModel "
      "into it, saved_model.pb last"));
}

absl::Status ExplainMissingTags(const std::string& path,
                                const std::set<std::string>& tags) {
  tensorflow::SavedModel model;
  if (absl::Status status = tensorflow::ReadSavedModel(path, &model);
      !status.ok()) {
    return ExplainLoadError(path, tags, status);
  }
  const std::string file =
      tensorflow::io::JoinPath(path, tensorflow::kSavedModelFilenamePb);
  if (model.meta_graphs().empty()) {
    return absl::DataLossError(
        absl::StrCat(file, ": holds no graph; export or copy the model again"));
  }
  std::set<std::string> choices;
  for (const tensorflow::MetaGraphDef& graph : model.meta_graphs()) {
    const auto& graph_tags = graph.meta_info_def().tags();
    choices.insert(Braced({graph_tags.begin(), graph_tags.end()}));
  }
  return absl::NotFoundError(absl::StrCat(
      file, ": no graph with the tags ", Braced(tags), "; there is ",
      absl::StrJoin(choices, ", "),
      "; set --saved_model_tags to one of these or export the model with the "
      "tags"));
}

}  // namespace

absl::Status ExplainLoadError(const std::string& path,
                              const std::set<std::string>& tags,
                              const absl::Status& error) {
  const std::string cause = FirstMeaningfulLine(error.message());
  if (absl::StartsWith(cause, "Could not find SavedModel")) {
    return ExplainMissingFile(path);
  }
  if (absl::StartsWith(cause, "Could not find meta graph def")) {
    return ExplainMissingTags(path, tags);
  }
  if (absl::StrContains(cause, "Can't parse")) {
    return absl::DataLossError(absl::StrCat(
        tensorflow::io::JoinPath(path, tensorflow::kSavedModelFilenamePb),
        ": not a SavedModel, or damaged; export or copy the model "
        "again"));
  }
  absl::string_view cure;
  if (absl::StartsWith(cause, "Op type not registered")) {
    // Drops the sentences that follow: they explain how TensorFlow finds ops.
    return absl::Status(
        error.code(),
        absl::StrCat(path, ": ", cause.substr(0, cause.find(" in binary")),
                     " in TensorFlow ", TF_Version(),
                     "; the model needs an op of another TensorFlow version "
                     "or of a custom library; load the library with "
                     "--custom_op_libraries"));
  }
  if (absl::IsOutOfRange(error) || absl::IsDataLoss(error)) {
    cure = "; a file of the model is damaged or incomplete, copy it again";
  } else if (absl::IsNotFound(error)) {
    cure = "; copy the whole SavedModel, variables folder included";
  } else if (absl::IsResourceExhausted(error)) {
    cure = "; give the server more memory or serve fewer models";
  }
  return absl::Status(
      error.code(),
      absl::StrCat(path, ": the model does not load: ", cause, cure));
}

}  // namespace tfs3
