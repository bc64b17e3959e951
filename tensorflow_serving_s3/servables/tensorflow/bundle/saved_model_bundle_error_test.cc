// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "tensorflow/core/platform/env.h"
#include "tensorflow/core/platform/errors.h"
#include "tensorflow/core/platform/file_system.h"
#include "tensorflow/core/protobuf/meta_graph.pb.h"
#include "tensorflow/core/protobuf/saved_model.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// The local filesystem for "flicker://". After HideOnce, the next FileExists of
// variables.index returns NOT_FOUND.
class FlickeringFileSystem : public tensorflow::WrappedFileSystem {
 public:
  FlickeringFileSystem() : WrappedFileSystem(LocalFiles(), nullptr) {}

  using FileSystem::FileExists;

  static void HideOnce() { hidden_ = true; }

  absl::Status FileExists(const std::string& name,
                          tensorflow::TransactionToken* token) override {
    if (absl::EndsWith(name, "/variables.index") && hidden_.exchange(false)) {
      return absl::NotFoundError(name);
    }
    return WrappedFileSystem::FileExists(name, token);
  }

  bool FilesExist(const std::vector<std::string>& names,
                  tensorflow::TransactionToken* token,
                  std::vector<absl::Status>* statuses) override {
    return FileSystem::FilesExist(names, token, statuses);
  }

 private:
  static tensorflow::FileSystem* LocalFiles() {
    tensorflow::FileSystem* files = nullptr;
    TF_CHECK_OK(
        tensorflow::Env::Default()->GetFileSystemForFile("file:///", &files));
    return files;
  }

  static inline std::atomic<bool> hidden_{false};
};

TEST(SavedModelBundleFlickerTest,
     RefusesAModelWhoseVariablesAppearDuringTheLoad) {
  TF_CHECK_OK(tensorflow::Env::Default()->RegisterFileSystem(
      "flicker", std::make_unique<FlickeringFileSystem>()));
  const std::string path =
      "flicker://" + CopyTestModel("half_plus_three", "flicker");

  FlickeringFileSystem::HideOnce();
  EXPECT_THAT(
      std::string(
          SavedModelBundle::Load(path, SavedModelOptions()).status().message()),
      HasSubstr("/variables/variables.index: not found"));

  EXPECT_TRUE(SavedModelBundle::Load(path, SavedModelOptions()).ok());
}

// A change that breaks a model, and the start of the error message after the
// path.
struct BadModel {
  std::string name;
  std::function<void(const std::string& path)> change;
  absl::StatusCode code;
  std::string message;
};

class SavedModelBundleLoadErrorTest : public testing::TestWithParam<BadModel> {
};

TEST_P(SavedModelBundleLoadErrorTest, NamesThePathTheCauseAndTheCure) {
  const std::string path = CopyTestModel("half_plus_three", GetParam().name);
  GetParam().change(path);

  const absl::Status status =
      SavedModelBundle::Load(path, SavedModelOptions()).status();

  EXPECT_EQ(status.code(), GetParam().code);
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(StartsWith(path + GetParam().message), Not(HasSubstr("\n"))));
}

void Write(const std::string& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

INSTANTIATE_TEST_SUITE_P(
    Models, SavedModelBundleLoadErrorTest,
    testing::Values(
        BadModel{
            "NoFolder",
            [](const std::string& path) { std::filesystem::remove_all(path); },
            absl::StatusCode::kNotFound,
            ": no saved_model.pb in this folder; copy the whole"},
        BadModel{"EmptyFolder",
                 [](const std::string& path) {
                   std::filesystem::remove_all(path);
                   std::filesystem::create_directory(path);
                 },
                 absl::StatusCode::kNotFound,
                 ": no saved_model.pb in this folder; copy the whole"},
        BadModel{
            "OtherContent",
            [](const std::string& path) {
              Write(path + "/saved_model.pb", "<html>no model</html>");
            },
            absl::StatusCode::kDataLoss,
            "/saved_model.pb: not a SavedModel, or damaged; export or copy"},
        BadModel{"EmptyFile",
                 [](const std::string& path) {
                   Write(path + "/saved_model.pb", "");
                 },
                 absl::StatusCode::kDataLoss,
                 "/saved_model.pb: holds no graph; export or copy"},
        BadModel{"NoVariables",
                 [](const std::string& path) {
                   std::filesystem::remove_all(path + "/variables");
                 },
                 absl::StatusCode::kNotFound,
                 "/variables/variables.index: not found, but the model has "
                 "variables; copy the whole"},
        BadModel{"ShortVariables",
                 [](const std::string& path) {
                   Write(path + "/variables/variables.data-00000-of-00001", "");
                 },
                 absl::StatusCode::kOutOfRange,
                 ": the model does not load: Read less bytes than requested; "
                 "a file of the model is damaged or incomplete, copy it"},
        BadModel{"MissingShard",
                 [](const std::string& path) {
                   std::filesystem::remove(
                       path + "/variables/variables.data-00000-of-00001");
                 },
                 absl::StatusCode::kNotFound, ": the model does not load: "},
        BadModel{"OtherTags",
                 [](const std::string& path) {
                   EditModel(path, [](tensorflow::SavedModel& model) {
                     auto& info =
                         *model.mutable_meta_graphs(0)->mutable_meta_info_def();
                     info.clear_tags();
                     info.add_tags("train");
                     info.add_tags("gpu");
                   });
                 },
                 absl::StatusCode::kNotFound,
                 "/saved_model.pb: no graph with the tags {serve}; there is "
                 "{gpu, train}; set --saved_model_tags to one of these"},
        BadModel{"UnknownOperation",
                 [](const std::string& path) {
                   EditModel(path, [](tensorflow::SavedModel& model) {
                     model.mutable_meta_graphs(0)
                         ->mutable_graph_def()
                         ->mutable_node(0)
                         ->set_op("FrobnicateV9");
                   });
                 },
                 absl::StatusCode::kNotFound,
                 ": Op type not registered 'FrobnicateV9' in TensorFlow "}),
    [](const testing::TestParamInfo<BadModel>& info) {
      return info.param.name;
    });

}  // namespace
}  // namespace tfs3
