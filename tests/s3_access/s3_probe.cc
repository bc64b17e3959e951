// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0
//
// Runs the S3 client with the settings of this process's environment. Reads one
// request from each line of stdin, and prints each result as one line:
//
//   list s3://models/half   ->  OK 1,2        the names in it
//   read s3://models/a.txt  ->  OK text       the first 4096 bytes
//   stat s3://models/a.txt  ->  OK 4          the size
//   write s3://models/a.txt ->  OK            an object of the text "written"
//   delete s3://models/a    ->  OK            by DeleteObjects
//   profile ci              ->  OK yes        if the AWS files have it
//   property ci region      ->  OK =eu-west-1 or "absent"
//   a failed request        ->  ERROR 7 s3://models/a.txt: 403 AccessDenied ...
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tensorflow_serving_s3/filesystem/s3/address/uri.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/process_options.h"
#include "tensorflow_serving_s3/filesystem/s3/aws/profile.h"
#include "tensorflow_serving_s3/filesystem/s3/client/client.h"
#include "tensorflow_serving_s3/filesystem/s3/client/list_parser.h"
#include "tensorflow_serving_s3/filesystem/s3/client/write_messages.h"

namespace tfs3 {
namespace s3 {
namespace {

Result<std::string> RunCommand(Client& client, const std::string& verb,
                               const S3Uri& uri) {
  if (verb == "stat") {
    const Result<ObjectInfo> info = client.HeadObject(uri);
    if (!info.ok()) {
      return info.status();
    }
    return std::to_string(info->size);
  }
  if (verb == "read") {
    std::string text(4096, '\0');
    const Result<ObjectRange> range =
        client.GetObject(uri, 0, text.data(), text.size(), "");
    if (!range.ok()) {
      return range.status();
    }
    return text.substr(0, range->bytes);
  }
  if (verb == "write") {
    const Status written = client.PutObject(uri, "written").status();
    if (!written.ok()) {
      return written;
    }
    return std::string();
  }
  if (verb == "delete") {
    const Result<std::vector<DeleteFailure>> left =
        client.DeleteObjects(uri, {uri.key});
    if (!left.ok()) {
      return left.status();
    }
    return left->empty() ? std::string() : left->front().message;
  }
  S3Uri folder = uri;
  folder.key = DirectoryPrefix(uri.key);
  ListRequest request;
  request.delimit = true;
  const Result<Listing> listing = client.ListObjects(folder, request);
  if (!listing.ok()) {
    return listing.status();
  }
  std::string names;
  for (const ListedObject& object : listing->objects) {
    names += (names.empty() ? "" : ",") + object.key.substr(folder.key.size());
  }
  for (const std::string& prefix : listing->common_prefixes) {
    names += (names.empty() ? "" : ",") + prefix.substr(folder.key.size());
  }
  return names;
}

// Answers requests about the AWS files; "" for other requests.
std::string AskFiles(const std::string& line) {
  const size_t space = line.find(' ');
  const std::string verb = line.substr(0, space);
  const std::string rest = line.substr(space + 1);
  if (verb != "profile" && verb != "property") {
    return "";
  }
  const ProfileFiles files = ProfileFiles::Read(ProcessGetenv);
  if (!files.problem().ok()) {
    return files.problem().message;
  }
  if (verb == "profile") {
    return files.Has(rest) ? "yes" : "no";
  }
  // The name of a profile may have spaces.
  const size_t last = rest.rfind(' ');
  const std::optional<std::string> value =
      files.Get(rest.substr(0, last), rest.substr(last + 1));
  return value.has_value() ? "=" + *value : "absent";
}

Result<std::string> Run(std::unique_ptr<Client>& client,
                        const std::string& line) {
  const std::string of_files = AskFiles(line);
  if (!of_files.empty()) {
    return of_files;
  }
  if (client == nullptr) {
    const Result<Options> options = ProcessOptions();
    if (!options.ok()) {
      return options.status();
    }
    Result<std::unique_ptr<Client>> made = Client::New(*options, ProcessGetenv);
    if (!made.ok()) {
      return made.status();
    }
    client = *std::move(made);
  }
  const size_t space = line.find(' ');
  const Result<S3Uri> uri = ParseUri(line.substr(space + 1));
  if (!uri.ok()) {
    return uri.status();
  }
  return RunCommand(*client, line.substr(0, space), *uri);
}

void Serve() {
  std::unique_ptr<Client> client;
  std::string line;
  while (std::getline(std::cin, line)) {
    const Result<std::string> result = Run(client, line);
    std::string said = result.ok()
                           ? "OK " + *result
                           : "ERROR " + std::to_string(result.status().code) +
                                 " " + result.status().message;
    for (char& c : said) {
      if (c == '\n') {
        c = ' ';
      }
    }
    std::cout << said << std::endl;
  }
  std::fflush(stdout);
}

}  // namespace
}  // namespace s3
}  // namespace tfs3

int main() {
  tfs3::s3::Serve();
  return 0;
}
