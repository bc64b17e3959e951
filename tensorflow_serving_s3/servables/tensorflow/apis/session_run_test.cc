// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/servables/tensorflow/apis/session_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tensorflow/core/framework/tensor.pb.h"
#include "tensorflow/core/framework/types.pb.h"
#include "tensorflow/core/protobuf/config.pb.h"
#include "tensorflow/core/protobuf/named_tensor.pb.h"
#include "tensorflow_serving/apis/session_service.pb.h"
#include "tensorflow_serving_s3/servables/tensorflow/apis/inference_options.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/tensors/tensor_proto.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"

namespace tfs3 {
namespace {

using tensorflow::TensorProto;
using tensorflow::serving::SessionRunRequest;
using tensorflow::serving::SessionRunResponse;
using testing::ElementsAre;
using testing::HasSubstr;

const ServableId kId{"people", 7};

class SessionRunTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    model_ = SavedModelBundle::Load(TestModelPath("tf_examples"),
                                    SavedModelOptions())
                 ->release();
  }
  static void TearDownTestSuite() { delete model_; }

  static TensorProto Floats(std::initializer_list<float> values) {
    TensorProto tensor;
    tensor.set_dtype(tensorflow::DT_FLOAT);
    tensor.mutable_tensor_shape()->add_dim()->set_size(values.size());
    for (const float value : values) {
      tensor.add_float_val(value);
    }
    return tensor;
  }

  static void Feed(const std::string& name, const TensorProto& tensor,
                   SessionRunRequest* request) {
    tensorflow::NamedTensorProto* feed = request->add_feed();
    feed->set_name(name);
    *feed->mutable_tensor() = tensor;
  }

  // Feeds the placeholder of number_input and fetches its output.
  static SessionRunRequest GoodRequest() {
    SessionRunRequest request;
    Feed("number:0", Floats({1, 2}), &request);
    request.add_fetch("Neg_1:0");
    return request;
  }

  static absl::Status RunRequest(
      const SessionRunRequest& request, SessionRunResponse* response,
      const InferenceOptions& options = InferenceOptions()) {
    return SessionRun(request, kId, *model_, options, response);
  }

  static std::string ErrorOf(const SessionRunRequest& request) {
    SessionRunResponse response;
    const absl::Status status = RunRequest(request, &response);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  }

  static SavedModelBundle* model_;
};

SavedModelBundle* SessionRunTest::model_ = nullptr;

TEST_F(SessionRunTest, ReturnsTensorsWithTheNamesOfTheRequest) {
  SessionRunRequest request = GoodRequest();
  request.add_fetch("number");
  SessionRunResponse response;

  const absl::Status status = RunRequest(request, &response);

  ASSERT_TRUE(status.ok()) << status;
  ASSERT_EQ(response.tensor_size(), 2);
  EXPECT_EQ(response.tensor(0).name(), "Neg_1:0");
  EXPECT_THAT(response.tensor(0).tensor().float_val(), ElementsAre(-1, -2));
  EXPECT_EQ(response.tensor(1).name(), "number");
  EXPECT_THAT(response.tensor(1).tensor().float_val(), ElementsAre(1, 2));
}

TEST_F(SessionRunTest, ReturnsTheModelSpec) {
  SessionRunResponse response;

  ASSERT_TRUE(RunRequest(GoodRequest(), &response).ok());

  EXPECT_EQ(response.model_spec().name(), "people");
  EXPECT_EQ(response.model_spec().version().value(), 7);
  EXPECT_EQ(response.model_spec().signature_name(), "");
}

