// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/grpc/exchange.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/arena.h"
#include "tensorflow_serving_s3/model_servers/base/request_memory.h"
#include "tensorflow_serving_s3/model_servers/grpc/slice_stream.h"

namespace tfs3::grpc {
namespace {

// gRPC sends error messages in the trailers. Its clients accept 8 KiB of
// trailers, and percent-encoding makes up to three bytes of one.
constexpr size_t kMaxMessageBytes = 2048;

std::string TruncatedMessage(const absl::Status& error) {
  const absl::string_view message = error.message();
  if (message.size() <= kMaxMessageBytes) {
    return std::string(message);
  }
  size_t end = kMaxMessageBytes;
  // Does not split a UTF-8 character.
  while (end > 0 && (message[end] & 0xc0) == 0x80) {
    --end;
  }
  return absl::StrCat(message.substr(0, end), "...");
}

size_t SizeOf(const std::vector<Slice>& slices) {
  size_t bytes = 0;
  for (const Slice& slice : slices) {
    bytes += slice.size;
  }
  return bytes;
}

}  // namespace

Exchange::Exchange(const Call& call, const MethodName* method,
                   RequestObserver* observer)
    : method_(method),
      observer_(observer),
      request_bytes_(SizeOf(call.request())) {
  if (observer_ == nullptr) {
    return;
  }
  start_ = std::chrono::system_clock::now();
  steady_start_ = std::chrono::steady_clock::now();
}

absl::Status Exchange::Parse(const Call& call, const std::vector<Slice>& bytes,
                             google::protobuf::MessageLite* request) const {
  const auto size = static_cast<int64_t>(SizeOf(bytes));
  RequestMemory::Charge& charge = *call.charge();
  const google::protobuf::Arena* const arena = request->GetArena();
  // A message of empty ones grows most.
  constexpr int64_t kMaxGrowth = 64;
  if (arena == nullptr && !charge.TryGrow(kMaxGrowth * size)) {
    return NoMemoryError(call);
  }
  // What is on the arena, and in strings what has been read at most.
  int64_t charged = 0;
  bool has_memory = true;
  const auto grow = [&](int64_t bytes_read) {
    if (arena == nullptr) {
      return true;
    }
    const int64_t total =
        static_cast<int64_t>(arena->SpaceAllocated()) + bytes_read;
    has_memory = charge.TryGrow(total - charged);
    charged = std::max(charged, total);
    return has_memory;
  };
  SliceStream stream(bytes, grow);
  const bool parsed = request->ParseFromZeroCopyStream(&stream);
  if (!has_memory || !grow(size)) {
    return NoMemoryError(call);
  }
  if (!parsed) {
    return absl::InvalidArgumentError(
        absl::StrCat("the request is not a ", request->GetTypeName()));
  }
  return absl::OkStatus();
}

void Exchange::Respond(Call call, const absl::Status& error) const {
  Observe(call, error, 0);
  std::move(call).Finish(static_cast<int>(error.code()),
                         TruncatedMessage(error), "");
}

void Exchange::Respond(Call call, const google::protobuf::MessageLite& response,
                       std::vector<Payload::Piece> pieces) const {
  Payload payload;
  payload.pieces = std::move(pieces);
  const size_t bytes = response.ByteSizeLong();
  const size_t size = bytes + payload.size();
  constexpr size_t kMaxResponseBytes = std::numeric_limits<int32_t>::max();
  if (size > kMaxResponseBytes) {
    return Respond(std::move(call),
                   absl::ResourceExhaustedError(
                       "the response exceeds the limit of protobuf, 2 GiB; "
                       "request fewer outputs (output_filter) or send fewer "
                       "inputs at a time"));
  }
  if (!call.charge()->TryGrow(static_cast<int64_t>(bytes))) {
    const absl::Status error = NoMemoryError(call);
    return Respond(std::move(call), error);
  }
  payload.bytes.resize(bytes);
  response.SerializeWithCachedSizesToArray(
      reinterpret_cast<uint8_t*>(payload.bytes.data()));
  Observe(call, absl::OkStatus(), size);
  std::move(call).Finish(std::move(payload));
}

void Exchange::Observe(const Call& call, const absl::Status& status,
                       size_t response_bytes) const {
  if (observer_ == nullptr) {
    return;
  }
  RequestRecord record;
  record.entrypoint = RequestRecord::Entrypoint::kGrpc;
  record.api = method_->api;
  record.target = method_->full;
  if (spec_ != nullptr) {
    record.model_name = spec_->name();
    record.signature_name = spec_->signature_name();
  }
  record.model_version = version_;
  record.status = status;
  std::string peer;
  if (observer_->wants_client()) {
    peer = call.peer();
    record.peer = peer;
    record.traceparent =
        call.metadata("traceparent").value_or(std::string_view());
  }
  record.request_bytes = request_bytes_;
  record.response_bytes = response_bytes;
  record.start = start_;
  record.duration = std::chrono::steady_clock::now() - steady_start_;
  observer_->OnRequest(record);
}

absl::Status NoMemoryError(const Call& call) {
  const RequestMemory* const memory = call.charge()->memory();
  return absl::ResourceExhaustedError(
      memory == nullptr ? "the server does not have enough memory for the call"
                        : memory->RefusalMessage());
}

absl::Status NoModelSpecError() {
  return absl::InvalidArgumentError(
      "the request has no model_spec; set model_spec.name to the name of a "
      "model");
}

absl::Time DeadlineOf(const Call& call) {
  return call.deadline() == std::chrono::system_clock::time_point::max()
             ? absl::InfiniteFuture()
             : absl::FromChrono(call.deadline());
}

}  // namespace tfs3::grpc
