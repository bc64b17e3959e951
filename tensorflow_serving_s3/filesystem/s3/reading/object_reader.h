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
// Open reads the first MiB with one request; a small object needs no other. Of
// a larger one, large reads are made of parallel ranges, and reads from front
// to back are read ahead (read_ahead.h), within a memory budget that all open
// files share (memory_budget.h: 256 MiB, or S3_READ_AHEAD_MIB); without any of
// it a file holds 64 KiB.
//
// Versions: the reader reads one version of the object, by its ETag. A read
// never has bytes of two versions.
//   - Read that begins at the end of the version, or beyond; once a Read has
//     had too few bytes, every Read that goes beyond the end: asks the store
//     for the size with a HEAD. If the object has grown, the reader goes on
//     with the new version. Otherwise the file ends where it ended.
//   - Read of bytes that are not in memory, and the store no longer has the
//     version: if the object has grown, and was read from front to back so far,
//     the reader goes on with the new version. Otherwise FAILED_PRECONDITION.
//
// Grown means: larger, and beginning with the bytes that this reader was given.
//   - Version of up to 1 MiB: all of its bytes are compared.
//   - Larger version, read from front to back: all bytes that were given, by
//     their checksum; but no more than 16 MiB of them at the end of the version
//     and 256 MiB before its end.
//   - Otherwise, and only at the end of the version: the first 16 KiB of the
//     version and the last 16 KiB that were given.
// A file of a model that the server is loading (read_watch.h) does not grow: a
// read at its end needs no request.
//
// Thread-safe; reads run in parallel. The destructor ends at once what is under
// way; it must not run during a Read.
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
  // How much Open reads, and how much if the budget is used up.
  static constexpr size_t kOpeningBytes = size_t{1} << 20;
  static constexpr size_t kLeastOpeningBytes = size_t{64} << 10;

  // The process's own, unless a test has others. They must outlive the reader.
  struct Resources {
    FetchWorkers* workers = &FetchWorkers::OfProcess();
    MemoryBudget* budget = &MemoryBudget::OfProcess();
    // Files that have not been read for so long give their memory to a file
    // that is opened.
    MemoryBudget::Clock::duration idle = FetchWorkers::Options().idle;
  };

  // `client` must outlive the reader. RESOURCE_EXHAUSTED when the system has no
  // memory; else the client's errors.
  static Result<std::unique_ptr<ObjectReader>> Open(Client* client,
                                                    const S3Uri& uri,
                                                    const Resources& resources);
  static Result<std::unique_ptr<ObjectReader>> Open(Client* client,
                                                    const S3Uri& uri);

  ~ObjectReader();

  // The version that is read.
  ObjectInfo info() const;

  // Reads `size` bytes from `offset` on, or what there is of them. On failure
  // the contents of `buffer` are undefined.
  Result<size_t> Read(uint64_t offset, char* buffer, size_t size);

  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

 private:
  struct Version;
  using VersionPtr = std::shared_ptr<Version>;

  ObjectReader(Client* client, const S3Uri& uri, const Resources& resources);

  Result<VersionPtr> OpenVersion();
  VersionPtr version() const;
  // The version to read on with if `known` has ended: that one, or a grown one.
  Result<VersionPtr> FollowGrowth(const VersionPtr& known);
  // The version to read on with if the store no longer has `known`, as a read
  // of it at `offset` has found out: a grown one or, if it is not known to be
  // one, nothing.
  VersionPtr FollowReplacement(const VersionPtr& known, uint64_t offset);
  // A version larger than `known` that begins with the bytes that were given,
  // or `known`. With `surely`, all of these bytes are compared, or `known` is
  // returned.
  Result<VersionPtr> Grown(const VersionPtr& known, bool surely);
  Result<bool> Continues(Version& version, Version& grown, bool surely) const;

  Client* const client_;
  const S3Uri uri_;
  const Resources resources_;
  const bool may_grow_;

  std::mutex growth_mutex_;  // Taken before `mutex_`, and held for requests.
  ObjectInfo other_;         // Guarded by it: a larger object, not a grown one.

  mutable std::mutex mutex_;
  VersionPtr version_;  // Guarded by `mutex_`.

  std::atomic<bool> told_end_{false};  // A Read has had too few bytes.

  // Unless the file cannot grow.
  ReadHistory history_;
};

}  // namespace s3
}  // namespace tfs3

#endif  // TENSORFLOW_SERVING_S3_FILESYSTEM_S3_READING_OBJECT_READER_H_
