// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/http/exchange.h"

#include <strings.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <mutex>
#include <string>
#include <utility>

#include "aws/common/byte_buf.h"
#include "aws/common/error.h"
#include "aws/http/connection.h"
#include "aws/http/connection_manager.h"
#include "aws/http/http.h"
#include "aws/http/request_response.h"
#include "aws/io/io.h"
#include "aws/io/stream.h"
#include "tensorflow_serving_s3/filesystem/s3/base/stats.h"

namespace tfs3 {
namespace s3 {
namespace {

using Clock = std::chrono::steady_clock;

// Bodies above this size do not fit into the kernel's send buffer.
constexpr size_t kLargeBody = size_t{256} << 10;
// A page of a listing has a few hundred KB, an error less than one.
constexpr size_t kMaxBodyBytes = size_t{32} << 20;
// Fewer bytes do not extend the timeout; otherwise a connection that delivers
// single bytes would never time out.
constexpr size_t kMinProgressBytes = 4096;

std::string Text(aws_byte_cursor cursor) {
  return std::string(reinterpret_cast<const char*>(cursor.ptr), cursor.len);
}

}  // namespace

struct Exchange;
using ExchangePtr = std::shared_ptr<Exchange>;

struct HandshakeWatch {
  std::mutex mutex;                   // Locked before the mutex of an exchange.
  std::list<ExchangePtr> connecting;  // Oldest first.
};

// The state of one request, shared by the thread that waits in RunExchange and
// by the callbacks of the CRT. The user data of the callbacks is a shared_ptr
// on the heap; the last callback deletes it.
struct Exchange {
  std::shared_ptr<HandshakeWatch> watch;
  std::shared_ptr<aws_http_connection_manager> manager;
  aws_http_message* message = nullptr;        // Owns a reference.
  aws_http_connection* connection = nullptr;  // CRT threads only.

  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by `mutex`:
  bool abandoned = false;  // RunExchange has returned: `sink` is invalid.
  bool done = false;
  bool first_byte = false;
  int handshake_error = 0;
  Clock::time_point last_progress = Clock::now();
  size_t bytes_since_progress = 0;
  aws_http_stream* stream = nullptr;  // Valid until `done`.
  HttpSink sink;
  std::string_view body;  // Invalid if `abandoned`.
  size_t body_sent = 0;
  HttpResponse response;

