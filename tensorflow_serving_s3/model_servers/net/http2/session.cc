// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/net/http2/session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <new>
#include <utility>

#include "tensorflow_serving_s3/model_servers/net/http2/session_callbacks.h"

namespace tfs3::net::http2 {
namespace {

// Cancelled requests that one client may have at once and a second.
constexpr double kMaxResets = 10'000;
constexpr double kResetsPerSecond = 200;

constexpr int32_t kConnectionWindow = 16 << 20;

// How much of a request is discarded after its response, and for how long.
constexpr size_t kMaxRestBytes = 32 << 20;
constexpr auto kMaxRestTime = std::chrono::seconds(30);

constexpr uint8_t kWakePing[8] = {'w', 'a', 'k', 'e'};

}  // namespace

Session::Session(const SessionOptions& options, Owner* owner)
    : options_(options),
      owner_(*owner),
      guard_(MaxHeaderBytes(options)),
      pings_(options.pings),
      large_requests_(options.large_requests, options.window_bytes, this) {
  static nghttp2_session_callbacks* const callbacks = Callbacks::Make();
  nghttp2_option* option = nullptr;
  if (nghttp2_option_new(&option) != 0) {
    throw std::bad_alloc();
  }
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_no_closed_streams(option, 1);
  // CountReset is the limit: nghttp2's would end the connections of clients
  // that cancel calls because of short deadlines.
  nghttp2_option_set_stream_reset_rate_limit(
      option, std::numeric_limits<uint32_t>::max(),
      std::numeric_limits<uint32_t>::max());
  nghttp2_option_set_max_deflate_dynamic_table_size(
      option, options.response_table_bytes);
  constexpr size_t kPayload = 16 << 10;
  nghttp2_option_set_max_continuations(option,
                                       8 + options.max_header_bytes / kPayload);
  const int error =
      nghttp2_session_server_new2(&session_, callbacks, this, option);
  nghttp2_option_del(option);
  if (error != 0) {
    throw std::bad_alloc();
  }
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.max_streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.window_bytes},
      {NGHTTP2_SETTINGS_MAX_FRAME_SIZE, options.max_frame_bytes},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, options.max_header_bytes},
      {NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, options.request_table_bytes},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  if (nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings,
                              std::size(settings)) != 0 ||
      nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                            kConnectionWindow) != 0) {
    nghttp2_session_del(session_);
    throw std::bad_alloc();
  }
}

Session::~Session() {
  CloseStreams();
  nghttp2_session_del(session_);
}

bool Session::Receive(std::string_view bytes, Clock::time_point now) {
  if (is_terminated_) {
    return false;
  }
  now_ = now;
  switch (guard_.Scan(bytes)) {
    case InputGuard::Verdict::kOk:
      break;
    case InputGuard::Verdict::kHeaderBlockTooLong:
      Terminate(NGHTTP2_ENHANCE_YOUR_CALM,
                "the headers of a request are too long");
      return false;
    case InputGuard::Verdict::kFlood:
      Terminate(NGHTTP2_ENHANCE_YOUR_CALM,
                "too many frames that belong to no request");
      return false;
  }
  const ssize_t used = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  if (used < 0) {
    has_wrong_protocol_ = used == NGHTTP2_ERR_BAD_CLIENT_MAGIC;
    const bool is_flood = used == NGHTTP2_ERR_FLOODED ||
                          used == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS;
    Terminate(is_flood ? NGHTTP2_ENHANCE_YOUR_CALM
                       : (has_wrong_protocol_ ? NGHTTP2_PROTOCOL_ERROR
                                              : NGHTTP2_INTERNAL_ERROR),
              nghttp2_strerror(static_cast<int>(used)));
    return false;
  }
  if (violation_ != nullptr) {
    Terminate(NGHTTP2_ENHANCE_YOUR_CALM, violation_);
    return false;
  }
  return true;
}

