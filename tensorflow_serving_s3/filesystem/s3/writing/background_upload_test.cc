// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Uploads to stores that do not respond or refuse. object_writer_test.cc tests
// successful uploads.
#include "tensorflow_serving_s3/filesystem/s3/writing/background_upload.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/semaphore.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/upload_limits.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::HasSubstr;

constexpr size_t kPart = size_t{8} << 20;

// A store that responds to CreateMultipartUpload after `let_answer_`.
class BackgroundUploadTest : public ::testing::Test {
 protected:
  BackgroundUploadTest()
      : may_answer_(let_answer_.get_future().share()),
        server_([this](const FakeRequest& request, FakeConnection& out) {
          out.Send(Respond(request));
        }) {
    Options options;
    options.endpoint = server_.url();
    options.endpoint_source = "S3_ENDPOINT";
    options.anonymous = true;
    options.request_timeout = std::chrono::minutes(1);
    client_ = *Client::New(
        options, [](const char*) { return std::optional<std::string>(); });
  }

  std::string Respond(const FakeRequest& request) {
    if (request.path.find("?uploads") != std::string::npos) {
      asked_.set_value();
      may_answer_.wait();
      return refuses_
                 ? FakeResponse(403, "<Error><Code>AccessDenied</Code></Error>")
                 : FakeResponse(200, "<Upload><UploadId>1</UploadId></Upload>");
    }
    if (request.method == "PUT") {
      return FakeResponse(200, "", "ETag: \"p\"\r\n");
    }
    if (request.method == "DELETE") {
      ++aborts_;
      return "HTTP/1.1 204 No Content\r\n\r\n";
    }
    return FakeResponse(200, "<Done><ETag>\"whole\"</ETag></Done>");
  }

  std::promise<void> asked_;
  std::promise<void> let_answer_;
  std::shared_future<void> may_answer_;
  bool refuses_ = false;
  std::atomic<int> aborts_{0};
  FakeHttpServer server_;
  std::unique_ptr<Client> client_;
};

TEST_F(BackgroundUploadTest, SendDoesNotWaitForAResponse) {
  BackgroundUpload upload(client_.get(), *ParseUri("s3://models/a"),
                          ObjectInfo());
  for (int i = 0; i < 4; ++i) {
    upload.Send(std::string(kPart, 'x'));
  }
  EXPECT_EQ(upload.next_part(), 5u);
  asked_.get_future().wait();
  EXPECT_TRUE(upload.status().ok());
  let_answer_.set_value();
  Result<std::string> etag = upload.Complete();
  ASSERT_TRUE(etag.ok()) << etag.status().message;
  EXPECT_EQ(*etag, "\"whole\"");
  EXPECT_EQ(server_.requests().size(), 6u);
}

TEST_F(BackgroundUploadTest, AnUploadThatCannotBeginReleasesItsMemory) {
  refuses_ = true;
  let_answer_.set_value();
  BackgroundUpload upload(client_.get(), *ParseUri("s3://models/a"),
                          ObjectInfo());
  Semaphore& memory = UploadMemory();
  // More than all uploads together may hold.
  for (size_t sent = 0; sent < 2 * memory.capacity(); sent += kPart) {
    upload.Send(std::string(kPart, 'x'));
  }
  const Status status = upload.Complete().status();
  EXPECT_EQ(status.code, TF_PERMISSION_DENIED);
  EXPECT_THAT(status.message, HasSubstr("s3://models/a: 403 AccessDenied"));
  EXPECT_EQ(upload.status().message, status.message);
  EXPECT_TRUE(upload.Abort().ok());
  EXPECT_EQ(aborts_, 0);
  ASSERT_TRUE(memory.TryAcquire(memory.capacity()));
  memory.Release(memory.capacity());
}

TEST_F(BackgroundUploadTest, AnUploadThatIsDestroyedWhileItBeginsIsAborted) {
  {
    BackgroundUpload upload(client_.get(), *ParseUri("s3://models/a"),
                            ObjectInfo());
    upload.Send(std::string(kPart, 'x'));
    asked_.get_future().wait();
    let_answer_.set_value();
  }
  EXPECT_EQ(aborts_, 1);
  Semaphore& memory = UploadMemory();
  ASSERT_TRUE(memory.TryAcquire(memory.capacity()));
  memory.Release(memory.capacity());
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