  ~Exchange() { aws_http_message_release(message); }
};

namespace {

Exchange& Get(void* user_data) {
  return **static_cast<ExchangePtr*>(user_data);
}

// The CRT's view of a request body. The CRT may release it long after the end
// of the exchange.
struct BodyStream {
  aws_input_stream base = {};
  std::weak_ptr<Exchange> exchange;
};

int SeekBody(aws_input_stream*, int64_t, aws_stream_seek_basis) {
  return aws_raise_error(AWS_ERROR_UNSUPPORTED_OPERATION);
}

int ReadBody(aws_input_stream* stream, aws_byte_buf* to) {
  const ExchangePtr exchange =
      static_cast<BodyStream*>(stream->impl)->exchange.lock();
  if (exchange == nullptr) {
    return aws_raise_error(AWS_ERROR_HTTP_STREAM_CANCELLED);
  }
  std::lock_guard<std::mutex> lock(exchange->mutex);
  if (exchange->abandoned) {
    return aws_raise_error(AWS_ERROR_HTTP_STREAM_CANCELLED);
  }
  const std::string_view rest = exchange->body.substr(exchange->body_sent);
  const size_t bytes = std::min(rest.size(), to->capacity - to->len);
  aws_byte_buf_write(to, reinterpret_cast<const uint8_t*>(rest.data()), bytes);
  exchange->body_sent += bytes;
  exchange->response.body_sent = exchange->body_sent;
  exchange->last_progress = Clock::now();
  CountSentBytes(bytes);
  return AWS_OP_SUCCESS;
}

int GetBodyStatus(aws_input_stream* stream, aws_stream_status* status) {
  const ExchangePtr exchange =
      static_cast<BodyStream*>(stream->impl)->exchange.lock();
  status->is_valid = exchange != nullptr;
  if (exchange == nullptr) {
    return AWS_OP_SUCCESS;
  }
  std::lock_guard<std::mutex> lock(exchange->mutex);
  status->is_end_of_stream = exchange->body_sent == exchange->body.size();
  return AWS_OP_SUCCESS;
}

int GetBodyLength(aws_input_stream* stream, int64_t* length) {
  const ExchangePtr exchange =
      static_cast<BodyStream*>(stream->impl)->exchange.lock();
  if (exchange == nullptr) {
    return aws_raise_error(AWS_ERROR_HTTP_STREAM_CANCELLED);
  }
  *length = static_cast<int64_t>(exchange->body.size());
  return AWS_OP_SUCCESS;
}

void DeleteBody(void* stream) { delete static_cast<BodyStream*>(stream); }

constexpr aws_input_stream_vtable BodyFunctions() {
  aws_input_stream_vtable functions = {};
  functions.seek = SeekBody;
  functions.read = ReadBody;
  functions.get_status = GetBodyStatus;
  functions.get_length = GetBodyLength;
  return functions;
}

// Initialised at compile time, so that it needs no lock in a forked child.
constexpr aws_input_stream_vtable kBodyFunctions = BodyFunctions();

void SetBody(aws_http_message* message, const ExchangePtr& exchange) {
  auto* stream = new BodyStream();
  stream->exchange = exchange;
  stream->base.impl = stream;
  stream->base.vtable = &kBodyFunctions;
  aws_ref_count_init(&stream->base.ref_count, stream, DeleteBody);
  aws_http_message_set_body_stream(message, &stream->base);
  aws_input_stream_release(&stream->base);  // The message owns it.
}

void StopWatching(const ExchangePtr& exchange) {
  std::lock_guard<std::mutex> lock(exchange->watch->mutex);
  exchange->watch->connecting.remove(exchange);
}

void Finish(void* user_data, int error) {
  const std::unique_ptr<ExchangePtr> holder(
      static_cast<ExchangePtr*>(user_data));
  Exchange& exchange = **holder;
  std::lock_guard<std::mutex> lock(exchange.mutex);
  exchange.done = true;
  exchange.stream = nullptr;
  exchange.response.crt_error = error;
  exchange.changed.notify_one();
}

int OnHeaders(aws_http_stream*, aws_http_header_block block,
              const aws_http_header* headers, size_t count, void* user_data) {
  if (block != AWS_HTTP_HEADER_BLOCK_MAIN) {
    return AWS_OP_SUCCESS;
  }
  Exchange& exchange = Get(user_data);
  std::lock_guard<std::mutex> lock(exchange.mutex);
  exchange.first_byte = true;
  exchange.last_progress = Clock::now();
  exchange.changed.notify_one();  // The deadline has changed.
  for (size_t i = 0; i < count; ++i) {
    exchange.response.headers.emplace_back(Text(headers[i].name),
                                           Text(headers[i].value));
  }
  return AWS_OP_SUCCESS;
}

// The CRT treats a body without a length as empty, and it does not decode
// transfer codings other than chunked.
bool IsBodyLost(aws_http_message* request, const HttpResponse& response) {
  aws_byte_cursor method = {};
  if (aws_http_message_get_request_method(request, &method) != AWS_OP_SUCCESS ||
      Text(method) == "HEAD" || response.status == 204 ||
      response.status == 304) {
    return false;
  }
  const std::string coding = response.Header("Transfer-Encoding");
  if (!coding.empty()) {
    return strcasecmp(coding.c_str(), "chunked") != 0;
  }
  return response.Header("Content-Length").empty();
}

int OnHeadersDone(aws_http_stream* stream, aws_http_header_block block,
                  void* user_data) {
  if (block != AWS_HTTP_HEADER_BLOCK_MAIN) {
    return AWS_OP_SUCCESS;
  }
  Exchange& exchange = Get(user_data);
  std::lock_guard<std::mutex> lock(exchange.mutex);
  HttpResponse& response = exchange.response;
  const int result =
      aws_http_stream_get_incoming_response_status(stream, &response.status);
  response.body_lost = IsBodyLost(exchange.message, response);
  return result;
}

int OnBody(aws_http_stream*, const aws_byte_cursor* data, void* user_data) {
  Exchange& exchange = Get(user_data);
  std::lock_guard<std::mutex> lock(exchange.mutex);
  if (exchange.abandoned) {
    return aws_raise_error(AWS_ERROR_HTTP_STREAM_CANCELLED);
  }
  exchange.bytes_since_progress += data->len;
  if (exchange.bytes_since_progress >= kMinProgressBytes) {
    exchange.last_progress = Clock::now();
    exchange.bytes_since_progress = 0;
  }
  CountReceivedBytes(data->len);
  HttpResponse& response = exchange.response;
  const bool to_sink = exchange.sink.data != nullptr &&
                       (response.status == 200 || response.status == 206);
  if (to_sink) {
    if (data->len > exchange.sink.size - response.sink_bytes) {
      return aws_raise_error(AWS_ERROR_SHORT_BUFFER);
    }
    std::memcpy(exchange.sink.data + response.sink_bytes, data->ptr, data->len);
    response.sink_bytes += data->len;
    for (const ReadWatch::Counter& counter : exchange.sink.counters) {
      counter->fetch_add(data->len, std::memory_order_relaxed);
    }
    return AWS_OP_SUCCESS;
  }
  if (data->len > kMaxBodyBytes - response.body.size()) {
    return aws_raise_error(AWS_ERROR_SHORT_BUFFER);
  }
  response.body.append(reinterpret_cast<const char*>(data->ptr), data->len);
  return AWS_OP_SUCCESS;
}

void OnComplete(aws_http_stream* stream, int error, void* user_data) {
  Exchange& exchange = Get(user_data);
  bool body_lost = false;
  {
    std::lock_guard<std::mutex> lock(exchange.mutex);
    body_lost = exchange.response.body_lost;
  }
  // The next request must not read the lost body as its response.
  if (body_lost) {
    aws_http_connection_close(exchange.connection);
  }
  // Releases the connection first, so that the caller's next request can use
  // it.
  aws_http_connection_manager_release_connection(exchange.manager.get(),
                                                 exchange.connection);
  Finish(user_data, error);
  aws_http_stream_release(stream);
}

void OnConnection(aws_http_connection* connection, int error, void* user_data) {
  StopWatching(*static_cast<ExchangePtr*>(user_data));
  Exchange& exchange = Get(user_data);
  if (error != AWS_ERROR_SUCCESS) {
    return Finish(user_data, error);
  }
  exchange.connection = connection;
  aws_http_make_request_options options = {};
  options.self_size = sizeof(options);
  options.request = exchange.message;
  options.user_data = user_data;
  options.on_response_headers = OnHeaders;
  options.on_response_header_block_done = OnHeadersDone;
  options.on_response_body = OnBody;
  options.on_complete = OnComplete;
  std::unique_lock<std::mutex> lock(exchange.mutex);
  aws_http_stream* stream =
      exchange.abandoned
          ? nullptr
          : aws_http_connection_make_request(connection, &options);
  if (stream != nullptr && aws_http_stream_activate(stream) == AWS_OP_SUCCESS) {
    exchange.stream = stream;
    return;
  }
  const int failure =
      exchange.abandoned ? AWS_ERROR_HTTP_STREAM_CANCELLED : aws_last_error();
  lock.unlock();
  aws_http_stream_release(stream);
  aws_http_connection_manager_release_connection(exchange.manager.get(),
                                                 connection);
  Finish(user_data, failure);
}

// Ends an exchange for its caller, and cancels it in the CRT.
HttpResponse CancelStream(const ExchangePtr& shared,
                          std::unique_lock<std::mutex> lock) {
  Exchange& exchange = *shared;
  exchange.abandoned = true;
  const bool connected = exchange.stream != nullptr;
  aws_http_stream* stream = exchange.stream;
  if (stream != nullptr) {
    aws_http_stream_acquire(stream);
  }
  HttpResponse response = exchange.response;
  response.crt_error = AWS_IO_SOCKET_TIMEOUT;
  if (connected) {
    response.crt_error = AWS_ERROR_HTTP_RESPONSE_FIRST_BYTE_TIMEOUT;
  }
  if (exchange.handshake_error != 0) {
    response.crt_error = exchange.handshake_error;
  }
  lock.unlock();
  StopWatching(shared);
  if (stream != nullptr) {
    aws_http_stream_cancel(stream, AWS_ERROR_HTTP_STREAM_CANCELLED);
    aws_http_stream_release(stream);
  }
  return response;
}

}  // namespace

std::shared_ptr<HandshakeWatch> NewHandshakeWatch() {
  return std::make_shared<HandshakeWatch>();
}

void RecordHandshakeFailure(HandshakeWatch& watch, int crt_error) {
  std::lock_guard<std::mutex> lock(watch.mutex);
  // Each exchange waits for one connection, and the oldest gets the next.
  for (const ExchangePtr& exchange : watch.connecting) {
    std::lock_guard<std::mutex> exchange_lock(exchange->mutex);
    if (exchange->handshake_error != 0) {
      continue;
    }
    exchange->handshake_error = crt_error;
    exchange->changed.notify_one();
    return;
  }
}

HttpResponse RunExchange(const Connections& connections,
                         aws_http_message* message, HttpSink sink,
                         const HttpTimeouts& timeouts, std::string_view body) {
  const Clock::time_point started = Clock::now();
  auto exchange = std::make_shared<Exchange>();
  exchange->manager = connections.manager;
  exchange->watch = connections.watch;
  exchange->message = aws_http_message_acquire(message);
  exchange->sink = std::move(sink);
  exchange->body = body;
  if (!body.empty()) {
    SetBody(message, exchange);
  }
  {
    std::lock_guard<std::mutex> lock(connections.watch->mutex);
    connections.watch->connecting.push_back(exchange);
  }
  aws_http_connection_manager_acquire_connection(
      connections.manager.get(), OnConnection, new ExchangePtr(exchange));

  const Cancellation::Listener listener(timeouts.cancellation, [&exchange] {
    std::lock_guard<std::mutex> lock(exchange->mutex);
    exchange->changed.notify_one();
  });
  std::unique_lock<std::mutex> lock(exchange->mutex);
  while (!exchange->done) {
    // The time to connect is part of the time to the first byte.
    Clock::time_point end = started + timeouts.first_byte;
    if (exchange->first_byte) {
      end = exchange->last_progress + timeouts.between_bytes;
    } else if (exchange->body_sent > 0) {
      // The kernel's send buffer may still hold bytes that count as sent.
      const bool all_sent = exchange->body_sent == body.size();
      end = exchange->last_progress +
            std::max(all_sent ? timeouts.first_byte : timeouts.between_bytes,
                     body.size() > kLargeBody ? timeouts.sending
                                              : timeouts.between_bytes);
    }
    const bool cancelled =
        timeouts.cancellation != nullptr && timeouts.cancellation->cancelled();
    if (cancelled || Clock::now() >= end || exchange->handshake_error != 0) {
      HttpResponse response = CancelStream(exchange, std::move(lock));
      if (cancelled) {
        response.crt_error = AWS_ERROR_HTTP_STREAM_CANCELLED;
      }
      return response;
    }
    exchange->changed.wait_until(lock, end);
  }
  return std::move(exchange->response);
}

}  // namespace s3
}  // namespace tfs3