void Session::OnRequestFrame(int32_t id, bool ends_headers, bool ends_request) {
  Stream* const stream =
      ends_headers ? BeginStream(id) : Callbacks::StreamOf(session_, id);
  if (stream == nullptr || !ends_request) {
    return;
  }
  large_requests_.End(stream, now_);
  if (stream->is_answered_) {
    // Some clients have read the response while they sent the request, and wait
    // for further bytes before they find that the stream has ended: curl 7.88.
    Check(nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, kWakePing));
  } else {
    stream->OnEnd();
  }
}

void Session::DiscardRest(Stream* stream, size_t bytes) {
  stream->Consume(bytes);
  stream->rest_bytes_ += bytes;
  if (stream->rest_bytes_ > kMaxRestBytes) {
    stream->SendReset(NGHTTP2_NO_ERROR);
  }
}

bool Session::IsPong(const uint8_t* data) {
  return !std::equal(std::begin(kWakePing), std::end(kWakePing), data);
}

Stream* Session::BeginStream(int32_t id) {
  Stream* const stream =
      owner_.NewStream(headers_, header_bytes_ <= options_.max_header_bytes);
  nghttp2_session_set_stream_user_data(session_, id, stream);
  stream->id_ = id;
  Link(stream);
  ++num_requests_;
  stream->OnBegin();
  return stream;
}

bool Session::OnAllRead(Clock::time_point now) {
  now_ = now;
  return large_requests_.OnAllRead(now);
}

bool Session::Produce(size_t enough) {
  if (is_closed_) {
    return false;
  }
  while (output_.size() < enough) {
    const uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &data);
    if (size < 0) {
      return false;
    }
    if (size == 0) {
      break;
    }
    output_.Append(View(data, static_cast<size_t>(size)));
  }
  return true;
}

bool Session::is_done() const {
  return nghttp2_session_want_read(session_) == 0 &&
         nghttp2_session_want_write(session_) == 0;
}

void Session::SendPing() {
  nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
}

void Session::SendShutdownNotice() { nghttp2_submit_shutdown_notice(session_); }

void Session::SendGoaway() {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

void Session::Terminate(uint32_t error, std::string_view reason) {
  if (std::exchange(is_terminated_, true)) {
    return;
  }
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_),
                        error, reinterpret_cast<const uint8_t*>(reason.data()),
                        reason.size());
}

void Session::Sweep(Clock::time_point now, Clock::duration elapsed,
                    const ConnectionProgress& progress) {
  now_ = now;
  const double seconds = std::chrono::duration<double>(elapsed).count();
  guard_.Refill(seconds);
  resets_ = std::max(0.0, resets_ - seconds * kResetsPerSecond);
  large_requests_.Widen();
  for (Stream* stream = first_; stream != nullptr; stream = stream->next_) {
    if (!stream->is_answered_) {
      stream->OnSweep(now, progress);
    } else if (now - stream->answered_at_ > kMaxRestTime) {
      stream->SendReset(NGHTTP2_NO_ERROR);
    }
  }
}

void Session::TellThatServerStops() {
  server_stops_ = true;
  for (Stream* stream = first_; stream != nullptr; stream = stream->next_) {
    if (stream->is_answered_) {
      stream->SendReset(NGHTTP2_NO_ERROR);
    } else {
      stream->OnServerStops();
    }
  }
}

void Session::CloseStreams() {
  is_closed_ = true;
  large_requests_.Close();
  while (first_ != nullptr) {
    EndStream(first_);
  }
}

void Session::CountReset() {
  if (++resets_ > kMaxResets) {
    violation_ = "too many cancelled requests";
  }
}

void Session::Link(Stream* stream) {
  stream->session_ = this;
  stream->next_ = first_;
  if (first_ != nullptr) {
    first_->previous_ = stream;
  }
  first_ = stream;
  ++num_streams_;
}

void Session::EndStream(Stream* stream) {
  (stream->previous_ == nullptr ? first_ : stream->previous_->next_) =
      stream->next_;
  if (stream->next_ != nullptr) {
    stream->next_->previous_ = stream->previous_;
  }
  --num_streams_;
  stream->unconsumed_bytes_ = 0;
  large_requests_.End(stream, now_);
  // The output may have a part of the body that is still being sent.
  if (stream->part_sent_ > 0) {
    BodyPart& part = stream->parts_[stream->next_part_];
    output_.Retain(std::move(part.bytes), std::move(part.retained));
  }
  unsent_bytes_ -= std::exchange(stream->unsent_bytes_, 0);
  stream->parts_.clear();
  stream->session_ = nullptr;
  stream->OnClosed();
}

