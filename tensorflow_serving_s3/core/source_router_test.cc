// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/core/source_router.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/core/servable_data.h"
#include "tensorflow_serving_s3/core/source.h"

namespace tfs3 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<ServableData<int>> Versions(const std::string& name,
                                        const std::vector<int>& numbers) {
  std::vector<ServableData<int>> versions;
  for (const int number : numbers) {
    versions.emplace_back(ServableId{name, number}, number);
  }
  return versions;
}

// Records the lists of all ports in their order: "0 half: 1 2".
class Log {
 public:
  template <typename T>
  void Connect(SourceRouter<T>* router, size_t port) {
    router->GetOutputPorts()[port]->SetAspiredVersionsCallback(
        [this, port](absl::string_view name,
                     std::vector<ServableData<T>> versions) {
          std::string line = absl::StrCat(port, " ", name, ":");
          for (const ServableData<T>& version : versions) {
            absl::StrAppend(&line, " ", version.id().version);
          }
          std::lock_guard<std::mutex> lock(mu_);
          lines_.push_back(line);
        });
  }
  template <typename T>
  void ConnectAll(SourceRouter<T>* router) {
    for (size_t i = 0; i < router->GetOutputPorts().size(); ++i) {
      Connect(router, i);
    }
  }
  std::vector<std::string> lines() const {
    std::lock_guard<std::mutex> lock(mu_);
    return lines_;
  }

 private:
  mutable std::mutex mu_;
  std::vector<std::string> lines_;
};

// Routes by the number of the first version. Its data is move-only, like
// loaders.
class FirstVersionRouter final : public SourceRouter<std::unique_ptr<int>> {
 public:
  explicit FirstVersionRouter(int num_ports) : SourceRouter(num_ports) {}
  ~FirstVersionRouter() override { Detach(); }

  void Send(const std::vector<int>& numbers) {
    std::vector<ServableData<std::unique_ptr<int>>> versions;
    for (const int number : numbers) {
      versions.emplace_back(ServableId{"half", number},
                            std::make_unique<int>(number));
    }
    GetAspiredVersionsCallback()("half", std::move(versions));
  }

  int num_decisions() const { return num_decisions_; }

 protected:
  std::optional<int> Route(
      absl::string_view /*servable_name*/,
      const std::vector<ServableData<std::unique_ptr<int>>>& versions)
      override {
    ++num_decisions_;
    if (versions.empty()) {
      return std::nullopt;
    }
    return static_cast<int>(versions[0].id().version);
  }

 private:
  int num_decisions_ = 0;
};

TEST(SourceRouterTest, HasTheGivenNumberOfPorts) {
  FirstVersionRouter router(3);
  EXPECT_EQ(router.GetOutputPorts().size(), 3);
}

TEST(SourceRouterTest, AStreamThatChangesItsPortIsUnloadedAtTheOldOne) {
  FirstVersionRouter router(2);
  Log log;
  log.ConnectAll(&router);
  router.Send({0});
  router.Send({1});
  EXPECT_THAT(log.lines(), ElementsAre("0 half: 0", "0 half:", "1 half: 1"));
}

TEST(SourceRouterTest, DropsAStreamWithoutAPort) {
  FirstVersionRouter router(2);
  Log log;
  log.ConnectAll(&router);
  router.Send({7});
  EXPECT_EQ(router.num_decisions(), 1);
  EXPECT_THAT(log.lines(), IsEmpty());
}

TEST(SourceRouterTest, AStreamThatLosesItsRouteIsUnloaded) {
  FirstVersionRouter router(2);
  Log log;
  log.ConnectAll(&router);
  router.Send({1, 5});
  router.Send({7});
  EXPECT_THAT(log.lines(), ElementsAre("1 half: 1 5", "1 half:"));
}

TEST(SourceRouterTest, APortStoresTheNewestListUntilItIsConnected) {
  FirstVersionRouter router(2);
  Log log;
  router.Send({0});
  router.Send({1});
  router.Send({1, 2});
  EXPECT_THAT(log.lines(), IsEmpty());
  log.Connect(&router, 1);
  EXPECT_THAT(log.lines(), ElementsAre("1 half: 1 2"));
  log.Connect(&router, 0);
  EXPECT_THAT(log.lines(), ElementsAre("1 half: 1 2", "0 half:"));
}

TEST(SourceRouterTest, SendsNothingAfterItIsDestroyed) {
  Log log;
  auto router = *DynamicSourceRouter<int>::Create(1, {});
  log.ConnectAll(router.get());
  const auto callback = router->GetAspiredVersionsCallback();
  router.reset();
  callback("half", Versions("half", {1}));
  EXPECT_THAT(log.lines(), IsEmpty());
}

