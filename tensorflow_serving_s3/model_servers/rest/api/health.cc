// Copyright 2026 The tf-serving-s3 Authors.
// SPDX-License-Identifier: Apache-2.0

#include "tensorflow_serving_s3/model_servers/rest/api/health.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace tfs3::rest {
namespace {

constexpr char kTextContentType[] = "text/plain; charset=utf-8";

// Returns whether a query has the parameter `name`, with or without a value.
bool HasParameter(std::string_view query, std::string_view name) {
  for (const std::string_view part : absl::StrSplit(query, '&')) {
    if (part.substr(0, part.find('=')) == name) {
      return true;
    }
  }
  return false;
}

// Describes why the server is not ready.
std::string ExplainNotReady(const ServerStatus& server,
                            const std::vector<ModelSummary>& models) {
  if (server.IsStopping()) {
    return "not ready: the server is stopping";
  }
  if (const std::string problem = server.SourceProblem(); !problem.empty()) {
    return absl::StrCat("not ready: ", problem);
  }
  constexpr size_t kMaxNames = 10;
  std::string names;
  std::string labels;
  size_t num_unavailable = 0;
  size_t num_labels = 0;
  for (const ModelSummary& model : models) {
    if (!model.available && ++num_unavailable <= kMaxNames) {
      absl::StrAppend(&names, names.empty() ? "" : ", ", model.name);
    }
    for (const std::string& label : model.awaited_labels) {
      if (++num_labels <= kMaxNames) {
        absl::StrAppend(&labels, "; ", model.name, ": ", label);
      }
    }
  }
  if (num_unavailable > kMaxNames) {
    absl::StrAppend(&names, ", ...");
  }
  if (num_labels > kMaxNames) {
    absl::StrAppend(&labels, "; ...");
  }
  return absl::StrCat("not ready: ", num_unavailable, " of ", models.size(),
                      " models not available yet", names.empty() ? "" : ": ",
                      names, labels);
}

}  // namespace

std::optional<net::HttpResponse> HandleHealth(const ServerStatus& server,
                                              const net::HttpRequest& request) {
  const bool live = request.path == "/livez";
  if (!live && request.path != "/readyz") {
    return std::nullopt;
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return net::HttpResponse{
        405,
        kTextContentType,
        absl::StrCat(request.path, " supports only GET and HEAD\n"),
        {{"Allow", "GET, HEAD"}}};
  }
  if (live) {
    return net::HttpResponse{200, kTextContentType, "ok\n"};
  }

  const bool ready = server.IsReady();
  const bool verbose = HasParameter(request.query, "verbose");
  std::string text;
  std::vector<ModelSummary> models;
  if (verbose || !ready) {
    models = server.ListModels();
  }
  if (verbose) {
    for (const ModelSummary& model : models) {
      absl::StrAppend(&text, model.available ? "[+] " : "[-] ", model.name,
                      ": ", model.available ? "available" : model.problem,
                      model.available && !model.problem.empty()
                          ? absl::StrCat("; ", model.problem)
                          : "",
                      "\n");
    }
  }
  absl::StrAppend(&text, ready ? "ok" : ExplainNotReady(server, models), "\n");
  return net::HttpResponse{ready ? 200 : 503, kTextContentType,
                           std::move(text)};
}

}  // namespace tfs3::rest
