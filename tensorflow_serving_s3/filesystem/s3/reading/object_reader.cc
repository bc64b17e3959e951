// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/reading/object_reader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/address/read_watch.h"
#include "tensorflow_serving_s3/filesystem/s3/base/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/base/semaphore.h"
#include "tensorflow_serving_s3/filesystem/s3/client/object_checksum.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/read_ahead.h"

namespace tfs3 {
namespace s3 {
namespace {

// The maximum of bytes that each growth may fetch for the comparison at the end
// of a version.
constexpr uint64_t kMaxComparedAtEnd = uint64_t{16} << 20;
constexpr size_t kComparisonBytes = size_t{1} << 20;
// How often a read starts again because the object has grown.
constexpr int kMaxGrowthsPerRead = 5;

// Reads [offset, offset + size) of the object with the ETag of `info`.
Status Fetch(Client* client, const S3Uri& uri, const ObjectInfo& info,
             uint64_t offset, char* buffer, size_t size,
             Cancellation* cancellation) {
  const Result<ObjectRange> range =
      client->GetObject(uri, offset, buffer, size, info.etag, cancellation);
  if (!range.ok()) {
    // The object was longer when it was opened. Readers interpret OUT_OF_RANGE
    // as the end of the file.
    if (range.status().code != TF_OUT_OF_RANGE) {
      return range.status();
    }
    return {TF_FAILED_PRECONDITION,
            range.status().message +
                "; the object was replaced while it was being read"};
  }
  // Works for stores without ETags too.
  if (range->bytes != size || range->object.size != info.size) {
    return {TF_FAILED_PRECONDITION,
            uri.ToString() + ": the object had " + std::to_string(info.size) +
                " bytes when it was opened, and now has " +
                std::to_string(range->object.size) +
                ": it was replaced while it was being read"};
  }
  return {};
}

// Returns true if the store refuses to return the size: the object was deleted,
// or HEAD is not allowed or not supported.
bool MeansUnknownSize(const Status& status) {
  return status.code == TF_NOT_FOUND || status.code == TF_PERMISSION_DENIED ||
         status.code == TF_UNIMPLEMENTED || status.code == TF_UNKNOWN;
}

}  // namespace

// One version of the object, with its bytes in memory.
struct ObjectReader::Version {
  ~Version() {
    if (ahead != nullptr) {
      ahead->Close();
    }
  }

