// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/rest/json/json_output.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"

namespace tfs3::rest {
namespace {

TEST(JsonOutputTest, ChargesItsCapacityUntilTheRequestEnds) {
  RequestMemory memory(0);
  {
    RequestMemory::Charge charge(&memory);
    JsonOutput out(&charge, 100);
    EXPECT_EQ(memory.used(), 100);
    out.text().append(100, 'x');
    out.MakeRoom(1);
    EXPECT_EQ(memory.used(), 200);

    EXPECT_EQ(std::move(out).Take(), std::string(100, 'x'));
    EXPECT_EQ(memory.used(), 200);
  }
  EXPECT_EQ(memory.used(), 0);
}

TEST(JsonOutputTest, ThrowsBeforeItExceedsTheBudget) {
  RequestMemory memory(150);
  RequestMemory::Charge charge(&memory);
  {
    JsonOutput out(&charge, 100);
    EXPECT_THROW(out.MakeRoom(101), RequestMemoryExceeded);
  }
  EXPECT_EQ(memory.used(), 0);
}

TEST(JsonOutputTest, MakesRoomForEscapedAndEncodedStrings) {
  const std::pair<std::string, bool> strings[] = {
      {"", false},
      {std::string(100000, 'x'), false},
      {std::string(100000, '\n'), false},
      {std::string(100000, '"'), false},
      {std::string(100000, '\xff'), false},
      {std::string(100001, 'x'), true},
  };
  for (const auto& [string, as_bytes] : strings) {
    RequestMemory memory(0);
    RequestMemory::Charge charge(&memory);
    JsonOutput out(&charge, 0);

    out.AppendString(string, as_bytes);

    EXPECT_GE(memory.used() + 15, out.text().capacity());
    EXPECT_LE(memory.used(), 6 * string.size() + 64);
  }
}

}  // namespace
}  // namespace tfs3::rest
