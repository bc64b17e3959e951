// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads commands from stdin, runs them with filesystem/s3 and prints the
// results: one line each, with fields separated by tabs.
//
//   whole   s3://models/a 0      read in one piece
//   forward s3://models/a 7      sequential pieces, like checkpoints
//   random  s3://models/a 7      pieces in random order, on four threads
//   stat    s3://models/a 0
//   list    s3://models/ 0
//   write   s3://models/a 7      a few bytes, or some megabytes, in pieces
//
// The third field is the seed of random values. The results are
//
//   ok     MILLISECONDS SHA256 SIZE   of the bytes read or written; for stat of
//                                     the size as text; for list of the names,
//                                     each with '\n'
//   failed MILLISECONDS CODE MESSAGE  CODE as in tf_status.h
//
// The environment has the endpoint. Does not link TensorFlow, so that
// sanitizers cover all of its code.
#include <openssl/sha.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/config.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/process_options.h"
#include "tensorflow_serving_s3/filesystem/s3/base/status.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/reading/object_reader.h"
#include "tensorflow_serving_s3/filesystem/s3/tree/object_tree.h"
#include "tensorflow_serving_s3/filesystem/s3/writing/object_writer.h"

namespace tfs3 {
namespace s3 {
namespace {

constexpr size_t kMaxPieceBytes = size_t{3} << 20;
constexpr size_t kMaxWriteBytes = size_t{24} << 20;
constexpr size_t kThreads = 4;

struct Piece {
  uint64_t offset;
  size_t size;
};

// Splits an object into pieces of random sizes, most of them small.
std::vector<Piece> Pieces(uint64_t size, std::minstd_rand& dice) {
  std::vector<Piece> pieces;
  for (uint64_t offset = 0; offset < size;) {
    const size_t most = kMaxPieceBytes >> (dice() % 12);
    const size_t wanted = 1 + dice() % most;
    pieces.push_back({offset, std::min<uint64_t>(wanted, size - offset)});
    offset += pieces.back().size;
  }
  return pieces;
}

Status ReadPiece(ObjectReader& reader, const Piece& piece, std::string& bytes) {
  Result<size_t> got =
      reader.Read(piece.offset, bytes.data() + piece.offset, piece.size);
  if (!got.ok()) {
    return got.status();
  }
  if (*got != piece.size) {
    return {TF_INTERNAL, "a short read without an error"};
  }
  return {};
}

Status ReadInParallel(ObjectReader& reader, const std::vector<Piece>& pieces,
                      std::string& bytes) {
  std::mutex mutex;
  Status failure;
  std::vector<std::thread> threads;
  for (size_t first = 0; first < kThreads; ++first) {
    threads.emplace_back([&, first] {
      for (size_t i = first; i < pieces.size(); i += kThreads) {
        const Status status = ReadPiece(reader, pieces[i], bytes);
        std::lock_guard<std::mutex> lock(mutex);
        if (failure.ok()) {
          failure = status;
        }
        if (!failure.ok()) {
          return;
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return failure;
}

Result<std::string> Read(Client& client, const S3Uri& uri,
                         const std::string& how, uint64_t seed) {
  Result<std::unique_ptr<ObjectReader>> opened =
      ObjectReader::Open(&client, uri);
  if (!opened.ok()) {
    return opened.status();
  }
  ObjectReader& reader = **opened;
  std::string bytes(reader.info().size, '\0');
  std::minstd_rand dice(seed);
  std::vector<Piece> pieces = {{0, bytes.size()}};
  if (how != "whole") {
    pieces = Pieces(bytes.size(), dice);
  }
  Status status;
  if (how == "random") {
    std::shuffle(pieces.begin(), pieces.end(), dice);
    status = ReadInParallel(reader, pieces, bytes);
  } else {
    for (const Piece& piece : pieces) {
      if (status.ok()) {
        status = ReadPiece(reader, piece, bytes);
      }
    }
  }
  if (!status.ok()) {
    return status;
  }
  return bytes;
}

// Returns random bytes.
std::string BytesToWrite(std::minstd_rand& dice) {
  std::string bytes(dice() % (kMaxWriteBytes >> (dice() % 12)), '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(dice() >> 8);
  }
  return bytes;
}

Result<std::string> Write(Client& client, const S3Uri& uri, uint64_t seed) {
  std::minstd_rand dice(seed);
  const std::string bytes = BytesToWrite(dice);
  std::unique_ptr<ObjectWriter> writer = ObjectWriter::New(&client, uri);
  for (const Piece& piece : Pieces(bytes.size(), dice)) {
    const Status status = writer->Append(
        std::string_view(bytes).substr(piece.offset, piece.size));
    if (!status.ok()) {
      return status;
    }
  }
  const Status status = writer->Close();
  if (!status.ok()) {
    return status;
  }
  return bytes;
}

Result<std::string> Do(Client& client, const std::string& what,
                       const S3Uri& uri, uint64_t seed) {
  if (what == "stat") {
    Result<PathInfo> info = StatPath(client, uri);
    if (!info.ok()) {
      return info.status();
    }
    return std::to_string(info->object.size);
  }
  if (what == "list") {
    Result<std::vector<std::string>> names = ListChildren(client, uri);
    if (!names.ok()) {
      return names.status();
    }
    std::string lines;
    for (const std::string& name : *names) {
      lines += name + '\n';
    }
    return lines;
  }
  if (what == "write") {
    return Write(client, uri, seed);
  }
  return Read(client, uri, what, seed);
}

std::string Sha256(const std::string& bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         digest);
  std::string text;
  for (const unsigned char byte : digest) {
    text += "0123456789abcdef"[byte / 16];
    text += "0123456789abcdef"[byte % 16];
  }
  return text;
}

// Replaces line ends and tabs: a result is one line.
std::string WithoutLineEnds(std::string text) {
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == '\t') {
      c = ' ';
    }
  }
  return text;
}

int Main() {
  Result<Options> options = ProcessOptions();
  if (!options.ok()) {
    std::cerr << options.status().message << std::endl;
    return 1;
  }
  Result<std::unique_ptr<Client>> client = Client::New(*options, ProcessGetenv);
  if (!client.ok()) {
    std::cerr << client.status().message << std::endl;
    return 1;
  }
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream fields(line);
    std::string what, url;
    uint64_t seed = 0;
    fields >> what >> url >> seed;
    const auto began = std::chrono::steady_clock::now();
    Result<S3Uri> uri = ParseUri(url);
    const Result<std::string> result =
        uri.ok() ? Do(**client, what, *uri, seed) : uri.status();
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began);
    if (result.ok()) {
      std::cout << "ok\t" << took.count() << '\t' << Sha256(*result) << '\t'
                << result->size() << std::endl;
    } else {
      std::cout << "failed\t" << took.count() << '\t' << result.status().code
                << '\t' << WithoutLineEnds(result.status().message)
                << std::endl;
    }
  }
  return 0;
}

}  // namespace
}  // namespace s3
}  // namespace tfs3

int main() { return tfs3::s3::Main(); }
