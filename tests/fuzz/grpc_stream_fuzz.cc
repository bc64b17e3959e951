// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes the HTTP/2 session and the reader of gRPC's messages: bytes of a
// client from the preface on. The first byte of an input is the size of the
// parts in which the bytes arrive (0: in one).
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/message_reader.h"
#include "tensorflow_serving_s3/model_servers/net/http2/session.h"
#include "tests/fuzz/expect.h"

namespace {

using tfs3::RequestMemory;
using tfs3::fuzz::Expect;
using tfs3::grpc::MessageReader;
using tfs3::net::http2::BodyPart;
using tfs3::net::http2::ConnectionProgress;
using tfs3::net::http2::Header;
using tfs3::net::http2::HeaderList;
using tfs3::net::http2::Session;
using tfs3::net::http2::SessionOptions;
using tfs3::net::http2::Stream;
using tfs3::net::http2::Trailers;

constexpr uint64_t kMaxMessage = 1 << 20;
constexpr int64_t kBudget = 4 << 20;

// Answers each message by the same message.
class EchoStream final : public Stream {
 public:
  EchoStream(RequestMemory* memory, int* open) : charge_(memory), open_(*open) {
    ++open_;
  }

  void OnBegin() override {
    const Header headers[] = {{":status", "200"}};
    SendHeaders(headers, 1, /*end=*/false);
  }
  void OnData(std::string_view data) override {
    Consume(data.size());
    while (!data.empty() && !failed_) {
      const size_t before = data.size();
      switch (reader_.Read(&data)) {
        case MessageReader::State::kMore:
          Expect(data.empty(), "an unfinished message takes all bytes");
          break;
        case MessageReader::State::kMessage: {
          Expect(reader_.message().size() == reader_.size(),
                 "a message has its length");
          BodyPart part;
          part.bytes = std::string(reader_.message());
          reader_.Next();
          SendBody(std::move(part));
          break;
        }
        case MessageReader::State::kTooLong:
        case MessageReader::State::kNoMemory:
        case MessageReader::State::kInvalid:
          failed_ = true;
          SendReset(8);
          break;
      }
      Expect(failed_ || data.size() < before, "the reader makes progress");
    }
  }
  void OnEnd() override { SendEnd(); }
  Trailers MakeTrailers() override {
    Trailers trailers;
    trailers.Add("grpc-status", "0");
    return trailers;
  }
  void OnClosed() override {
    --open_;
    delete this;
  }
  void OnSweep(Clock::time_point /*now*/,
               const ConnectionProgress& /*progress*/) override {}

 private:
  RequestMemory::Charge charge_;
  const MessageReader::FindNumbers find_numbers_ = [](std::string_view begin) {
    return begin.size();
  };
  MessageReader reader_{kMaxMessage, &charge_, &find_numbers_};
  bool failed_ = false;
  int& open_;
};

class Owner final : public Session::Owner {
 public:
  Stream* NewStream(const HeaderList& headers, bool /*complete*/) override {
    size_t bytes = 0;
    for (size_t i = 0; i < headers.size(); ++i) {
      bytes += headers[i].name.size() + headers[i].value.size() + 32;
    }
    Expect(bytes <= SessionOptions().max_header_bytes,
           "a request has headers within the limit");
    return new EchoStream(&memory_, &open_);
  }
  void OnPong() override {}

  RequestMemory memory_{kBudget};
  int open_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  const size_t part = data[0] == 0 ? size : data[0];
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  Owner owner;
  {
    Session session(SessionOptions(), &owner);
    const Session::Clock::time_point now{std::chrono::hours(1)};
    bool goes_on = true;
    while (!input.empty() && goes_on) {
      // A separate allocation shows reads beyond the end.
      const std::string bytes(input.substr(0, part));
      input.remove_prefix(bytes.size());
      goes_on = session.Receive(bytes, now) && session.Produce(64 << 10);
      session.output().Consume(session.output().size());
      Expect(session.num_streams() == static_cast<size_t>(owner.open_),
             "the session counts its streams");
      session.Sweep(now, std::chrono::seconds(1), {});
    }
  }
  Expect(owner.open_ == 0, "all streams are closed");
  Expect(owner.memory_.used() == 0, "all memory is returned");
  return 0;
}
