// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_STREAM_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_STREAM_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tensorflow_serving_s3/model_servers/net/http2/large_requests.h"
#include "tensorflow_serving_s3/model_servers/net/http2/output_queue.h"
#include "tensorflow_serving_s3/model_servers/net/http2/transfer_watch.h"

namespace tfs3::net::http2 {

class Session;

struct Header {
  std::string_view name;
  std::string_view value;
};

// The headers of a request, in the order in which they arrived.
class HeaderList {
 public:
  size_t size() const { return fields_.size(); }
  Header operator[](size_t i) const {
    const Field& field = fields_[i];
    const std::string_view text = text_;
    return {text.substr(field.begin, field.name_size),
            text.substr(field.begin + field.name_size, field.value_size)};
  }

  void Add(std::string_view name, std::string_view value) {
    fields_.push_back({text_.size(), name.size(), value.size()});
    text_.append(name).append(value);
  }
  void Clear() {
    text_.clear();
    fields_.clear();
  }
  // Returns the memory of the headers.
  size_t bytes() const { return text_.size() + fields_.size() * sizeof(Field); }

 private:
  struct Field {
    size_t begin;
    size_t name_size;
    size_t value_size;
  };

  std::string text_;
  std::vector<Field> fields_;
};

// A part of a response body: a few bytes, a string, and memory of `retained`.
struct BodyPart {
  static constexpr size_t kMaxPrefix = 5;

  std::array<char, kMaxPrefix> prefix;
  size_t prefix_size = 0;
  std::string bytes;
  std::string_view view;
  // Destroyed when the part is sent or the stream has ended; may be null
  // without `view`.
  std::unique_ptr<Retained> retained;

  size_t size() const { return prefix_size + bytes.size() + view.size(); }
};

// The trailers of a response: views that are valid until the next change of the
// stream.
struct Trailers {
  std::array<Header, 4> fields;
  size_t size = 0;

  void Add(std::string_view name, std::string_view value) {
    fields[size++] = {name, value};
  }
};

// One request and its response. The owner of the session derives from it. All
// functions run on the thread of the session. The session calls:
//
//   OnBegin
//   OnData ...
//   OnEnd
//   OnClosed
//
// OnClosed comes always, last, and at any time after OnBegin. It is the only
// call after the end of the response. The functions Send...() may be called
// from OnBegin on; after OnClosed they do nothing.
class Stream : private LargeRequest {
 public:
  using Clock = std::chrono::steady_clock;

  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  virtual void OnBegin() = 0;
  // The stream must pass the size to Consume when it has room for more.
  virtual void OnData(std::string_view data) = 0;
  // The client has sent all of its request.
  virtual void OnEnd() = 0;
  // Returns the trailers, after SendEnd.
  virtual Trailers MakeTrailers() { return {}; }
  // All parts of the body were passed to the connection.
  virtual void OnBodyPassed() {}
  // The stream has ended: its response is sent, or the client has cancelled it,
  // or the connection has ended. May destroy this object.
  virtual void OnClosed() = 0;
  // Called regularly, to end what is too slow.
  virtual void OnSweep(Clock::time_point now,
                       const ConnectionProgress& progress) = 0;
  // The server stops.
  virtual void OnServerStops() {}

 protected:
  // Sends an interim response, such as 100 (Continue).
  void SendInterim(std::string_view status);
  // Sends the headers of a response, at most 16, whose names may have upper
  // case. `end`: there is no body and no trailer.
  void SendHeaders(const Header* headers, size_t count, bool end);
  void SendBody(BodyPart part);
  // Sends the trailers after the body.
  void SendEnd();
  // Whether the session reads and discards the rest of the request after the
  // end of the response, up to a limit and until the server stops. Otherwise
  // RST_STREAM follows the response, which RFC 9113, 8.1 allows, but some
  // clients then drop the response.
  void set_reads_rest(bool reads) { reads_rest_ = reads; }
  // Ends the stream with RST_STREAM.
  void SendReset(uint32_t error);

  // Lets the client send more bytes after the `bytes` that were used.
  void Consume(size_t bytes);
  // Lets the client send up to `bytes` of this request before they are
  // consumed, as soon as it has sent enough of its earlier large requests. Only
  // the first call has an effect.
  void GrowWindow(size_t bytes);

  bool is_open() const { return session_ != nullptr; }
  // Returns the bytes of the body that were not passed to the connection.
  size_t unsent_bytes() const { return unsent_bytes_; }
  uint64_t passed_bytes() const { return passed_bytes_; }
  // Returns true after GrowWindow until the client may send.
  bool waits_for_window() const { return waits(); }
  // Returns true if another large request of the client would wait.
  bool large_requests_wait() const;

 private:
  friend class Session;

  // Lets nghttp2 ask for the body again.
  void Resume();

  // Null before OnBegin and after OnClosed.
  Session* session_ = nullptr;
  int32_t id_ = 0;
  Stream* previous_ = nullptr;
  Stream* next_ = nullptr;

  std::vector<BodyPart> parts_;
  size_t next_part_ = 0;
  size_t part_sent_ = 0;  // The bytes sent of parts_[next_part_].
  size_t unsent_bytes_ = 0;
  uint64_t passed_bytes_ = 0;
  bool response_ended_ = false;
  // nghttp2 waits for the next part of the body.
  bool is_deferred_ = false;
  // The end of the response is in a frame.
  bool is_answered_ = false;
  Clock::time_point answered_at_;
  bool reads_rest_ = false;
  size_t rest_bytes_ = 0;
  size_t unconsumed_bytes_ = 0;  // Consumed while the stream waits.
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_STREAM_H_
