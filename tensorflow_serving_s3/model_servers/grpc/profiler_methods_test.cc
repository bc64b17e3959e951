// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/profiler_methods.h"

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/testing/grpc_test_client.h"
#include "tensorflow_serving_s3/servables/tensorflow/bundle/saved_model_bundle.h"
#include "tensorflow_serving_s3/servables/tensorflow/testing/test_models.h"
#include "tsl/profiler/lib/profiler_session.h"
#include "tsl/profiler/protobuf/profiler_service.pb.h"

namespace tfs3::grpc {
namespace {

using ::testing::HasSubstr;

constexpr char kProfile[] = "/tensorflow.ProfilerService/Profile";
constexpr char kTerminate[] = "/tensorflow.ProfilerService/Terminate";
constexpr char kMonitor[] = "/tensorflow.ProfilerService/Monitor";

class ProfilerMethodsTest : public ::testing::Test {
 protected:
  ProfilerMethodsTest() {
    ServerOptions options;
    options.addresses = {"127.0.0.1:0"};
    StartResult started = Server::Start(options, MakeProfilerMethods(&gate_));
    EXPECT_EQ(started.error, "");
    server_ = std::move(started.server);
    client_ = std::make_unique<TestingClient>(
        absl::StrCat("127.0.0.1:", server_->ports()[0]));
  }

  static tensorflow::ProfileRequest Request(int duration_ms) {
    tensorflow::ProfileRequest request;
    *request.mutable_opts() = tsl::ProfilerSession::DefaultOptions();
    request.set_duration_ms(duration_ms);
    request.set_repository_root(::testing::TempDir());
    request.set_session_id("one");
    request.set_host_name("localhost:8500");
    return request;
  }

  RequestGate gate_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<TestingClient> client_;
};

TEST_F(ProfilerMethodsTest, WritesTheActivityOfAModelToTheRepository) {
  const auto model = *SavedModelBundle::Load(TestModelPath("half_plus_three"),
                                             SavedModelOptions());
  const SignatureRunner* const signature = *model->GetSignature("");
  std::atomic<bool> done{false};
  std::thread busy([&] {
    const tensorflow::Tensor x(tensorflow::DT_FLOAT,
                               tensorflow::TensorShape({1}));
    while (!done) {
      EXPECT_TRUE(signature->Run({x}, SignatureRunner::RunOptions()).ok());
    }
  });
  const CallResult result =
      client_->Call(kProfile, Request(200).SerializeAsString());
  done = true;
  busy.join();

  EXPECT_EQ(result.code, 0) << result.message;
  tensorflow::ProfileResponse response;
  ASSERT_TRUE(response.ParseFromString(result.payload));
  EXPECT_FALSE(response.empty_trace());
  EXPECT_GT(std::filesystem::file_size(::testing::TempDir() +
                                       "/one/localhost_8500.xplane.pb"),
            0);
}

TEST_F(ProfilerMethodsTest, EmitXspaceReturnsTheProfile) {
  tensorflow::ProfileRequest request = Request(10);
  request.clear_repository_root();
  request.set_emit_xspace(true);
  const CallResult result =
      client_->Call(kProfile, request.SerializeAsString());
  tensorflow::ProfileResponse response;
  ASSERT_TRUE(response.ParseFromString(result.payload)) << result.message;
  EXPECT_GT(response.xspace().planes_size(), 0);
}

TEST_F(ProfilerMethodsTest, TerminateEndsAProfile) {
  auto profile = std::async(std::launch::async, [&] {
    return client_->Call(kProfile, Request(600'000).SerializeAsString());
  });
  tensorflow::TerminateRequest terminate;
  terminate.set_session_id("one");
  // Terminate has no effect before the profile has begun.
  while (profile.wait_for(std::chrono::milliseconds(10)) !=
         std::future_status::ready) {
    EXPECT_EQ(client_->Call(kTerminate, terminate.SerializeAsString()).code, 0);
  }
  EXPECT_EQ(profile.get().code, 0);
}

TEST_F(ProfilerMethodsTest, AClosedGateEndsAProfile) {
  auto profile = std::async(std::launch::async, [&] {
    return client_->Call(kProfile, Request(600'000).SerializeAsString());
  });
  gate_.Close();
  EXPECT_EQ(profile.get().code, 0);
}

TEST_F(ProfilerMethodsTest, InvalidRequestsGetErrorsWithTheCure) {
  const CallResult no_time =
      client_->Call(kProfile, Request(0).SerializeAsString());
  EXPECT_EQ(no_time.code, 3);
  EXPECT_THAT(no_time.message, HasSubstr("duration_ms is not set"));
  EXPECT_THAT(
      client_->Call(kProfile, Request(600'001).SerializeAsString()).message,
      HasSubstr("profile for 600000 ms at most"));
  tensorflow::ProfileRequest request = Request(10);
  request.clear_repository_root();
  EXPECT_THAT(client_->Call(kProfile, request.SerializeAsString()).message,
              HasSubstr("repository_root is not set"));
  request.set_repository_root("/proc/none");
  EXPECT_THAT(client_->Call(kProfile, request.SerializeAsString()).message,
              HasSubstr("cannot write the profile to /proc/none"));
  EXPECT_EQ(client_->Call(kProfile, "\xff").code, 3);
}

TEST_F(ProfilerMethodsTest, MonitorIsUnimplemented) {
  EXPECT_EQ(client_->Call(kMonitor, "").code,
            static_cast<int>(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace tfs3::grpc