void Session::SetWindows(uint32_t bytes) {
  const nghttp2_settings_entry setting = {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE,
                                          bytes};
  Check(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &setting, 1));
}

void Session::SetWindow(LargeRequest* request, size_t bytes) {
  Check(nghttp2_session_set_local_window_size(
      session_, NGHTTP2_FLAG_NONE, static_cast<Stream*>(request)->id_,
      static_cast<int32_t>(bytes)));
}

void Session::OnWaited(LargeRequest* request) {
  auto* const stream = static_cast<Stream*>(request);
  stream->Consume(std::exchange(stream->unconsumed_bytes_, 0));
}

void Session::Pass(Stream* stream, size_t bytes) {
  guard_.Credit(bytes);
  stream->part_sent_ += bytes;
  stream->unsent_bytes_ -= bytes;
  unsent_bytes_ -= bytes;
  stream->passed_bytes_ += bytes;
  BodyPart& part = stream->parts_[stream->next_part_];
  if (stream->part_sent_ < part.size()) {
    return;
  }
  if (part.size() > kNoCopyBytes) {
    output_.Retain(std::move(part.bytes), std::move(part.retained));
  } else {
    part.retained.reset();
  }
  stream->part_sent_ = 0;
  if (++stream->next_part_ == stream->parts_.size()) {
    stream->next_part_ = 0;
    stream->parts_.clear();
    stream->OnBodyPassed();
  }
}

void Session::Check(int error) {
  if (error == NGHTTP2_ERR_NOMEM) {
    violation_ = "the server ran out of memory";
  }
}

void Stream::SendInterim(std::string_view status) {
  if (!is_open()) {
    return;
  }
  const Header header{":status", status};
  nghttp2_nv field;
  ToFields(&header, 1, &field);
  session_->Check(nghttp2_submit_headers(session_->session_, NGHTTP2_FLAG_NONE,
                                         id_, nullptr, &field, 1, nullptr));
}

void Stream::SendHeaders(const Header* headers, size_t count, bool end) {
  if (!is_open()) {
    return;
  }
  nghttp2_nv fields[kMaxFields];
  count = ToFields(headers, count, fields);
  nghttp2_data_provider provider;
  provider.source.ptr = this;
  provider.read_callback = Session::Callbacks::ReadBody;
  session_->Check(nghttp2_submit_response(session_->session_, id_, fields,
                                          count, end ? nullptr : &provider));
}

void Stream::SendBody(BodyPart part) {
  if (!is_open() || part.size() == 0) {
    return;
  }
  unsent_bytes_ += part.size();
  session_->unsent_bytes_ += part.size();
  parts_.push_back(std::move(part));
  Resume();
}

void Stream::SendEnd() {
  response_ended_ = true;
  Resume();
}

void Stream::Resume() {
  if (is_open() && std::exchange(is_deferred_, false)) {
    session_->Check(nghttp2_session_resume_data(session_->session_, id_));
  }
}

void Stream::SendReset(uint32_t error) {
  if (is_open()) {
    session_->Check(nghttp2_submit_rst_stream(session_->session_,
                                              NGHTTP2_FLAG_NONE, id_, error));
  }
}

void Stream::Consume(size_t bytes) {
  if (waits()) {
    unconsumed_bytes_ += bytes;
  } else if (is_open() && bytes > 0) {
    session_->Check(
        nghttp2_session_consume_stream(session_->session_, id_, bytes));
  }
}

void Stream::GrowWindow(size_t bytes) {
  if (is_open()) {
    session_->large_requests_.Begin(
        this, std::min<size_t>(bytes, session_->options_.max_window_bytes),
        session_->now_);
  }
}

bool Stream::large_requests_wait() const {
  return is_open() && session_->large_requests_wait();
}

}  // namespace tfs3::net::http2