TEST_F(SessionRunTest, AcceptsTheAliasesOfASignature) {
  SessionRunRequest request;
  request.mutable_model_spec()->set_signature_name("number_input");
  request.set_tensor_name_is_alias(true);
  Feed("inputs", Floats({4}), &request);
  request.add_fetch("outputs");
  SessionRunResponse response;

  const absl::Status status = RunRequest(request, &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(response.tensor(0).name(), "outputs");
  EXPECT_THAT(response.tensor(0).tensor().float_val(), ElementsAre(-4));
  EXPECT_EQ(response.model_spec().signature_name(), "number_input");
}

TEST_F(SessionRunTest, WritesTensorContentIfEnabled) {
  InferenceOptions options;
  options.encoding = TensorEncoding::kContent;
  SessionRunResponse response;

  ASSERT_TRUE(RunRequest(GoodRequest(), &response, options).ok());

  EXPECT_EQ(response.tensor(0).tensor().tensor_content().size(), 8u);
}

TEST_F(SessionRunTest, RunsTargets) {
  SessionRunRequest request;
  request.add_target("slope/Read/ReadVariableOp");
  SessionRunResponse response;

  const absl::Status status = RunRequest(request, &response);

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(response.tensor_size(), 0);
}

TEST_F(SessionRunTest, RefusesToRunAfterTheDeadline) {
  InferenceOptions options;
  options.deadline = absl::InfinitePast();
  SessionRunResponse response;

  EXPECT_EQ(RunRequest(GoodRequest(), &response, options).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(SessionRunTest, AcceptsATimeout) {
  SessionRunRequest request = GoodRequest();
  request.mutable_options()->set_timeout_in_ms(60'000);
  SessionRunResponse response;

  EXPECT_TRUE(RunRequest(request, &response).ok());
}

TEST_F(SessionRunTest, DoesNotRunACancelledRequest) {
  InferenceOptions options;
  options.cancelled = [] { return true; };
  SessionRunResponse response;

  EXPECT_EQ(RunRequest(GoodRequest(), &response, options).code(),
            absl::StatusCode::kCancelled);
}

TEST_F(SessionRunTest, RefusesOtherOptions) {
  SessionRunRequest traced = GoodRequest();
  traced.mutable_options()->set_trace_level(tensorflow::RunOptions::FULL_TRACE);
  SessionRunRequest debugged = GoodRequest();
  debugged.mutable_options()
      ->mutable_debug_options()
      ->add_debug_tensor_watch_opts()
      ->add_debug_urls("file:///somewhere");

  EXPECT_THAT(ErrorOf(traced), HasSubstr("trace_level: FULL_TRACE"));
  EXPECT_THAT(ErrorOf(debugged), HasSubstr("debug_options"));
}

TEST_F(SessionRunTest, RefusesARequestWithoutFetchAndTarget) {
  SessionRunRequest request = GoodRequest();
  request.clear_fetch();

  EXPECT_THAT(ErrorOf(request), HasSubstr("neither fetch nor target"));
}

TEST_F(SessionRunTest, NamesAnInvalidFeed) {
  SessionRunRequest request = GoodRequest();
  request.mutable_feed(0)->mutable_tensor()->set_tensor_content("123");

  EXPECT_THAT(ErrorOf(request), HasSubstr("feed \"number:0\": "));
}

TEST_F(SessionRunTest, AFeedOfAnotherTypeIsAnInvalidArgument) {
  SessionRunRequest request = GoodRequest();
  TensorProto tensor;
  tensor.set_dtype(tensorflow::DT_INT32);
  tensor.mutable_tensor_shape()->add_dim()->set_size(1);
  tensor.add_int_val(1);
  *request.mutable_feed(0)->mutable_tensor() = tensor;

  EXPECT_THAT(ErrorOf(request), HasSubstr("int32"));
}

TEST_F(SessionRunTest, NoTypeOfAFeedCrashesTheProcess) {
  const auto* descriptor = tensorflow::DataType_descriptor();
  for (int i = 0; i < descriptor->value_count(); ++i) {
    if (descriptor->value(i)->number() == tensorflow::DT_FLOAT) {
      continue;
    }
    SCOPED_TRACE(descriptor->value(i)->name());
    SessionRunRequest request = GoodRequest();
    TensorProto* feed = request.mutable_feed(0)->mutable_tensor();
    feed->clear_float_val();
    feed->set_dtype(
        static_cast<tensorflow::DataType>(descriptor->value(i)->number()));
    ErrorOf(request);
  }
}

TEST_F(SessionRunTest, RefusesHandles) {
  SessionRunRequest fed = GoodRequest();
  fed.mutable_feed(0)->mutable_tensor()->set_dtype(tensorflow::DT_RESOURCE);
  SessionRunRequest fetched;
  fetched.add_fetch("slope:0");

  EXPECT_EQ(ErrorOf(fed),
            "feed \"number:0\": tensors of type resource cannot be sent");
  EXPECT_EQ(ErrorOf(fetched),
            "fetch \"slope:0\": tensors of type resource cannot be sent");
}

// Each repeated name would copy the whole tensor.
TEST_F(SessionRunTest, NamesARepeatedFetch) {
  SessionRunRequest request = GoodRequest();
  request.add_fetch(request.fetch(0));

  EXPECT_THAT(ErrorOf(request), HasSubstr("is named more than once"));
}

TEST_F(SessionRunTest, NamesAnUnknownTensor) {
  SessionRunRequest request = GoodRequest();
  request.add_fetch("nowhere:0");

  EXPECT_THAT(ErrorOf(request), HasSubstr("nowhere"));
}

TEST_F(SessionRunTest, NamesAnUnknownAlias) {
  SessionRunRequest request;
  request.mutable_model_spec()->set_signature_name("number_input");
  request.set_tensor_name_is_alias(true);
  Feed("number:0", Floats({4}), &request);
  request.add_fetch("outputs");
  SessionRunRequest of_output = request;
  of_output.mutable_feed(0)->set_name("inputs");
  of_output.set_fetch(0, "gone");

  EXPECT_THAT(ErrorOf(request),
              HasSubstr("\"number_input\" has no input \"number:0\""));
  EXPECT_THAT(ErrorOf(of_output), HasSubstr("has no output \"gone\""));
}

TEST_F(SessionRunTest, RefusesAliasesOfAMissingSignature) {
  SessionRunRequest request = GoodRequest();
  request.mutable_model_spec()->set_signature_name("gone");
  request.set_tensor_name_is_alias(true);
  SessionRunResponse response;

  EXPECT_EQ(RunRequest(request, &response).code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace tfs3
