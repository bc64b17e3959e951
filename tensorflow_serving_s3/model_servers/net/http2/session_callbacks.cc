// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/session_callbacks.h"

#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace tfs3::net::http2 {
namespace {

// An answered request gives so many bytes of InputGuard's noise.
constexpr uint64_t kCreditOfRequest = 1 << 10;

// The compressed headers may be longer than the limit by the padding and by
// names and values that Huffman coding makes longer.
constexpr size_t kMoreCompressedBytes = 64 << 10;

nghttp2_nv ToField(const Header& header) {
  return {reinterpret_cast<uint8_t*>(const_cast<char*>(header.name.data())),
          reinterpret_cast<uint8_t*>(const_cast<char*>(header.value.data())),
          header.name.size(), header.value.size(), NGHTTP2_NV_FLAG_NONE};
}

// Returns the pieces of memory with `size` bytes of a part, from `begin` on.
std::array<std::string_view, 3> PiecesOf(const BodyPart& part, size_t begin,
                                         size_t size) {
  std::array<std::string_view, 3> pieces = {
      std::string_view(part.prefix.data(), part.prefix_size), part.bytes,
      part.view};
  for (std::string_view& piece : pieces) {
    const size_t skipped = std::min(begin, piece.size());
    piece = piece.substr(skipped, size);
    begin -= skipped;
    size -= piece.size();
  }
  return pieces;
}

}  // namespace

size_t ToFields(const Header* headers, size_t count, nghttp2_nv* fields) {
  count = std::min(count, kMaxFields);
  for (size_t i = 0; i < count; ++i) {
    fields[i] = ToField(headers[i]);
  }
  return count;
}

size_t MaxHeaderBytes(const SessionOptions& options) {
  return 2 * size_t{options.max_header_bytes} + kMoreCompressedBytes;
}

Session* Session::Callbacks::Of(void* user) {
  return static_cast<Session*>(user);
}

Stream* Session::Callbacks::StreamOf(nghttp2_session* session, int32_t id) {
  return static_cast<Stream*>(
      nghttp2_session_get_stream_user_data(session, id));
}

int Session::Callbacks::OnBeginHeaders(nghttp2_session* /*session*/,
                                       const nghttp2_frame* /*frame*/,
                                       void* user) {
  Session* const self = Of(user);
  self->headers_.Clear();
  self->header_bytes_ = 0;
  return 0;
}

int Session::Callbacks::OnHeader(nghttp2_session* /*session*/,
                                 const nghttp2_frame* /*frame*/,
                                 const uint8_t* name, size_t name_size,
                                 const uint8_t* value, size_t value_size,
                                 uint8_t /*flags*/, void* user) {
  Session* const self = Of(user);
  self->header_bytes_ += name_size + value_size + 32;
  if (self->header_bytes_ > self->options_.max_header_bytes) {
    if (self->header_bytes_ > MaxHeaderBytes(self->options_)) {
      self->violation_ = "the headers of a request are too long";
    }
    return 0;
  }
  try {
    self->headers_.Add(View(name, name_size), View(value, value_size));
    return 0;
  } catch (const std::bad_alloc&) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  }
}

int Session::Callbacks::OnData(nghttp2_session* session, uint8_t /*flags*/,
                               int32_t id, const uint8_t* data, size_t size,
                               void* user) {
  // A slow stream must not stop the others of its connection.
  nghttp2_session_consume_connection(session, size);
  Stream* const stream = StreamOf(session, id);
  if (stream == nullptr) {
    return 0;
  }
  if (stream->is_answered_) {
    Of(user)->DiscardRest(stream, size);
    return 0;
  }
  try {
    stream->OnData(View(data, size));
    return 0;
  } catch (const std::bad_alloc&) {
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
}

int Session::Callbacks::OnFrame(nghttp2_session* session,
                                const nghttp2_frame* frame, void* user) {
  Session* const self = Of(user);
  try {
    switch (frame->hd.type) {
      case NGHTTP2_HEADERS:
      case NGHTTP2_DATA:
        self->OnRequestFrame(frame->hd.stream_id,
                             frame->hd.type == NGHTTP2_HEADERS &&
                                 frame->headers.cat == NGHTTP2_HCAT_REQUEST,
                             (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0);
        break;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) {
          if (IsPong(frame->ping.opaque_data)) {
            self->owner_.OnPong();
          }
        } else if (!self->pings_.OnPing(self->now_, self->num_streams_ > 0)) {
          self->violation_ = "too_many_pings";
        }
        break;
      case NGHTTP2_SETTINGS:
        self->has_settings_ = true;
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) {
          self->large_requests_.OnAcknowledged();
        }
        break;
      default:
        break;
    }
    return 0;
  } catch (const std::bad_alloc&) {
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
}

int Session::Callbacks::OnStreamClose(nghttp2_session* session, int32_t id,
                                      uint32_t /*error*/, void* user) {
  Stream* const stream = StreamOf(session, id);
  if (stream == nullptr) {
    return 0;
  }
  // The client has cancelled the request, or made the server do that by a frame
  // that violates the protocol.
  if (!stream->is_answered_) {
    Of(user)->CountReset();
  }
  Of(user)->EndStream(stream);
  return 0;
}

int Session::Callbacks::OnInvalidFrame(nghttp2_session* /*session*/,
                                       const nghttp2_frame* /*frame*/,
                                       int /*error*/, void* user) {
  Of(user)->CountReset();
  return 0;
}

int Session::Callbacks::OnFrameSend(nghttp2_session* session,
                                    const nghttp2_frame* frame, void* user) {
  if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) {
    return 0;
  }
  Session* const self = Of(user);
  self->pings_.OnResponse();
  const int32_t id = frame->hd.stream_id;
  if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) {
    return 0;
  }
  self->guard_.Credit(kCreditOfRequest);
  Stream* const stream = StreamOf(session, id);
  bool reads_rest = false;
  if (stream != nullptr) {
    stream->is_answered_ = true;
    stream->answered_at_ = self->now_;
    self->large_requests_.End(stream, self->now_);
    reads_rest = stream->reads_rest_ && !self->server_stops_;
  }
  // The client may still be sending its request.
  if (!reads_rest &&
      nghttp2_session_get_stream_remote_close(session, id) == 0) {
    nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
  }
  return 0;
}

