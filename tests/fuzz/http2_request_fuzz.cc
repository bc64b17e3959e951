// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes REST over HTTP/2: a client sends frames to a server that echoes
// bodies. The first byte of an input is odd if the client closes the connection
// without waiting for responses. The rest are steps; see RunStep.
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "tensorflow_serving_s3/model_servers/base/request_gate.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/base/transport_counters.h"
#include "tensorflow_serving_s3/model_servers/net/gzip.h"
#include "tensorflow_serving_s3/model_servers/net/http/http_server.h"
#include "tensorflow_serving_s3/model_servers/net/http_message.h"
#include "tensorflow_serving_s3/model_servers/testing/http2_frames.h"
#include "tensorflow_serving_s3/model_servers/testing/http_test_client.h"
#include "tests/fuzz/checked_http2_client.h"
#include "tests/fuzz/expect.h"

namespace {

namespace frames = tfs3::http2_frames;
using tfs3::fuzz::CheckedHttp2Client;
using tfs3::fuzz::Expect;
using tfs3::net::HttpRequest;
using tfs3::net::HttpResponse;
using tfs3::net::HttpServer;

// Limits that inputs can exceed.
constexpr int64_t kBudget = 128 << 10;
constexpr uint64_t kMaxBody = 64 << 10;
constexpr uint32_t kMaxHeaders = 2 << 10;
// The most bytes of bodies. The server's output has room for the responses, so
// the client may send everything before it reads.
constexpr size_t kMaxSent = 256 << 10;

HttpResponse Answer(const HttpRequest& request) {
  if (request.path == "/throw") {
    throw std::runtime_error("thrown");
  }
  HttpResponse response{200, "text/plain", std::string(request.body->view())};
  response.status = request.path == "/empty" ? 204 : 200;
  response.close = request.path == "/close";
  if (!request.FindHeader("content-encoding").has_value()) {
    response.headers.emplace_back("x-method", request.method);
  }
  return response;
}

struct Server {
  Server() {
    HttpServer::Options options;
    options.port = HttpServer::kNoPort;
    options.unix_socket_path = path.get();
    options.num_threads = 2;
    options.quick_handler = [](const HttpRequest& request) {
      return request.path == "/slow" ? std::nullopt
                                     : std::optional(Answer(request));
    };
    options.gate = &gate;
    options.memory = &memory;
    options.counters = &counters;
    options.max_body_bytes = kMaxBody;
    options.max_header_bytes = kMaxHeaders;
    options.max_inflated_body_bytes = kMaxBody;
    options.min_gzip_bytes = 100;
    auto started = HttpServer::Start(options, Answer);
    Expect(started.ok(), "the server starts", started.status().ToString());
    http = *std::move(started);
  }

  bool is_empty() const {
    return counters.open_connections == 0 && counters.waiting_requests == 0 &&
           gate.size() == 0 && memory.used() == 0;
  }
  void AwaitEmpty() const {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() +
                     std::chrono::seconds(CheckedHttp2Client::kTimeoutSeconds);
    while (!is_empty() && Clock::now() < end) {
      sched_yield();
    }
    Expect(is_empty(), "nothing is left of a closed connection");
  }

  tfs3::RequestMemory memory{kBudget};
  tfs3::RequestGate gate;
  tfs3::TransportCounters counters;
  tfs3::net::SocketPath path;
  std::unique_ptr<HttpServer> http;
};

// The bytes of an input; zeros follow.
class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }
  uint8_t Byte() { return empty() ? 0 : static_cast<uint8_t>(Bytes(1)[0]); }
  std::string_view Bytes(size_t count) {
    const std::string_view bytes = bytes_.substr(0, count);
    bytes_.remove_prefix(bytes.size());
    return bytes;
  }
  // Returns less if the bodies so far are too large.
  size_t LimitBody(size_t bytes) {
    bytes = std::min(bytes, body_bytes_left_);
    body_bytes_left_ -= bytes;
    return bytes;
  }

 private:
  std::string_view bytes_;
  size_t body_bytes_left_ = kMaxSent;
};

// The pseudo headers of a request. One byte has the method and the path.
std::string PseudoHeaders(Input* input) {
  static const char* const methods[] = {"POST", "GET", "HEAD", "OPTIONS"};
  static const char* const paths[] = {"/",      "/slow",  "/throw", "/empty",
                                      "/close", "/p?q=1", "*",      "http://h"};
  const uint8_t choice = input->Byte();
  return frames::Literal(":method", methods[choice % std::size(methods)]) +
         frames::Literal(":scheme", "http") +
         frames::Literal(":path", paths[choice / 4 % std::size(paths)]) +
         frames::Literal(":authority", "h");
}