std::unique_ptr<DynamicSourceRouter<int>> Dynamic(
    int num_ports, DynamicSourceRouter<int>::Routes routes) {
  absl::StatusOr<std::unique_ptr<DynamicSourceRouter<int>>> router =
      DynamicSourceRouter<int>::Create(num_ports, std::move(routes));
  EXPECT_TRUE(router.ok()) << router.status();
  return *std::move(router);
}

TEST(DynamicSourceRouterTest, NamesWithoutARouteGoToTheLastPort) {
  const auto router = Dynamic(3, {{"half", 1}});
  Log log;
  log.ConnectAll(router.get());
  const auto callback = router->GetAspiredVersionsCallback();
  callback("half", Versions("half", {1}));
  callback("other", Versions("other", {2}));
  EXPECT_THAT(log.lines(), ElementsAre("1 half: 1", "2 other: 2"));
}

TEST(DynamicSourceRouterTest, AnUpdateMovesStreamsImmediately) {
  const auto router = Dynamic(3, {{"half", 0}, {"third", 0}});
  Log log;
  log.ConnectAll(router.get());
  const auto callback = router->GetAspiredVersionsCallback();
  callback("half", Versions("half", {1, 2}));
  callback("third", Versions("third", {3}));
  ASSERT_TRUE(router->UpdateRoutes({{"half", 1}, {"third", 0}}).ok());
  EXPECT_THAT(log.lines(), ElementsAre("0 half: 1 2", "0 third: 3",
                                       "0 half:", "1 half: 1 2"));
  EXPECT_THAT(router->GetRoutes(),
              ElementsAre(std::pair("half", 1), std::pair("third", 0)));
}

TEST(DynamicSourceRouterTest, AnUpdateRemovesAStreamFromTheLastPort) {
  const auto router = Dynamic(2, {});
  Log log;
  log.ConnectAll(router.get());
  router->GetAspiredVersionsCallback()("half", Versions("half", {1}));
  ASSERT_TRUE(router->UpdateRoutes({{"half", 0}}).ok());
  EXPECT_THAT(log.lines(), ElementsAre("1 half: 1", "1 half:", "0 half: 1"));
}

TEST(DynamicSourceRouterTest, AnUpdateDoesNotSendAnEndedStream) {
  const auto router = Dynamic(2, {});
  Log log;
  log.ConnectAll(router.get());
  const auto callback = router->GetAspiredVersionsCallback();
  callback("half", Versions("half", {1}));
  callback("half", {});
  ASSERT_TRUE(router->UpdateRoutes({{"half", 0}}).ok());
  EXPECT_THAT(log.lines(), ElementsAre("1 half: 1", "1 half:"));
}

TEST(DynamicSourceRouterTest, RefusesARouteToAnInvalidPort) {
  const auto router = Dynamic(2, {{"half", 0}});
  for (const int port : {-1, 2, 3}) {
    const absl::Status status = router->UpdateRoutes({{"third", port}});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat("third has port ", port)));
  }
  EXPECT_THAT(router->GetRoutes(), ElementsAre(std::pair("half", 0)));
}

TEST(DynamicSourceRouterTest, RefusesARouteToTheLastPort) {
  EXPECT_EQ(DynamicSourceRouter<int>::Create(2, {{"half", 1}}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DynamicSourceRouter<int>::Create(0, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(DynamicSourceRouterTest, ConcurrentUpdatesLeaveEachStreamAtOnePort) {
  const auto router = Dynamic(3, {});
  Log log;
  log.ConnectAll(router.get());
  std::thread source([&] {
    const auto callback = router->GetAspiredVersionsCallback();
    for (int i = 1; i <= 500; ++i) {
      callback("half", Versions("half", {i}));
    }
  });
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(router->UpdateRoutes({{"half", i % 2}}).ok());
  }
  source.join();
  ASSERT_TRUE(router->UpdateRoutes({{"half", 1}}).ok());
  // Replays the lists: a stream is never at two ports, and at port 1 at the
  // end.
  std::vector<std::string> held(3);
  for (const std::string& line : log.lines()) {
    held[line[0] - '0'] = line.substr(std::string("0 half:").size());
    int holders = 0;
    for (const std::string& versions : held) {
      holders += !versions.empty();
    }
    ASSERT_LE(holders, 1);
  }
  EXPECT_THAT(held, ElementsAre("", " 500", ""));
}

}  // namespace
}  // namespace tfs3
