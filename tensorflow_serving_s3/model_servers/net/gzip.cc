// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/model_servers/net/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

#include "tensorflow_serving_s3/model_servers/net/http_message.h"

namespace tfs3::rest {
namespace {

// zlib's way to say: the largest window, in a gzip member.
constexpr int kGzipWindow = 15 + 16;

// zlib counts what it is given in 32 bits.
constexpr size_t kMostAtOnce = size_t{1} << 30;

// What may be inflated without being measured first.
constexpr uint64_t kTrustedGrowth = 16;
constexpr uint64_t kTrustedBytes = uint64_t{16} << 20;

constexpr size_t kChunk = 64 << 10;

// Reads the members of a gzip body one after the other.
class Inflater {
 public:
  enum class Progress { kMore, kEnd, kBroken };

  explicit Inflater(std::string_view gzip) : rest_(gzip) {
    if (inflateInit2(&stream_, kGzipWindow) != Z_OK) throw std::bad_alloc();
  }
  // Goes on from where `other` is.
  Inflater(const Inflater& other)
      : rest_(other.rest_), member_ended_(other.member_ended_) {
    if (inflateCopy(&stream_, const_cast<z_stream*>(&other.stream_)) != Z_OK)
      throw std::bad_alloc();
  }
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  // Writes up to `room` bytes; kMore when there was no room for all.
  Progress Read(char* to, size_t room, size_t* size) {
    room = std::min(room, kMostAtOnce);
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(room);
    Progress progress = Progress::kMore;
    while (stream_.avail_out > 0 && progress == Progress::kMore)
      progress = Step();
    *size = room - stream_.avail_out;
    return progress;
  }

 private:
  Progress Step() {
    if (stream_.avail_in == 0 && !rest_.empty()) {
      const size_t next = std::min(rest_.size(), kMostAtOnce);
      stream_.next_in =
          reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));
      stream_.avail_in = static_cast<uInt>(next);
      rest_.remove_prefix(next);
    }
    if (member_ended_) {
      if (stream_.avail_in == 0) return Progress::kEnd;
      member_ended_ = false;
      if (inflateReset(&stream_) != Z_OK) return Progress::kBroken;
    }
    const int result = inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    member_ended_ = result == Z_STREAM_END;
    // Z_BUF_ERROR: there is no more input, and the member has not ended.
    return result == Z_OK || member_ended_ ? Progress::kMore
                                           : Progress::kBroken;
  }

  z_stream stream_ = {};
  std::string_view rest_;
  bool member_ended_ = false;
};

using Progress = Inflater::Progress;

// Counts what is left in `inflater`, and stops beyond `most`.
Progress Measure(Inflater inflater, uint64_t most, uint64_t* bytes) {
  const auto scratch = std::make_unique<char[]>(kChunk);
  Progress progress = Progress::kMore;
  *bytes = 0;
  while (progress == Progress::kMore && *bytes <= most) {
    size_t size;
    progress = inflater.Read(scratch.get(), kChunk, &size);
    *bytes += size;
  }
  return progress;
}

// Inflates until `out` has `capacity` bytes.
Progress Fill(uint64_t capacity, Inflater* inflater, PaddedBuffer* out) {
  Progress progress = Progress::kMore;
  while (progress == Progress::kMore && out->size() < capacity) {
    const size_t room =
        std::min<uint64_t>(capacity - out->size(),
                           std::max(kChunk, out->capacity() - out->size()));
    size_t size;
    progress = inflater->Read(out->Prepare(room), room, &size);
    out->Commit(size);
  }
  return progress;
}

// One for each thread, as setting one up costs more than most answers.
class Deflater {
 public:
  Deflater() {
    constexpr int kMemoryLevel = 8;  // zlib's default
    ready_ = deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow,
                          kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater() {
    if (ready_) deflateEnd(&stream_);
  }

  // Whether all of `text` fits into `out`, which is cut to what it has become.
  bool Deflate(std::string_view text, std::string* out) {
    if (!ready_ || deflateReset(&stream_) != Z_OK) return false;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out->data());
    stream_.avail_out = static_cast<uInt>(out->size());
    if (deflate(&stream_, Z_FINISH) != Z_STREAM_END) return false;
    out->resize(out->size() - stream_.avail_out);
    return true;
  }

 private:
  z_stream stream_ = {};
  bool ready_ = false;
};

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

// Takes the part up to the next `separator` off the start of `text`.
std::string_view ConsumePart(char separator, std::string_view* text) {
  const size_t end = std::min(text->find(separator), text->size());
  const std::string_view part = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return Trim(part);
}

bool IsGzip(std::string_view coding) {
  return EqualIgnoringCase(coding, "gzip") ||
         EqualIgnoringCase(coding, "x-gzip");
}

}  // namespace

GunzipError Gunzip(std::string_view gzip, uint64_t max_bytes,
                   PaddedBuffer* out) {
  Inflater inflater(gzip);
  const uint64_t trusted =
      std::max(kTrustedBytes, kTrustedGrowth * gzip.size());
  Progress progress = Fill(std::min(trusted, max_bytes), &inflater, out);
  if (progress == Progress::kMore) {
    const uint64_t most = max_bytes - out->size();
    uint64_t left;
    progress = Measure(inflater, most, &left);
    if (progress != Progress::kBroken && left > most)
      return GunzipError::kTooLarge;
    if (progress == Progress::kEnd && left > 0) {
      out->Reserve(out->size() + left);
      Fill(out->size() + left, &inflater, out);
    }
  }
  return progress == Progress::kEnd ? GunzipError::kNone
                                    : GunzipError::kNotGzip;
}

std::optional<std::string> Gzip(std::string_view text) {
  if (text.size() > kMostAtOnce) return std::nullopt;
  thread_local Deflater deflater;
  std::string gzip(text.size() - text.size() / 8, '\0');
  if (!deflater.Deflate(text, &gzip)) return std::nullopt;
  return gzip;
}

bool AcceptsGzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    std::string_view part = ConsumePart(',', &accept_encoding);
    const std::string_view coding = ConsumePart(';', &part);
    // "q=0", "q=0.000": not this one.
    bool refused = EqualIgnoringCase(part.substr(0, 2), "q=");
    if (refused) {
      refused = part.substr(2).find_first_not_of("0.") == part.npos;
    }
    if (IsGzip(coding)) return !refused;
    if (coding == "*") any = !refused;
  }
  return any;
}

ContentCoding ContentCodingOf(std::string_view content_encoding) {
  ContentCoding coding = ContentCoding::kIdentity;
  while (!content_encoding.empty()) {
    const std::string_view part = ConsumePart(',', &content_encoding);
    if (part.empty() || EqualIgnoringCase(part, "identity")) continue;
    if (coding != ContentCoding::kIdentity || !IsGzip(part))
      return ContentCoding::kOther;
    coding = ContentCoding::kGzip;
  }
  return coding;
}

}  // namespace tfs3::rest
