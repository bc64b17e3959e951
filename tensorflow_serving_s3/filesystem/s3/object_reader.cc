// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
#include "tensorflow_serving_s3/filesystem/s3/object_reader.h"

#include <algorithm>
#include <utility>

#include "tensorflow_serving_s3/filesystem/s3/cancellation.h"
#include "tensorflow_serving_s3/filesystem/s3/read_ahead.h"
#include "tensorflow_serving_s3/filesystem/s3/read_watch.h"

namespace tfs3 {
namespace s3 {
namespace {

// What is compared of a version that is not whole in memory, at either end.
constexpr size_t kSampleBytes = size_t{16} << 10;

// Bytes [offset, offset + size) of the object with the ETag of `info`.
Status Fetch(Client* client, const S3Uri& uri, const ObjectInfo& info,
             uint64_t offset, char* buffer, size_t size,
             Cancellation* cancellation) {
  const Result<ObjectRange> range =
      client->GetObject(uri, offset, buffer, size, info.etag, cancellation);
  if (!range.ok()) {
    // It was not beyond the end when the object was opened, and readers take
    // this code for the end of the file.
    if (range.status().code != TF_OUT_OF_RANGE) return range.status();
    return {TF_FAILED_PRECONDITION,
            range.status().message +
                "; the object was replaced while it was being read"};
  }
  // Holds for a store without ETags as well.
  if (range->bytes != size || range->object.size != info.size) {
    return {TF_FAILED_PRECONDITION,
            uri.ToString() + ": the object had " + std::to_string(info.size) +
                " bytes when it was opened and has " +
                std::to_string(range->object.size) +
                " now: it was replaced while it was being read"};
  }
  return {};
}

// Whether the store answered and will not tell the size: the object was
// deleted, or HEAD is not allowed or not known.
bool IsRefusal(const Status& status) {
  return status.code == TF_NOT_FOUND || status.code == TF_PERMISSION_DENIED ||
         status.code == TF_UNIMPLEMENTED || status.code == TF_UNKNOWN;
}

}  // namespace

// One version of the object and what is in memory of it.
struct ObjectReader::Version {
  ~Version() {
    if (ahead != nullptr) ahead->Close();
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
  if (!version.ok()) return version.status();
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
  MemoryBudget::Block beginning = account->Take(kOpeningBytes);
  if (beginning.data() == nullptr) {
    resources_.budget->ReleaseIdle(MemoryBudget::Clock::now() -
                                   resources_.idle);
    beginning = account->Take(kOpeningBytes);
  }
  if (beginning.data() == nullptr) {
    beginning = MemoryBudget::Block::OutsideBudget(kLeastOpeningBytes);
  }
  if (beginning.data() == nullptr) {
    return Status{TF_RESOURCE_EXHAUSTED,
                  uri_.ToString() + ": there is no memory to open it"};
  }
  Result<ObjectRange> first = [&] {
    const FetchWorkers::CallerTurn turn(resources_.workers);
    return client_->GetObject(uri_, 0, beginning.data(), beginning.size(),
                              /*if_match=*/"");
  }();
  if (!first.ok()) return first.status();
  beginning.Shrink(first->bytes);
  auto version = std::make_shared<Version>();
  version->info = first->object;
  version->whole = first->bytes == first->object.size;
  if (may_grow_ && !version->whole) {
    version->first_bytes.assign(beginning.data(),
                                std::min(first->bytes, kSampleBytes));
  }
  version->ahead = std::make_shared<ReadAhead>(
      first->object.size, std::move(beginning),
      [client = client_, uri = uri_, info = first->object](
          uint64_t offset, char* buffer, size_t size,
          Cancellation* cancellation) {
        return Fetch(client, uri, info, offset, buffer, size, cancellation);
      },
      resources_.workers, resources_.budget, std::move(account));
  version->ahead->GiveBackWhenIdle();
  return version;
}

ObjectReader::VersionPtr ObjectReader::version() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return version_;
}

ObjectInfo ObjectReader::info() const { return version()->info; }

Result<size_t> ObjectReader::Read(uint64_t offset, char* buffer, size_t size) {
  VersionPtr version = this->version();
  if (may_grow_ && size > 0 && offset >= version->info.size) {
    Result<VersionPtr> latest = FollowGrowth(version);
    if (!latest.ok()) return latest.status();
    version = *std::move(latest);
  }
  if (offset >= version->info.size) return size_t{0};
  size = std::min<uint64_t>(size, version->info.size - offset);
  const bool keeps_sample = may_grow_ && !version->whole;
  if (keeps_sample && CopyFromSample(offset, buffer, size)) return size;
  const Status status = version->ahead->Read(offset, buffer, size);
  if (!status.ok()) return status;
  if (keeps_sample) KeepSample(offset, buffer, size);
  return size;
}

Result<ObjectReader::VersionPtr> ObjectReader::FollowGrowth(
    const VersionPtr& known) {
  std::lock_guard<std::mutex> growth_lock(growth_mutex_);
  VersionPtr version = this->version();
  // Another thread has just looked.
  if (version != known) return version;
  const Result<ObjectInfo> now = client_->HeadObject(uri_);
  if (!now.ok()) {
    if (IsRefusal(now.status())) return version;
    return now.status();
  }
  if (now->size <= version->info.size ||
      (now->size == other_.size && now->etag == other_.etag &&
       now->mtime_nsec == other_.mtime_nsec)) {
    return version;
  }
  Result<VersionPtr> grown = OpenVersion();
  if (!grown.ok()) {
    if (IsRefusal(grown.status())) return version;
    return grown.status();
  }
  if ((*grown)->info.size <= version->info.size) return version;
  const Result<bool> continues = Continues(*version, **grown);
  if (!continues.ok()) {
    // Replaced once more: a later read will look again.
    if (continues.status().code == TF_FAILED_PRECONDITION) return version;
    return continues.status();
  }
  if (!*continues) {
    other_ = *now;
    return version;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  version_ = *std::move(grown);
  return version_;
}

Result<bool> ObjectReader::Continues(Version& version, Version& grown) const {
  Sample first = {0, version.first_bytes};
  Sample last;
  if (version.whole) {
    first.bytes.resize(version.info.size);
    const Status status =
        version.ahead->Read(0, first.bytes.data(), first.bytes.size());
    if (!status.ok()) return status;
  } else {
    std::lock_guard<std::mutex> lock(mutex_);
    last = last_read_;
  }
  for (const Sample* sample : {&first, &last}) {
    std::string bytes(sample->bytes.size(), '\0');
    const Status status =
        grown.ahead->Read(sample->offset, bytes.data(), bytes.size());
    if (!status.ok()) return status;
    if (bytes != sample->bytes) return false;
  }
  return true;
}

bool ObjectReader::CopyFromSample(uint64_t offset, char* buffer,
                                  size_t size) const {
  std::lock_guard<std::mutex> lock(mutex_);
  const Sample& sample = last_read_;
  if (offset < sample.offset ||
      offset + size > sample.offset + sample.bytes.size()) {
    return false;
  }
  std::copy_n(sample.bytes.data() + (offset - sample.offset), size, buffer);
  return true;
}

void ObjectReader::KeepSample(uint64_t offset, const char* bytes, size_t size) {
  if (size > kSampleBytes) {
    offset += size - kSampleBytes;
    bytes += size - kSampleBytes;
    size = kSampleBytes;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  Sample& sample = last_read_;
  const uint64_t end = sample.offset + sample.bytes.size();
  if (offset >= sample.offset && offset + size <= end) return;
  if (offset != end) {
    sample = {offset, std::string(bytes, size)};
    return;
  }
  sample.bytes.append(bytes, size);
  const size_t surplus =
      sample.bytes.size() - std::min(sample.bytes.size(), kSampleBytes);
  sample.bytes.erase(0, surplus);
  sample.offset += surplus;
}

}  // namespace s3
}  // namespace tfs3
