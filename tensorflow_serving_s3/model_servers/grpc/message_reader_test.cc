// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/message_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"

namespace tfs3::grpc {
namespace {

using State = MessageReader::State;

std::string Framed(const std::string& message, char flag = 0) {
  const auto size = static_cast<uint32_t>(message.size());
  return std::string{flag, static_cast<char>(size >> 24),
                     static_cast<char>(size >> 16),
                     static_cast<char>(size >> 8), static_cast<char>(size)} +
         message;
}

class MessageReaderTest : public testing::Test {
 protected:
  // Reads the messages of `bytes`, which come in parts of `part` bytes.
  std::vector<std::string> ReadAll(std::string_view bytes, size_t part) {
    std::vector<std::string> messages;
    while (!bytes.empty()) {
      std::string_view next = bytes.substr(0, part);
      bytes.remove_prefix(next.size());
      while (!next.empty()) {
        if (reader_.Read(&next) == State::kMessage) {
          messages.emplace_back(reader_.message());
          reader_.Next();
        }
      }
    }
    return messages;
  }

  RequestMemory memory_{4 << 20};
  RequestMemory::Charge charge_{&memory_};
  MessageReader reader_{8 << 20, &charge_};
};

TEST_F(MessageReaderTest, ReadsMessagesInPartsOfAnySize) {
  const std::vector<std::string> messages = {"one", "",
                                             std::string(100'000, 'x'), "four"};
  std::string bytes;
  for (const std::string& message : messages) {
    bytes += Framed(message);
  }
  for (const size_t part : {size_t{1}, size_t{7}, size_t{4096}, bytes.size()}) {
    EXPECT_EQ(ReadAll(bytes, part), messages) << part;
    EXPECT_EQ(memory_.used(), 0);
  }
}

TEST_F(MessageReaderTest, ReportsCompression) {
  const std::string bytes = Framed("x", 1);
  std::string_view view = bytes;
  EXPECT_EQ(reader_.Read(&view), State::kMessage);
  EXPECT_TRUE(reader_.is_compressed());
}

TEST_F(MessageReaderTest, AnUnknownFlagIsInvalid) {
  const std::string bytes = Framed("x", 2);
  std::string_view view = bytes;
  EXPECT_EQ(reader_.Read(&view), State::kInvalid);
}

TEST_F(MessageReaderTest, ALongMessageIsRefusedByItsLength) {
  const std::string bytes("\0\x7f\xff\xff\xff", 5);
  std::string_view view = bytes;
  EXPECT_EQ(reader_.Read(&view), State::kTooLong);
  EXPECT_EQ(memory_.used(), 0);
}

TEST_F(MessageReaderTest, ChargesTheBytesThatHaveArrived) {
  const std::string bytes = Framed(std::string(3 << 20, 'x'));
  std::string_view begin = std::string_view(bytes).substr(0, 100);
  EXPECT_EQ(reader_.Read(&begin), State::kMore);
  EXPECT_LE(memory_.used(), 64 << 10);

  std::string_view rest = std::string_view(bytes).substr(100);
  EXPECT_EQ(reader_.Read(&rest), State::kMessage);
  EXPECT_EQ(memory_.used(), 3 << 20);
}

TEST_F(MessageReaderTest, StopsAtTheLimitOfTheBudget) {
  const std::string bytes = Framed(std::string(5 << 20, 'x'));
  State state = State::kMore;
  std::string_view all = bytes;
  while (state == State::kMore && !all.empty()) {
    std::string_view next = all.substr(0, 100'000);
    all.remove_prefix(next.size());
    state = reader_.Read(&next);
  }
  EXPECT_EQ(state, State::kNoMemory);
  EXPECT_LE(memory_.used(), 4 << 20);
}

TEST_F(MessageReaderTest, AlignsTheNumbersOfLargeMessages) {
  for (const size_t offset : {size_t{0}, size_t{1}, size_t{63}, size_t{100}}) {
    const MessageReader::FindNumbers find = [&](std::string_view begin) {
      EXPECT_EQ(begin, std::string(1000, 'x'));
      return offset;
    };
    for (const size_t size : {size_t{40'000}, size_t{3} << 20}) {
      MessageReader reader(8 << 20, &charge_, &find);
      const std::string message(size, 'x');
      const std::string bytes = Framed(message);
      std::string_view begin = std::string_view(bytes).substr(0, 1005);
      ASSERT_EQ(reader.Read(&begin), State::kMore);
      for (size_t at = 1005; at < bytes.size(); at += 100'000) {
        std::string_view part = std::string_view(bytes).substr(at, 100'000);
        reader.Read(&part);
      }
      EXPECT_EQ(reader.message(), message);
      const auto address = reinterpret_cast<uintptr_t>(reader.message().data());
      EXPECT_EQ((address + offset) % 64, 0) << offset << " in " << size;
      reader.Next();
    }
  }
}

TEST_F(MessageReaderTest, OwnersKeepTheBytesOfAMessage) {
  const std::string message(3 << 20, 'x');
  const std::string bytes = Framed(message);
  std::string_view view = bytes;
  ASSERT_EQ(reader_.Read(&view), State::kMessage);
  const std::string_view kept = reader_.message();
  const std::shared_ptr<const void> owner = reader_.Share();
  const std::shared_ptr<const void> other = reader_.Share();
  EXPECT_EQ(owner, other);
  reader_.Next();
  EXPECT_EQ(kept, message);
  EXPECT_EQ(owner.use_count(), 2);
  EXPECT_EQ(reader_.Share(), nullptr);
  EXPECT_THAT(ReadAll(Framed("next"), 100), testing::ElementsAre("next"));
}

TEST_F(MessageReaderTest, KnowsWhetherAMessageIsUnfinished) {
  const std::string bytes = Framed("abc");
  for (size_t size = 1; size <= bytes.size(); ++size) {
    MessageReader reader(100, &charge_);
    std::string_view view = std::string_view(bytes).substr(0, size);
    reader.Read(&view);
    EXPECT_EQ(reader.is_unfinished(), size < bytes.size()) << size;
    reader.Next();
    EXPECT_FALSE(reader.is_unfinished());
  }
}

}  // namespace
}  // namespace tfs3::grpc
