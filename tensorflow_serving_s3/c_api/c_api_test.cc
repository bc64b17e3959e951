// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// The C interface from many threads. The loads of models are tested in Python.

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/c_api/tfs3.h"

namespace {

using testing::HasSubstr;

constexpr int kThreads = 4;
constexpr int kRounds = 50;

// Returns the message of an error, and deletes it; empty if there is none.
std::string Take(tfs3_error* error) {
  if (error == nullptr) {
    return "";
  }
  std::string message = tfs3_error_message(error);
  tfs3_error_delete(error);
  return message;
}

std::string Take(tfs3_text* text) {
  std::string bytes(tfs3_text_data(text), tfs3_text_size(text));
  tfs3_text_delete(text);
  return bytes;
}

// Calls `function` with the number of the thread in several threads, and waits
// for them.
void RunThreads(const std::function<void(int)>& function) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back(function, i);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

tfs3_source* PushedSource() {
  tfs3_source* source = nullptr;
  EXPECT_EQ(Take(tfs3_pushed_source_create("test", 100, -1, &source)), "");
  return source;
}

// Reports a version without a SavedModel, and an error.
std::string AspireMissing(tfs3_source* source, const std::string& name,
                          int64_t version) {
  const tfs3_version versions[] = {
      {version, "/absent/model", 0, nullptr},
      {version + 1, nullptr, 5, "there is no such version"},
  };
  return Take(tfs3_pushed_source_aspire(source, name.c_str(), versions, 2));
}

struct Received {
  std::atomic<int> lists{0};
  std::atomic<int> versions{0};
};

void Receive(void* context, const char* /*servable_name*/,
             const tfs3_version* versions, size_t num_versions) {
  auto* const received = static_cast<Received*>(context);
  ++received->lists;
  received->versions += static_cast<int>(num_versions);
  EXPECT_STREQ(versions[0].path, "/absent/model");
  EXPECT_STREQ(versions[1].error, "there is no such version");
}

TEST(CApiTest, ASourceTakesListsFromManyThreads) {
  tfs3_source* const source = PushedSource();
  Received received;
  ASSERT_EQ(Take(tfs3_source_connect_function(source, Receive, &received)), "");
  RunThreads([&](int thread) {
    const std::string name = "model" + std::to_string(thread);
    for (int round = 0; round < kRounds; ++round) {
      EXPECT_EQ(AspireMissing(source, name, round), "");
      tfs3_pushed_source_set_problem(source, name.c_str(), "a problem");
      tfs3_pushed_source_keep_alive(source);
    }
  });
  tfs3_source_delete(source);
  EXPECT_EQ(received.lists, kThreads * kRounds);
  EXPECT_EQ(received.versions, 2 * kThreads * kRounds);
}

TEST(CApiTest, AStoppedSourceSendsNothing) {
  tfs3_source* const source = PushedSource();
  Received received;
  ASSERT_EQ(Take(tfs3_source_connect_function(source, Receive, &received)), "");
  RunThreads([&](int thread) {
    for (int round = 0; round < kRounds; ++round) {
      if (thread == 0 && round == kRounds / 2) {
        tfs3_pushed_source_stop(source);
      }
      AspireMissing(source, "model", round);
    }
  });
  const int lists = received.lists;
  AspireMissing(source, "model", 1);
  EXPECT_EQ(received.lists, lists);
  tfs3_source_delete(source);
}

TEST(CApiTest, ASourceIsConnectedOnce) {
  tfs3_source* const source = PushedSource();
  Received received;
  std::atomic<int> connected{0};
  RunThreads([&](int /*thread*/) {
    if (Take(tfs3_source_connect_function(source, Receive, &received)) == "") {
      ++connected;
    }
  });
  EXPECT_EQ(connected, 1);
  tfs3_source_delete(source);
}

TEST(CApiTest, StatesAreReadWhileVersionsChange) {
  ASSERT_EQ(Take(tfs3_initialize()), "");
  const tfs3_manager_options options = {0, 2, 0, 0.0, 0};
  tfs3_manager* manager = nullptr;
  ASSERT_EQ(Take(tfs3_manager_create(&options, &manager)), "");
  tfs3_adapter* adapter = nullptr;
  ASSERT_EQ(Take(tfs3_adapter_create(&adapter)), "");
  ASSERT_EQ(Take(tfs3_adapter_connect_manager(adapter, manager)), "");
  tfs3_source* const source = PushedSource();
  ASSERT_EQ(Take(tfs3_source_connect_adapter(source, adapter)), "");
  RunThreads([&](int thread) {
    const std::string name = "model" + std::to_string(thread);
    for (int round = 0; round < kRounds / 5; ++round) {
      AspireMissing(source, name, round);
      EXPECT_NE(Take(tfs3_manager_wait_until_available(manager, name.c_str(),
                                                       -1, 0.01)),
                "");
      tfs3_text* json = nullptr;
      EXPECT_EQ(Take(tfs3_manager_states(manager, &json)), "");
      EXPECT_THAT(Take(json), HasSubstr("["));
    }
  });
  tfs3_source_delete(source);
  tfs3_adapter_delete(adapter);
  tfs3_manager_delete(manager);
}

TEST(CApiTest, AServerAnswersWhileItsSourceReports) {
  ASSERT_EQ(Take(tfs3_initialize()), "");
  const std::string socket =
      "--rest_api_socket_path=/tmp/c_api_test." + std::to_string(getpid());
  const char* const arguments[] = {"--port=0", "--rest_api_port=0",
                                   socket.c_str(), "--max_num_load_retries=0"};
  tfs3_source* const source = PushedSource();
  tfs3_server* server = nullptr;
  ASSERT_EQ(Take(tfs3_server_create(arguments, 4, source, &server)), "");
  ASSERT_EQ(Take(tfs3_server_start(server)), "");
  RunThreads([&](int thread) {
    const std::string name = "model" + std::to_string(thread);
    for (int round = 0; round < kRounds / 5; ++round) {
      AspireMissing(source, name, round);
      tfs3_pushed_source_set_problem(source, name.c_str(), "a problem");
      int32_t status = 0;
      tfs3_text* answer = nullptr;
      EXPECT_EQ(Take(tfs3_server_call(server, "GET", "/v1/models", "", 0,
                                      &status, &answer)),
                "");
      EXPECT_EQ(status, 200);
      EXPECT_THAT(Take(answer), HasSubstr("\"models\""));
      tfs3_server_is_ready(server);
    }
  });
  tfs3_pushed_source_stop(source);
  EXPECT_EQ(Take(tfs3_server_stop(server)), "");
  tfs3_server_delete(server);
  tfs3_source_delete(source);
}

}  // namespace
