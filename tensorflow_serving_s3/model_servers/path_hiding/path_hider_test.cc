// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/path_hiding/path_hider.h"

#include <string>

#include "gtest/gtest.h"

namespace tfs3 {
namespace {

struct Text {
  const char* text;
  const char* hidden;
};

class PathHiderTest : public ::testing::TestWithParam<Text> {};

TEST_P(PathHiderTest, HidesOnlyPaths) {
  PathHider hider;
  hider.SetKnownPaths({"/", "", "/srv/my models", "s3://bucket/half, old"});
  EXPECT_EQ(hider.Hide(GetParam().text), GetParam().hidden);
}

INSTANTIATE_TEST_SUITE_P(
    Paths, PathHiderTest,
    ::testing::Values(
        Text{"s3://models/half/1: 403 AccessDenied for GetObject",
             "[path]: 403 AccessDenied for GetObject"},
        Text{"No versions of half found under /models/half; a version is",
             "No versions of half found under [path]; a version is"},
        Text{"(gs://b/k.)", "([path].)"}, Text{"(gs://b/k)", "([path])"},
        Text{"cannot reach http://minio.internal:9000.",
             "cannot reach [path]."},
        Text{"file:///etc/passwd", "[path]"},
        Text{"profile \"ci\" of /home/ci/.aws/config",
             "profile \"ci\" of [path]"},
        Text{"'/a/b','/c'", "'[path]','[path]'"},
        Text{"path=/a/b", "path=[path]"}, Text{"in:/a/b: no", "in:[path]: no"},
        Text{"/a/b/../c", "[path]"}, Text{"/.hidden", "[path]"},
        Text{"{\"error\": \"/a/b is \\\"s3://c\\\"\"}",
             "{\"error\": \"[path] is \\\"[path]\\\"\"}"},
        // Known paths may contain characters that end other paths.
        Text{"at /srv/my models/1/saved_model.pb: broken", "at [path]: broken"},
        Text{"s3://bucket/half, old/1 is gone", "[path] is gone"}));

INSTANTIATE_TEST_SUITE_P(
    Others, PathHiderTest,
    ::testing::Values(Text{"", ""}, Text{"model/dense:0", "model/dense:0"},
                      Text{"application/json", "application/json"},
                      Text{"1/2 and / and // too", "1/2 and / and // too"},
                      Text{"[[{{node model/x}}]]", "[[{{node model/x}}]]"},
                      Text{"input \"x\": shape [2,3] vs. [-1,1]",
                           "input \"x\": shape [2,3] vs. [-1,1]"}));

TEST(PathHiderTest, KeepsTextOfTheClient) {
  const PathHider hider;
  EXPECT_EQ(hider.Hide("Malformed request: GET /v1/x; see /v2/x", {"/v1/x"}),
            "Malformed request: GET /v1/x; see [path]");
}

}  // namespace
}  // namespace tfs3
