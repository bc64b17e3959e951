// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Random-access reader of one object, which follows an object that grows.
//
//   Result<std::unique_ptr<ObjectReader>> reader =
//       ObjectReader::Open(client, uri);
//   Result<size_t> got = (*reader)->Read(offset, buffer, size);
//   // fewer than `size` bytes: the object ends there
//
// Open reads the first MiB with one request; a small object needs no other. In
// a larger object, a large read uses parallel ranges, and sequential reads are
// prefetched (read_ahead.h) within a memory budget that all open files share
// (memory_budget.h: 256 MiB, or S3_READ_AHEAD_MIB). Without memory in the
// budget, a file uses 64 KiB.
//
// The reader reads one version of the object, by its ETag. A read never returns
// bytes of two versions. The reader changes to a new version only if the object
// has grown:
//   - A read at or after the end of the version requests the size with a HEAD.
//     After a read that returned too few bytes, so does every read across the
//     end. Without growth, the file ends at the same size as before.
//   - A read fails because the store no longer has the version: the reader
//     changes to a grown object if all reads so far were sequential. Otherwise
//     FAILED_PRECONDITION.
//
// Grown means: larger, and beginning with the bytes that the reader has
// received. The reader compares
//   - all bytes of a version of up to 1 MiB;
//   - the checksum of all received bytes of a larger version with sequential
//     reads, up to 16 MiB at the end of the version and 256 MiB before it;
//   - otherwise, and only at the end of the version: the first 16 KiB of the
//     version and the last 16 KiB that the reader has received.
// A file of a model that the server loads (read_watch.h) cannot grow: a read at
// its end sends no request.
//
// Thread-safe; reads run in parallel. The destructor cancels running fetches;
// it must not run during a Read.
#ifndef TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_OBJECT_READER_H_
#define TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_OBJECT_READER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/base/object_info.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/fetch_workers.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/memory_budget.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/read_history.h"

namespace tfs3 {
namespace s3 {

class ObjectReader {
 public:
  // The bytes that Open reads, with and without memory in the budget.
  static constexpr size_t kOpeningBytes = size_t{1} << 20;
  static constexpr size_t kMinOpeningBytes = size_t{64} << 10;

  // The resources of the process; tests use others. They must outlive the
  // reader.
  struct Resources {
    FetchWorkers* workers = &FetchWorkers::OfProcess();
    MemoryBudget* budget = &MemoryBudget::OfProcess();
    // Open may take the memory of files that were not read for this time.
    MemoryBudget::Clock::duration idle = FetchWorkers::Options().idle;
  };

  // `client` must outlive the reader. RESOURCE_EXHAUSTED: the system has no
  // memory. Other errors come from the client.
  static Result<std::unique_ptr<ObjectReader>> Open(Client* client,
                                                    const S3Uri& uri,
                                                    const Resources& resources);
  static Result<std::unique_ptr<ObjectReader>> Open(Client* client,
                                                    const S3Uri& uri);

  ~ObjectReader();

  // Returns the current version.
  ObjectInfo info() const;

  // Reads `size` bytes at `offset`, or fewer at the end of the object. After an
  // error the content of `buffer` is undefined.
  Result<size_t> Read(uint64_t offset, char* buffer, size_t size);

  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

 private:
  struct Version;
  using VersionPtr = std::shared_ptr<Version>;

  ObjectReader(Client* client, const S3Uri& uri, const Resources& resources);

  Result<VersionPtr> OpenVersion();
  VersionPtr version() const;
  // At the end of `known`: returns a grown version, or `known`.
  Result<VersionPtr> OpenGrownVersion(const VersionPtr& known);
  // After a read at `offset` found that the store no longer has `known`:
  // returns a grown version, or null.
  VersionPtr OpenReplacement(const VersionPtr& known, uint64_t offset);
  // Returns a larger version that begins with the received bytes, or `known`.
  // With `all_bytes`, returns `known` unless all received bytes were compared.
  Result<VersionPtr> FindGrownVersion(const VersionPtr& known, bool all_bytes);
  Result<bool> BeginsWithReceivedBytes(Version& version, Version& grown,
                                       bool all_bytes) const;

  Client* const client_;
  const S3Uri uri_;
  const Resources resources_;
  const bool may_grow_;

  std::mutex growth_mutex_;  // Locked before `mutex_`; held during requests.
  // A larger object that has not grown from the version. Guarded by
  // `growth_mutex_`.
  ObjectInfo other_;

  mutable std::mutex mutex_;
  VersionPtr version_;  // Guarded by `mutex_`.

  std::atomic<bool> reported_end_{false};  // A Read has returned too few bytes.

  // Unused if the file cannot grow.
  ReadHistory history_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_OBJECT_READER_H_
