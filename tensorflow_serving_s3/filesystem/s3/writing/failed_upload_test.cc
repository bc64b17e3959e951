// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/fake_http_server.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/object_writer.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const char kUpload[] =
    "<InitiateMultipartUploadResult><UploadId>id</UploadId>"
    "</InitiateMultipartUploadResult>";

TEST(FailedUploadTest, APartThatFailsEndsTheUpload) {
  FakeHttpServer server([](const FakeRequest& request, FakeConnection& out) {
    if (request.method == "PUT") {
      out.Send(FakeResponse(400, "<Error><Code>EntityTooLarge</Code></Error>"));
    } else if (request.method == "DELETE") {
      out.Send("HTTP/1.1 204 No Content\r\n\r\n");
    } else {
      out.Send(FakeResponse(200, kUpload));
    }
  });
  Options options;
  options.endpoint = server.url();
  options.endpoint_source = "S3_ENDPOINT";
  options.anonymous = true;
  auto client = *Client::New(
      options, [](const char*) { return std::optional<std::string>(); });
  auto writer = ObjectWriter::New(client.get(), *ParseUri("s3://models/k"));
  ASSERT_TRUE(writer->Append(std::string(9 << 20, 'x')).ok());
  const Status status = writer->Close();
  EXPECT_EQ(status.code, TF_INVALID_ARGUMENT);
  EXPECT_THAT(status.message,
              AllOf(HasSubstr("s3://models/k"), HasSubstr("EntityTooLarge")));
  EXPECT_EQ(server.requests().back().method, "DELETE");
  EXPECT_EQ(server.requests().back().path, "/models/k?uploadId=id");
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
