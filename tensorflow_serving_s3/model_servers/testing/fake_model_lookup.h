// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_FAKE_MODEL_LOOKUP_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_FAKE_MODEL_LOOKUP_H_

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "tensorflow_serving/apis/get_model_status.pb.h"
#include "tensorflow_serving/apis/model.pb.h"
#include "tensorflow_serving_s3/core/servable_handle.h"
#include "tensorflow_serving_s3/core/servable_id.h"
#include "tensorflow_serving_s3/model_servers/base/model_lookup.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {

// Has version 7 of the test models "half_plus_three" and "many_types".
class FakeModelLookup final : public ModelLookup {
 public:
  absl::StatusOr<ServableHandle<SavedModelBundle>> GetModel(
      const tensorflow::serving::ModelSpec& spec) const override {
    if (spec.name() == half_.id().name) {
      return half_.MakeHandle();
    }
    if (spec.name() == many_.id().name) {
      return many_.MakeHandle();
    }
    return absl::NotFoundError(absl::StrCat(
        "Servable not found for request: Latest(", spec.name(), ")"));
  }

  absl::StatusOr<tensorflow::serving::GetModelStatusResponse> GetModelStatus(
      const tensorflow::serving::ModelSpec& spec) const override {
    if (absl::Status status = GetModel(spec).status(); !status.ok()) {
      return status;
    }
    tensorflow::serving::GetModelStatusResponse response;
    tensorflow::serving::ModelVersionStatus* version =
        response.add_model_version_status();
    version->set_version(7);
    version->set_state(tensorflow::serving::ModelVersionStatus::AVAILABLE);
    return response;
  }

  // The number of handles that have not been released.
  int handles() const { return half_.handles() + many_.handles(); }

 private:
  // A loaded model that counts its handles.
  class Lease final : public ServableLease {
   public:
    explicit Lease(const std::string& name)
        : id_{name, 7},
          model_(*SavedModelBundle::Load(TestModelPath(name),
                                         SavedModelOptions())) {}

    ServableHandle<SavedModelBundle> MakeHandle() {
      ++handles_;
      return ServableHandle<SavedModelBundle>(UntypedServableHandle(this));
    }
    int handles() const { return handles_; }

    const ServableId& id() const override { return id_; }
    AnyPtr servable() const override { return AnyPtr(model_.get()); }

   private:
    void Release() override { --handles_; }

    const ServableId id_;
    const std::unique_ptr<SavedModelBundle> model_;
    std::atomic<int> handles_{0};
  };

  mutable Lease half_{"half_plus_three"};
  mutable Lease many_{"many_types"};
};

}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_TESTING_FAKE_MODEL_LOOKUP_H_