// Provides the next DATA frame of a response.
ssize_t Session::Callbacks::ReadBody(nghttp2_session* session, int32_t id,
                                     uint8_t* to, size_t room, uint32_t* flags,
                                     nghttp2_data_source* source, void* user) {
  auto* const stream = static_cast<Stream*>(source->ptr);
  if (stream->next_part_ == stream->parts_.size()) {
    if (!stream->response_ended_) {
      stream->is_deferred_ = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    return EndBody(session, id, stream, flags) ? 0
                                               : NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  const BodyPart& part = stream->parts_[stream->next_part_];
  const size_t size = std::min(room, part.size() - stream->part_sent_);
  const bool is_last = stream->response_ended_ &&
                       stream->next_part_ + 1 == stream->parts_.size() &&
                       stream->part_sent_ + size == part.size();
  if (is_last && !EndBody(session, id, stream, flags)) {
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  if (part.size() > kNoCopyBytes) {
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;  // Calls SendBody.
    return static_cast<ssize_t>(size);
  }
  for (const std::string_view piece :
       PiecesOf(part, stream->part_sent_, size)) {
    to = std::copy(piece.begin(), piece.end(), to);
  }
  Of(user)->Pass(stream, size);
  return static_cast<ssize_t>(size);
}

// If there are trailers, they end the stream, not the last DATA frame.
bool Session::Callbacks::EndBody(nghttp2_session* session, int32_t id,
                                 Stream* stream, uint32_t* flags) {
  *flags |= NGHTTP2_DATA_FLAG_EOF;
  const Trailers trailers = stream->MakeTrailers();
  if (trailers.size == 0) {
    return true;
  }
  *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
  nghttp2_nv fields[kMaxFields];
  const size_t count = ToFields(trailers.fields.data(), trailers.size, fields);
  return nghttp2_submit_trailer(session, id, fields, count) == 0;
}

int Session::Callbacks::SendBody(nghttp2_session* /*session*/,
                                 nghttp2_frame* /*frame*/, const uint8_t* head,
                                 size_t size, nghttp2_data_source* source,
                                 void* user) {
  Session* const self = Of(user);
  auto* const stream = static_cast<Stream*>(source->ptr);
  const BodyPart& part = stream->parts_[stream->next_part_];
  try {
    constexpr size_t kFrameHeadBytes = 9;
    self->output_.Append(View(head, kFrameHeadBytes));
    for (const std::string_view piece :
         PiecesOf(part, stream->part_sent_, size)) {
      // The part moves to the output: a short string would move its bytes.
      if (piece.size() > sizeof(std::string)) {
        self->output_.AppendView(piece);
      } else {
        self->output_.Append(piece);
      }
    }
    self->Pass(stream, size);
    return 0;
  } catch (const std::bad_alloc&) {
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
}

nghttp2_session_callbacks* Session::Callbacks::Make() {
  nghttp2_session_callbacks* made = nullptr;
  if (nghttp2_session_callbacks_new(&made) != 0) {
    throw std::bad_alloc();
  }
  nghttp2_session_callbacks_set_on_begin_headers_callback(made, OnBeginHeaders);
  nghttp2_session_callbacks_set_on_header_callback(made, OnHeader);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, OnData);
  nghttp2_session_callbacks_set_on_frame_recv_callback(made, OnFrame);
  nghttp2_session_callbacks_set_on_stream_close_callback(made, OnStreamClose);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(made,
                                                               OnInvalidFrame);
  nghttp2_session_callbacks_set_on_frame_send_callback(made, OnFrameSend);
  nghttp2_session_callbacks_set_send_data_callback(made, SendBody);
  return made;
}

}  // namespace tfs3::net::http2