  ObjectInfo info;
  bool whole = false;  // All of it is in memory.
  std::string first_bytes;
  std::shared_ptr<ReadAhead> ahead;
};

Result<std::unique_ptr<ObjectReader>> ObjectReader::Open(Client* client,
                                                         const S3Uri& uri) {
  return Open(client, uri, Resources());
}

Result<std::unique_ptr<ObjectReader>> ObjectReader::Open(
    Client* client, const S3Uri& uri, const Resources& resources) {
  std::unique_ptr<ObjectReader> reader(
      new ObjectReader(client, uri, resources));
  Result<VersionPtr> version = reader->OpenVersion();
  if (!version.ok()) {
    return version.status();
  }
  reader->version_ = *std::move(version);
  return reader;
}

ObjectReader::ObjectReader(Client* client, const S3Uri& uri,
                           const Resources& resources)
    : client_(client),
      uri_(uri),
      resources_(resources),
      may_grow_(!IsWatched(uri)) {}

ObjectReader::~ObjectReader() = default;

Result<ObjectReader::VersionPtr> ObjectReader::OpenVersion() {
  auto account = std::make_shared<MemoryBudget::Account>(resources_.budget);
  MemoryBudget::Block beginning = account->Allocate(kOpeningBytes);
  if (beginning.data() == nullptr) {
    resources_.budget->ReleaseIdle(MemoryBudget::Clock::now() -
                                   resources_.idle);
    beginning = account->Allocate(kOpeningBytes);
  }
  if (beginning.data() == nullptr) {
    beginning = MemoryBudget::Block::OutsideBudget(kMinOpeningBytes);
  }
  if (beginning.data() == nullptr) {
    return Status{TF_RESOURCE_EXHAUSTED,
                  uri_.ToString() + ": not enough memory to open it"};
  }
  MemoryBudget::Clock::duration opening_time{};
  Result<ObjectRange> first = [&] {
    const Semaphore::Hold slot(&resources_.workers->callers());
    const MemoryBudget::Clock::time_point begin = MemoryBudget::Clock::now();
    Result<ObjectRange> range = client_->GetObject(
        uri_, 0, beginning.data(), beginning.size(), /*if_match=*/"");
    opening_time = MemoryBudget::Clock::now() - begin;
    return range;
  }();
  if (!first.ok()) {
    return first.status();
  }
  beginning.Shrink(first->bytes);
  auto version = std::make_shared<Version>();
  version->info = first->object;
  version->whole = first->bytes == first->object.size;
  if (may_grow_ && !version->whole) {
    version->first_bytes.assign(
        beginning.data(), std::min(first->bytes, ReadHistory::kSampleBytes));
  }
  version->ahead = std::make_shared<ReadAhead>(
      first->object.size, std::move(beginning),
      [client = client_, uri = uri_, info = first->object](
          uint64_t offset, char* buffer, size_t size,
          Cancellation* cancellation) {
        return Fetch(client, uri, info, offset, buffer, size, cancellation);
      },
      resources_.workers, resources_.budget, std::move(account));
  version->ahead->LimitWindow(
      ReadAhead::UsefulWindow(first->bytes, opening_time));
  version->ahead->ReleaseWhenIdle();
  return version;
}

ObjectReader::VersionPtr ObjectReader::version() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return version_;
}

ObjectInfo ObjectReader::info() const { return version()->info; }

Result<size_t> ObjectReader::Read(uint64_t offset, char* buffer, size_t size) {
  VersionPtr version = this->version();
  const auto reaches_end = [&] {
    return offset >= version->info.size ||
           (reported_end_ && size > version->info.size - offset);
  };
  if (may_grow_ && size > 0 && reaches_end()) {
    Result<VersionPtr> latest = OpenGrownVersion(version);
    if (!latest.ok()) {
      return latest.status();
    }
    version = *std::move(latest);
  }
  for (int growths = 0;; ++growths) {
    if (offset >= version->info.size || size > version->info.size - offset) {
      reported_end_ = true;
    }
    if (offset >= version->info.size) {
      return size_t{0};
    }
    const size_t bytes = std::min<uint64_t>(size, version->info.size - offset);
    // A reader that polls the end reads its last bytes again, even if the store
    // has another version now.
    if (may_grow_ && history_.CopyFromLast(offset, buffer, bytes)) {
      return bytes;
    }
    const Status status = version->ahead->Read(offset, buffer, bytes);
    if (status.ok()) {
      if (may_grow_) {
        history_.Record(offset, buffer, bytes);
      }
      return bytes;
    }
    if (!may_grow_ || status.code != TF_FAILED_PRECONDITION ||
        growths == kMaxGrowthsPerRead) {
      return status;
    }
    version = OpenReplacement(version, offset);
    if (version == nullptr) {
      return status;
    }
  }
}

Result<ObjectReader::VersionPtr> ObjectReader::OpenGrownVersion(
    const VersionPtr& known) {
  Result<VersionPtr> grown = FindGrownVersion(known, /*all_bytes=*/false);
  if (!grown.ok() && MeansUnknownSize(grown.status())) {
    return known;
  }
  return grown;
}

ObjectReader::VersionPtr ObjectReader::OpenReplacement(const VersionPtr& known,
                                                       uint64_t offset) {
  const std::optional<ReadHistory::Prefix> prefix = history_.prefix();
  if (!prefix.has_value() || prefix->size == 0 || offset > prefix->size) {
    return nullptr;
  }
  const Result<VersionPtr> grown = FindGrownVersion(known, /*all_bytes=*/true);
  return grown.ok() && *grown != known ? *grown : nullptr;
}

Result<ObjectReader::VersionPtr> ObjectReader::FindGrownVersion(
    const VersionPtr& known, bool all_bytes) {
  std::lock_guard<std::mutex> growth_lock(growth_mutex_);
  VersionPtr version = this->version();
  // Another thread has found a new version.
  if (version != known) {
    return version;
  }
  const Result<ObjectInfo> now = client_->HeadObject(uri_);
  if (!now.ok()) {
    return now.status();
  }
  if (now->size <= version->info.size ||
      (now->size == other_.size && now->etag == other_.etag &&
       now->mtime_nsec == other_.mtime_nsec)) {
    return version;
  }
  Result<VersionPtr> grown = OpenVersion();
  if (!grown.ok()) {
    return grown.status();
  }
  if ((*grown)->info.size <= version->info.size) {
    return version;
  }
  const Result<bool> continues =
      BeginsWithReceivedBytes(*version, **grown, all_bytes);
  if (!continues.ok()) {
    // Replaced again: a later read tries again.
    if (continues.status().code == TF_FAILED_PRECONDITION) {
      return version;
    }
    return continues.status();
  }
  if (!*continues) {
    if (!all_bytes) {
      other_ = *now;
    }
    return version;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  version_ = *std::move(grown);
  return version_;
}

Result<bool> ObjectReader::BeginsWithReceivedBytes(Version& version,
                                                   Version& grown,
                                                   bool all_bytes) const {
  std::string bytes;
  const auto read = [&bytes](Version& from, uint64_t offset, size_t size) {
    bytes.resize(size);
    return from.ahead->Read(offset, bytes.data(), size);
  };
  if (version.whole) {
    Status status = read(version, 0, version.info.size);
    if (!status.ok()) {
      return status;
    }
    const std::string given = bytes;
    status = read(grown, 0, given.size());
    if (!status.ok()) {
      return status;
    }
    return bytes == given;
  }
  const std::optional<ReadHistory::Prefix> prefix = history_.prefix();
  if (prefix.has_value() && (all_bytes || prefix->size <= kMaxComparedAtEnd)) {
    uint64_t crc64 = 0;
    for (uint64_t at = 0; at < prefix->size; at += bytes.size()) {
      const Status status = read(
          grown, at, std::min<uint64_t>(kComparisonBytes, prefix->size - at));
      if (!status.ok()) {
        return status;
      }
      crc64 = ExtendCrc64(crc64, bytes);
    }
    return crc64 == prefix->crc64;
  }
  if (all_bytes) {
    return false;
  }
  const ReadHistory::Sample first = {0, version.first_bytes};
  const ReadHistory::Sample last = history_.last();
  for (const ReadHistory::Sample* sample : {&first, &last}) {
    const Status status = read(grown, sample->offset, sample->bytes.size());
    if (!status.ok()) {
      return status;
    }
    if (bytes != sample->bytes) {
      return false;
    }
  }
  return true;
}

}  // namespace s3
}  // namespace tfs3
