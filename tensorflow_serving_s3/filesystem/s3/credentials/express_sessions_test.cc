// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/credentials/express_sessions.h"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/aws_runtime.h"

namespace tfs3 {
namespace s3 {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Clock = ExpressSessions::Clock;

constexpr char kBucket[] = "models--usw2-az1--x-s3";

Credentials Session(const std::string& id, Clock::time_point end) {
  Credentials credentials = NewCredentials({id, "secret", "token", ""}, "test");
  credentials.expires_at = end;
  return credentials;
}

class ExpressSessionsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(AwsRuntime::Get().ok()); }

  // Creates numbered sessions of five minutes; 0 is a failure.
  int Get(const std::string& bucket = kBucket) {
    const ExpressSession session = sessions_.Get(bucket, [this] {
      ExpressSession made;
      ++creations_;
      if (fails_) {
        made.failure = Status{TF_UNAVAILABLE, "no"};
      } else {
        made.credentials =
            Session(std::to_string(creations_), now_ + minutes(5));
      }
      return made;
    });
    if (!session.credentials.has_value()) {
      return 0;
    }
    last_ = *session.credentials;
    return creations_;
  }

  Clock::time_point now_ = Clock::now();
  ExpressSessions sessions_{[this] { return now_; }};
  int creations_ = 0;
  bool fails_ = false;
  Credentials last_;
};

TEST_F(ExpressSessionsTest, UsesASessionUntilAMinuteBeforeItsExpiry) {
  EXPECT_EQ(Get(), 1);
  now_ += minutes(4) - seconds(1);
  EXPECT_EQ(Get(), 1);
  now_ += seconds(2);
  EXPECT_EQ(Get(), 2);
  EXPECT_EQ(Get(), 2);
}

TEST_F(ExpressSessionsTest, EachBucketHasItsSession) {
  EXPECT_EQ(Get("a--usw2-az1--x-s3"), 1);
  EXPECT_EQ(Get("b--usw2-az1--x-s3"), 2);
}

TEST_F(ExpressSessionsTest, UsesTheOldSessionIfTheRefreshFails) {
  Get();
  now_ += minutes(4) + seconds(30);
  fails_ = true;
  EXPECT_NE(Get(), 0);
  EXPECT_EQ(creations_, 2);
  // Does not retry for every request.
  EXPECT_NE(Get(), 0);
  EXPECT_EQ(creations_, 2);
  now_ += seconds(26);
  EXPECT_EQ(Get(), 0);
}

TEST_F(ExpressSessionsTest, DoesNotCacheAFailure) {
  fails_ = true;
  EXPECT_EQ(Get(), 0);
  fails_ = false;
  EXPECT_EQ(Get(), 2);
}

TEST_F(ExpressSessionsTest, ReplacesASessionThatTheStoreRejects) {
  Get();
  const Credentials first = last_;
  sessions_.Forget(kBucket, first);
  EXPECT_EQ(Get(), 2);
  // Another request reports the first session later.
  sessions_.Forget(kBucket, first);
  EXPECT_EQ(Get(), 2);
}

TEST_F(ExpressSessionsTest, ParallelRequestsCreateOneSession) {
  std::atomic<int> creations{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      const ExpressSession session = sessions_.Get(kBucket, [&] {
        ++creations;
        std::this_thread::yield();
        ExpressSession made;
        made.credentials = Session("1", now_ + minutes(5));
        return made;
      });
      EXPECT_TRUE(session.credentials.has_value());
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(creations, 1);
}

HttpResponse SessionResponse(const std::string& expiration,
                             const std::string& date) {
  HttpResponse response;
  response.status = 200;
  response.headers = {{"Date", date}};
  response.body =
      "<?xml version=\"1.0\"?><CreateSessionResult "
      "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Credentials>"
      "<SessionToken>t</SessionToken><SecretAccessKey>s</SecretAccessKey>"
      "<AccessKeyId>a</AccessKeyId>" +
      expiration + "</Credentials></CreateSessionResult>";
  return response;
}

TEST_F(ExpressSessionsTest, UsesTheClockOfTheStore) {
  // By this machine's clock, the session expired long ago.
  const Result<Credentials> session = ParseExpressSession(
      SessionResponse("<Expiration>2020-01-31T12:05:00Z</Expiration>",
                      "Fri, 31 Jan 2020 12:00:00 GMT"),
      "the profile");
  ASSERT_TRUE(session.ok()) << session.status().message;
  EXPECT_EQ(session->source, "the profile");
  EXPECT_GT(*session->expires_at, Clock::now() + minutes(4));
  EXPECT_LE(*session->expires_at, Clock::now() + minutes(5));
}

TEST_F(ExpressSessionsTest, WithoutAnExpiryASessionHasFiveMinutes) {
  const Result<Credentials> session =
      ParseExpressSession(SessionResponse("", ""), "x");
  ASSERT_TRUE(session.ok());
  EXPECT_GT(*session->expires_at, Clock::now() + minutes(4));
}

TEST_F(ExpressSessionsTest, RejectsAResponseWithoutCredentials) {
  for (const std::string body :
       {"", "<html/>", "<ListBucketResult></ListBucketResult>",
        "<CreateSessionResult/>",
        "<CreateSessionResult><Credentials><AccessKeyId>a</AccessKeyId>"
        "</Credentials></CreateSessionResult>"}) {
    HttpResponse response;
    response.status = 200;
    response.body = body;
    EXPECT_EQ(ParseExpressSession(response, "x").status().code, TF_INTERNAL)
        << body;
  }
}

}  // namespace
}  // namespace s3
}  // namespace tfs3
