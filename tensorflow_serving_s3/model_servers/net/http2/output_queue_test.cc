// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/output_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>

namespace tfs3::net::http2 {
namespace {

struct Flag final : Retained {
  explicit Flag(int* count) : count(count) { ++*count; }
  ~Flag() override { --*count; }
  int* const count;
};

// Returns the bytes of the queue, by Peek.
std::string Peeked(const OutputQueue& queue) {
  iovec parts[100];
  std::string bytes;
  const size_t count = queue.Peek(parts, 100);
  for (size_t i = 0; i < count; ++i) {
    bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  }
  return bytes;
}

TEST(OutputQueueTest, JoinsCopiedBytes) {
  OutputQueue queue;
  queue.Append("ab");
  queue.Append("cd");
  iovec parts[2];

  EXPECT_EQ(queue.Peek(parts, 2), 1u);
  EXPECT_EQ(Peeked(queue), "abcd");
}

TEST(OutputQueueTest, ViewsKeepTheirPlace) {
  OutputQueue queue;
  const std::string body = "body";
  queue.Append("head");
  queue.AppendView(body);
  queue.Append("tail");

  EXPECT_EQ(Peeked(queue), "headbodytail");
  queue.Consume(6);
  EXPECT_EQ(Peeked(queue), "dytail");
  char copied[4];
  EXPECT_EQ(queue.Copy(copied, 4), 4u);
  EXPECT_EQ(std::string(copied, 4), "dyta");
  EXPECT_EQ(queue.consumed(), 6u);
}

TEST(OutputQueueTest, ObjectsLiveUntilTheirBytesAreConsumed) {
  OutputQueue queue;
  int alive = 0;
  queue.Append("0123456789");
  queue.Retain("", std::make_unique<Flag>(&alive));
  queue.Append("more");

  queue.Consume(9);
  EXPECT_EQ(alive, 1);
  queue.Consume(1);
  EXPECT_EQ(alive, 0);
}

TEST(OutputQueueTest, AnyPartsComeOutInOrder) {
  std::minstd_rand random(7);
  OutputQueue queue;
  std::string expected;
  std::string got;
  for (int i = 0; i < 20'000; ++i) {
    const std::string bytes(random() % 200, static_cast<char>('a' + i % 26));
    expected += bytes;
    if (bytes.size() > 100) {  // Not in the string itself.
      std::string owned = bytes;
      queue.AppendView(owned);
      queue.Retain(std::move(owned), nullptr);
    } else {
      queue.Append(bytes);
    }
    // Never empties the queue, so that it must drop what was consumed.
    const size_t size = std::min<size_t>(
        random() % 250, queue.size() > 0 ? queue.size() - 1 : 0);
    std::string part(size, '\0');
    ASSERT_EQ(queue.Copy(part.data(), size), size);
    got += part;
    queue.Consume(size);
  }
  std::string rest(queue.size(), '\0');
  queue.Copy(rest.data(), rest.size());
  EXPECT_EQ(got + rest, expected);
}

}  // namespace
}  // namespace tfs3::net::http2