// The number of headers, then for each the place in the table; 255: the header
// follows.
std::string Headers(Input* input) {
  static const std::string large(kMaxHeaders / 2, 'v');
  static const std::pair<std::string_view, std::string_view> known[] = {
      {"content-length", "0"},
      {"content-length", "5"},
      {"content-length", "70000"},
      {"content-length", "-1"},
      {"content-length", "18446744073709551616"},
      {"expect", "100-continue"},
      {"content-encoding", "gzip"},
      {"accept-encoding", "gzip"},
      {"host", "other"},
      {"host", "a/b"},
      {":authority", "user@h"},
      {":method", "CONNECT"},
      {":scheme", "ftp"},
      {"content-type", "application/grpc+proto"},
      {"transfer-encoding", "chunked"},
      {"connection", "close"},
      {"Upper", "v"},
      {"x", "line\nbreak"},
      {"large", large}};
  std::string block;
  for (int left = input->Byte() % 8; left > 0; --left) {
    const uint8_t choice = input->Byte();
    if (choice == 255) {
      const std::string_view name = input->Bytes(input->Byte());
      block += frames::Literal(name, input->Bytes(input->Byte()));
    } else {
      const auto& [name, value] = known[choice % std::size(known)];
      block += frames::Literal(name, value);
    }
  }
  return block;
}

// One byte has the size and the letter; 255: valid gzip.
std::string Body(Input* input) {
  static const std::string gzip = *tfs3::net::Gzip(std::string(5000, 'z'));
  const uint8_t choice = input->Byte();
  if (choice == 255) {
    return gzip.substr(0, input->LimitBody(gzip.size()));
  }
  const size_t size = choice < 128 ? choice : (choice - 127) * size_t{256};
  return std::string(input->LimitBody(size), 'a' + choice % 26);
}

// Adds a frame. The bits of the first byte: 0 to 2: the kind; 3 to 5: the
// stream, of the first eight; 6: END_STREAM; 7: see the kinds.
void RunStep(Input* input, CheckedHttp2Client* client) {
  const uint8_t step = input->Byte();
  const uint32_t stream = 2 * (step >> 3 & 7) + 1;
  const uint8_t end = (step & 0x40) != 0 ? frames::kEndStream : 0;
  const uint8_t end_of_head = frames::kEndHeaders | end;
  const bool bit7 = (step & 0x80) != 0;
  std::string block;
  switch (step & 7) {
    case 0:  // A request. Bit 7: without the usual pseudo headers.
      block = bit7 ? "" : PseudoHeaders(input);
      block += Headers(input);
      client->Add(
          frames::HeadersFrame(client->next_stream(), block, end_of_head));
      break;
    case 1:
      client->Add(frames::Frame(frames::kData, end, stream, Body(input)));
      break;
    case 2:  // Trailers.
      client->Add(frames::HeadersFrame(stream, Headers(input), end_of_head));
      break;
    case 3:
      client->Add(frames::ResetFrame(stream));
      break;
    case 4:  // Bit 7: of the connection.
      client->Add(frames::WindowUpdateFrame(bit7 ? 0 : stream,
                                            1u << (input->Byte() % 32)));
      break;
    case 5: {
      const uint32_t value = (1u << (input->Byte() % 32)) - 1;
      client->Add(frames::SettingsFrame(input->Byte() % 9, value));
      break;
    }
    case 6: {  // Any frame. Bit 7: of the connection.
      const uint8_t type = input->Byte();
      const uint8_t flags = input->Byte();
      client->Add(frames::Frame(type, flags, bit7 ? 0 : stream,
                                input->Bytes(input->Byte())));
      break;
    }
    case 7:
      client->Sync();
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Its destructor removes the socket.
  static const Server server;
  Input input({reinterpret_cast<const char*>(data), size});
  const bool waits = input.Byte() % 2 == 0;
  {
    CheckedHttp2Client client(server.path.get());
    while (!input.empty() && !client.has_ended()) {
      RunStep(&input, &client);
    }
    if (waits) {
      client.AwaitResponses(4 * kMaxSent);
    } else {
      client.Send();
    }
  }
  server.AwaitEmpty();
  return 0;
}
