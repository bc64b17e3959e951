// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Sixteen threads run random operations with shared clients, readers and
// credentials: with a real store, where all operations must succeed, and with a
// store that often fails and whose credentials expire quickly. For
// ThreadSanitizer and AddressSanitizer. Environment variables:
//
//   STRESS_OPERATIONS  operations of each thread (30)
//   TEST_RANDOM_SEED   seed of the operations (1); not of their timing
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/object_reader.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/faulty_store.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/live_client.h"
#include "tensorflow_serving_s3/filesystem/s3/testing/seaweed.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"

namespace tfs3 {
namespace s3 {
namespace {

using ::testing::IsEmpty;
using Dice = std::minstd_rand;

constexpr int kThreads = 16;
constexpr int kSharedReaders = 4;
constexpr size_t kFirstPartBytes = size_t{5} << 20;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::stoull(text);
}

size_t AnySize(Dice& dice) { return kSizes[dice() % kSizes.size()]; }

S3Uri ReadUri(size_t size) {
  return *ParseUri("s3://models/read/" + std::to_string(size));
}

class Stress {
 public:
  explicit Stress(const FaultyStore& faulty) {
    for (size_t size : kSizes) {
      seaweed_.Put(ReadUri(size).key, Content(size));
    }
    // The credentials chain reads this variable from the environment.
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI",
           (faulty.url() + "/credentials").c_str(), /*overwrite=*/1);
    faulty_environment_ = {
        {"S3_ENDPOINT", faulty.url()},
        {"AWS_ACCESS_KEY_ID", ""},
        {"AWS_SECRET_ACCESS_KEY", ""},
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", faulty.url() + "/credentials"},
        {"S3_REQUEST_TIMEOUT_MSEC", "1000"}};
    good_ = NewLiveClient(seaweed_, {{"S3_REQUEST_TIMEOUT_MSEC", "60000"}});
    bad_ = NewLiveClient(seaweed_, faulty_environment_);
  }

  // Runs a random operation.
  void DoSomething(int thread, Dice& dice) {
    switch (dice() % 12) {
      case 0:
        return Head(dice);
      case 1:
        return List(dice);
      case 2:
        return Write(thread, dice);
      case 3:
        return WriteParts(thread, dice);
      case 4:
      case 5:
        return ReadRange(*good_, /*may_fail=*/false, dice);
      case 6:
        return ReadRange(*bad_, /*may_fail=*/true, dice);
      case 7:
        return ReadAndCancel(dice);
      case 8:
        return ReadShared(dice);
      case 9:
        return ReadAndClose(*good_, /*may_fail=*/false, dice);
      case 10:
        return ReadAndClose(*bad_, /*may_fail=*/true, dice);
      default:
        return UseOwnClient(dice);
    }
  }

  std::vector<std::string> problems() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return problems_;
  }

 private:
  void Problem(const std::string& what) {
    std::lock_guard<std::mutex> lock(mutex_);
    problems_.push_back(what);
  }

  // Checks an operation that must succeed.
  template <typename T>
  bool Succeeded(const Result<T>& result) {
    if (!result.ok()) {
      Problem(result.status().message);
    }
    return result.ok();
  }
  void Succeeded(const Status& status) {
    if (!status.ok()) {
      Problem(status.message);
    }
  }

  // Checks an operation that may fail: the error must name the object and one
  // of the faults.
  void Explained(const Status& status) {
    const bool known = status.code == TF_UNAVAILABLE ||
                       status.code == TF_PERMISSION_DENIED ||
                       status.code == TF_UNAUTHENTICATED;
    if (!known || status.message.find("s3://models/") != 0) {
      Problem("unexpected: " + status.message);
    }
  }

