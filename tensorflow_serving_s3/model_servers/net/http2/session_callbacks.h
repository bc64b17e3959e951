// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#ifndef TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_SESSION_CALLBACKS_H_
#define TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_SESSION_CALLBACKS_H_

#include <nghttp2/nghttp2.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tensorflow_serving_s3/model_servers/net/http2/session.h"
#include "tensorflow_serving_s3/model_servers/net/http2/stream.h"

namespace tfs3::net::http2 {

// Response bodies above this size are sent from their strings.
inline constexpr size_t kNoCopyBytes = 16 << 10;

// The largest number of headers of a response.
inline constexpr size_t kMaxFields = 16;

// Sets `fields` to up to kMaxFields headers. Returns their number.
size_t ToFields(const Header* headers, size_t count, nghttp2_nv* fields);

// Returns the largest size of the headers of one request for which the
// connection goes on.
size_t MaxHeaderBytes(const SessionOptions& options);

inline std::string_view View(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// What nghttp2 calls. No exception may leave these functions.
struct Session::Callbacks {
  static Session* Of(void* user);
  static Stream* StreamOf(nghttp2_session* session, int32_t id);
  static int OnBeginHeaders(nghttp2_session* /*session*/,
                            const nghttp2_frame* /*frame*/, void* user);
  static int OnHeader(nghttp2_session* /*session*/,
                      const nghttp2_frame* /*frame*/, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size,
                      uint8_t /*flags*/, void* user);
  static int OnData(nghttp2_session* session, uint8_t /*flags*/, int32_t id,
                    const uint8_t* data, size_t size, void* /*user*/);
  static int OnFrame(nghttp2_session* session, const nghttp2_frame* frame,
                     void* user);
  static int OnStreamClose(nghttp2_session* session, int32_t id,
                           uint32_t /*error*/, void* user);
  static int OnInvalidFrame(nghttp2_session* /*session*/,
                            const nghttp2_frame* /*frame*/, int /*error*/,
                            void* user);
  static int OnFrameSend(nghttp2_session* session, const nghttp2_frame* frame,
                         void* user);
  static ssize_t ReadBody(nghttp2_session* session, int32_t id, uint8_t* to,
                          size_t room, uint32_t* flags,
                          nghttp2_data_source* source, void* user);
  static bool EndBody(nghttp2_session* session, int32_t id, Stream* stream,
                      uint32_t* flags);
  static int SendBody(nghttp2_session* /*session*/, nghttp2_frame* /*frame*/,
                      const uint8_t* head, size_t size,
                      nghttp2_data_source* source, void* user);
  static nghttp2_session_callbacks* Make();
};

}  // namespace tfs3::net::http2

#endif  // TENSORFLOW_SERVING_S3_MODEL_SERVERS_NET_HTTP2_SESSION_CALLBACKS_H_