  void Compare(const std::string& bytes, uint64_t offset) {
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] != ByteAt(offset + i)) {
        return Problem("wrong byte at " + std::to_string(offset + i));
      }
    }
  }

  void Head(Dice& dice) {
    const size_t size = AnySize(dice);
    Result<ObjectInfo> good = good_->HeadObject(ReadUri(size));
    if (Succeeded(good) && good->size != size) {
      Problem("HEAD: wrong size");
    }
    Result<ObjectInfo> bad = bad_->HeadObject(ReadUri(size));
    if (!bad.ok()) {
      return Explained(bad.status());
    }
    if (bad->size != size) {
      Problem("HEAD: wrong size of the faulty store");
    }
  }

  void List(Dice& dice) {
    const S3Uri directory = *ParseUri("s3://models/read");
    Result<std::vector<std::string>> good = ListChildren(*good_, directory);
    if (Succeeded(good) && good->size() != kSizes.size()) {
      Problem("LIST: wrong names");
    }
    Succeeded(StatPath(*good_, ReadUri(AnySize(dice))));
    Result<std::vector<std::string>> bad = ListChildren(*bad_, directory);
    if (!bad.ok()) {
      return Explained(bad.status());
    }
    if (bad->size() != 1) {
      Problem("LIST: wrong names of the faulty store");
    }
  }

  void Write(int thread, Dice& dice) {
    const S3Uri uri = OwnUri(thread, dice);
    const std::string body(dice() % 200000, static_cast<char>(dice()));
    if (!Succeeded(good_->PutObject(uri, body))) {
      return;
    }
    ReadBack(uri, body);
    S3Uri copy = uri;
    copy.key += "-copy";
    Succeeded(good_->CopyObject(uri, "", copy));
    ReadBack(copy, body);
    Succeeded(good_->DeleteObject(uri));
    Result<std::vector<DeleteFailure>> left =
        good_->DeleteObjects(*ParseUri("s3://models"), {copy.key, uri.key});
    if (Succeeded(left) && !left->empty()) {
      Problem("not deleted: " + copy.key);
    }
  }

  void WriteParts(int thread, Dice& dice) {
    const S3Uri uri = OwnUri(thread, dice);
    Result<std::string> id = good_->CreateMultipartUpload(uri);
    if (!Succeeded(id)) {
      return;
    }
    const std::string first(kFirstPartBytes, static_cast<char>(dice()));
    const std::string second(dice() % 100000 + 1, static_cast<char>(dice()));
    Result<std::string> second_etag = Status{};
    std::thread parallel(
        [&] { second_etag = good_->UploadPart(uri, *id, 2, second); });
    Result<std::string> first_etag = good_->UploadPart(uri, *id, 1, first);
    parallel.join();
    if (!Succeeded(first_etag) || !Succeeded(second_etag)) {
      return;
    }
    if (dice() % 2 == 0) {
      return Succeeded(good_->AbortMultipartUpload(uri, *id));
    }
    Result<std::string> etag =
        good_->CompleteMultipartUpload(uri, *id, {*first_etag, *second_etag});
    if (Succeeded(etag)) {
      ReadBack(uri, first + second);
    }
    Succeeded(good_->DeleteObject(uri));
  }

  void ReadBack(const S3Uri& uri, const std::string& body) {
    std::string bytes(body.size() + 1, '\0');
    Result<ObjectRange> got =
        good_->GetObject(uri, 0, bytes.data(), bytes.size(), "");
    if (!Succeeded(got)) {
      return;
    }
    bytes.resize(got->bytes);
    if (bytes != body) {
      Problem(uri.ToString() + ": not what was written");
    }
  }

  void ReadRange(Client& client, bool may_fail, Dice& dice) {
    const size_t size = AnySize(dice);
    const uint64_t offset = dice() % size;
    std::string bytes(1 + dice() % (1 << 20), '\0');
    Result<ObjectRange> got =
        client.GetObject(ReadUri(size), offset, bytes.data(), bytes.size(), "");
    if (!got.ok() && may_fail) {
      return Explained(got.status());
    }
    if (!Succeeded(got)) {
      return;
    }
    if (got->bytes != std::min<uint64_t>(bytes.size(), size - offset)) {
      Problem("a short range");
    }
    bytes.resize(got->bytes);
    Compare(bytes, offset);
  }

  void ReadAndCancel(Dice& dice) {
    Cancellation cancellation;
    const std::chrono::microseconds when(dice() % 5000);
    std::thread canceller([&] {
      std::this_thread::sleep_for(when);
      cancellation.Cancel();
    });
    std::string bytes(kSizes.back(), '\0');
    Client& client = dice() % 2 == 0 ? *good_ : *bad_;
    Result<ObjectRange> got =
        client.GetObject(ReadUri(kSizes.back()), 0, bytes.data(), bytes.size(),
                         "", &cancellation);
    canceller.join();
    if (got.ok()) {
      return Compare(bytes, 0);
    }
    if (got.status().code == TF_CANCELLED) {
      return;
    }
    if (&client == good_.get()) {
      return Problem(got.status().message);
    }
    Explained(got.status());
  }

  // Readers that several threads share. The last thread closes a reader.
  void ReadShared(Dice& dice) {
    const size_t slot = dice() % kSharedReaders;
    std::shared_ptr<ObjectReader> reader;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      reader = readers_[slot];
      if (dice() % 4 == 0) {
        readers_[slot] = nullptr;
      }
    }
    if (reader == nullptr) {
      Result<std::unique_ptr<ObjectReader>> opened =
          ObjectReader::Open(good_.get(), ReadUri(AnySize(dice)));
      if (!Succeeded(opened)) {
        return;
      }
      reader = *std::move(opened);
      std::lock_guard<std::mutex> lock(mutex_);
      readers_[slot] = reader;
    }
    Read(*reader, /*may_fail=*/false, dice);
  }

  void ReadAndClose(Client& client, bool may_fail, Dice& dice) {
    Result<std::unique_ptr<ObjectReader>> opened =
        ObjectReader::Open(&client, ReadUri(AnySize(dice)));
    if (!opened.ok() && may_fail) {
      return Explained(opened.status());
    }
    if (!Succeeded(opened)) {
      return;
    }
    // Closes the reader during its prefetch.
    for (int i = dice() % 4; i > 0; --i) {
      Read(**opened, may_fail, dice);
    }
  }

  void Read(ObjectReader& reader, bool may_fail, Dice& dice) {
    // Reads from the beginning or from a random offset.
    uint64_t offset = dice() % 2 == 0 ? 0 : dice() % reader.info().size;
    for (int i = dice() % 4; i >= 0; --i) {
      std::string bytes(1 + dice() % (2 << 20), '\0');
      Result<size_t> got = reader.Read(offset, bytes.data(), bytes.size());
      if (!got.ok() && may_fail) {
        return Explained(got.status());
      }
      if (!Succeeded(got)) {
        return;
      }
      bytes.resize(*got);
      Compare(bytes, offset);
      offset += *got;
    }
  }

  void UseOwnClient(Dice& dice) {
    if (dice() % 2 == 0) {
      return ReadRange(*NewLiveClient(seaweed_), /*may_fail=*/false, dice);
    }
    std::map<std::string, std::string> environment = faulty_environment_;
    environment["AWS_ACCESS_KEY_ID"] = "k";
    environment["AWS_SECRET_ACCESS_KEY"] = "s";
    ReadRange(*NewLiveClient(seaweed_, environment), /*may_fail=*/true, dice);
  }

  static S3Uri OwnUri(int thread, Dice& dice) {
    return *ParseUri("s3://models/written/" + std::to_string(thread) + "/" +
                     std::to_string(dice()));
  }

  Seaweed seaweed_;
  std::map<std::string, std::string> faulty_environment_;
  std::unique_ptr<Client> good_;
  std::unique_ptr<Client> bad_;

  mutable std::mutex mutex_;
  std::vector<std::string> problems_;
  // Destroyed before the client.
  std::array<std::shared_ptr<ObjectReader>, kSharedReaders> readers_;
};

TEST(ClientStressTest, ThreadsRunAllOperationsInParallel) {
  const uint64_t seed = FromEnvironment("TEST_RANDOM_SEED", 1);
  const uint64_t operations = FromEnvironment("STRESS_OPERATIONS", 30);
  FaultyStore faulty;
  Stress stress(faulty);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      Dice dice(seed * kThreads + thread);
      for (uint64_t i = 0; i < operations; ++i) {
        stress.DoSomething(thread, dice);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(stress.problems(), IsEmpty());
  // For one client; the others have other credentials.
  EXPECT_GT(faulty.credentials_given(), 1);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
